"""Graphs of requirements, and their trees and chains."""

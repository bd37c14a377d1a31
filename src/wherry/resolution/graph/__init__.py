"""Graphs of requirements: who requires what, drawn as trees and chains."""

"""Requests that begin before they are needed. Nothing here can change an answer, nor where it fails."""

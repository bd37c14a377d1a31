"""Requests that start before they are needed. Nothing here can change an answer or an error."""

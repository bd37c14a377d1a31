"""Locks: make one from a resolution, and choose from one the files for an environment (PEP 751)."""

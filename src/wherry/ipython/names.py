"""The names of the magics."""

from __future__ import annotations

__all__ = ["AWAITED", "PIP", "WHERRY"]

WHERRY = "wherry"
PIP = "pip"
AWAITED = "_awaited"
"""Follows the name of a magic whose result is awaited."""

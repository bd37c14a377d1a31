"""The names of the magics."""

from __future__ import annotations

__all__ = ["AWAITED", "PIP", "SHOWN", "WHERRY"]

WHERRY = "wherry"
PIP = "pip"
# These follow the name of a magic, in the code that replaces a command.
AWAITED = "_awaited"
SHOWN = "_shown"

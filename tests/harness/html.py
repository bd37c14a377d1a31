"""HTML that reports show in notebooks."""

from __future__ import annotations

import re

__all__ = ["unstyled"]


def unstyled(html: str) -> str:
    """Return ``html`` without its styles."""
    return re.sub(r' style="[^"]*"', "", html)

"""Sizes for people."""

from __future__ import annotations

__all__ = ["human_size"]

STEP = 1000


def human_size(size: int) -> str:
    """Return ``size`` (bytes) in units of a thousand, with one decimal from kilobytes on: ``1.5 MB``."""
    if size < STEP:
        return f"{size} B"
    amount = float(size)
    unit = ""
    for unit in ("kB", "MB", "GB"):
        amount /= STEP
        # What would be rounded to 1000.0 is better said in the next unit.
        if round(amount, 1) < STEP:
            break
    return f"{amount:.1f} {unit}"

"""Human-readable sizes."""

from __future__ import annotations

__all__ = ["LARGEST", "human_size"]

LARGEST = 2**53 - 1
"""The largest size in bytes that is credible: the largest whole number that JavaScript has, too."""

KILO, MEGA, GIGA = 1_000, 1_000_000, 1_000_000_000
ALMOST = 0.99995  # of a larger unit: from here on, the smaller one would be rounded to 1000.0


def human_size(size: int) -> str:
    """Return ``size`` (bytes) in units of a thousand, with one decimal from kilobytes on: ``1.5 MB``."""
    if size < KILO:
        return f"{size} B"
    if size < MEGA * ALMOST:
        return f"{size / KILO:.1f} kB"
    if size < GIGA * ALMOST:
        return f"{size / MEGA:.1f} MB"
    return f"{size / GIGA:.1f} GB"

"""Limits of archives."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["DEFAULT_LIMITS", "ArchiveLimits"]


@dataclass(frozen=True, slots=True)
class ArchiveLimits:
    """The limits of an archive. One that exceeds a limit is refused.

    ``total_size`` is in bytes, over all files; ``entries`` counts files and folders, also folders that only paths name;
    ``ratio`` is the total size divided by the size of the archive. It is checked only above ``ratio_from`` bytes of
    total size: less is no bomb.
    """

    total_size: int = 2**30
    entries: int = 100_000
    ratio: float = 100
    ratio_from: int = 2**24


DEFAULT_LIMITS = ArchiveLimits()

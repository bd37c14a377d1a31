"""How much an archive may bring."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["DEFAULT_LIMITS", "ArchiveLimits"]


@dataclass(frozen=True, slots=True)
class ArchiveLimits:
    """What an archive that unpacks to more is refused for.

    ``total_size`` is in bytes, over all files; ``entries`` counts files and folders, also folders that only paths name;
    ``ratio`` is the total size over that of the archive itself, and is asked only of what unpacks to more than
    ``ratio_from`` bytes: less is no bomb.
    """

    total_size: int = 2**30
    entries: int = 100_000
    ratio: float = 100
    ratio_from: int = 2**24


DEFAULT_LIMITS = ArchiveLimits()

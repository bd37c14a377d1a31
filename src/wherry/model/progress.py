"""Progress events."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Literal

__all__ = ["OnProgress", "Phase", "Progress"]

Phase = Literal["resolving", "downloading", "placing", "done"]


@dataclass(frozen=True, slots=True)
class Progress:
    """One step of an installation: ``done`` of ``total`` packages in this phase, and a line to show.

    ``package`` is the normalized name of the package that the step is about, if any. While it is downloaded,
    ``bytes_done`` of ``bytes_total`` bytes of its archive have arrived, if these are known; ``done`` counts it once it
    is verified. ``fraction`` is the share of all work that is done, from 0 to 1. It never decreases, and is 1 only in
    the phase ``done``.
    """

    phase: Phase
    message: str
    done: int = 0
    total: int | None = None
    package: str | None = None
    bytes_done: int | None = None
    bytes_total: int | None = None
    fraction: float = 0.0

    def to_dict(self) -> dict[str, object]:
        """Return a JSON-able mapping."""
        return asdict(self)


OnProgress = Callable[[Progress], None]

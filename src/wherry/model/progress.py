"""What is going on, for whoever watches."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Literal

__all__ = ["OnProgress", "Phase", "Progress"]

Phase = Literal["resolving", "downloading", "placing", "done"]


@dataclass(frozen=True, slots=True)
class Progress:
    """One step of an installation: ``done`` of ``total`` packages in this phase, and a line to show.

    ``package`` is the normalized name of the one that the step is about, if it is about one; while that is downloaded,
    ``bytes_done`` of ``bytes_total`` have come of its archive, as far as these are known; ``done`` counts it only once
    it is verified. ``fraction`` tells how much of everything is done: from 0 to 1, which comes with the phase ``done``
    alone. It never goes back.
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

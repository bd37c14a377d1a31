"""What is going on, for whoever watches."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Literal

__all__ = ["OnProgress", "Phase", "Progress"]

Phase = Literal["resolving", "downloading", "placing", "done"]


@dataclass(frozen=True, slots=True)
class Progress:
    """One step of an installation: ``done`` of ``total`` packages in this phase, and a line to show."""

    phase: Phase
    message: str
    done: int = 0
    total: int | None = None

    def to_dict(self) -> dict[str, object]:
        """Return a JSON-able mapping."""
        return asdict(self)


OnProgress = Callable[[Progress], None]

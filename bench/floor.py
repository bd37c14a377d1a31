"""The least that an installation can take over a link, and what it needs for that."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from bench.link import LinkSpeed

__all__ = ["Planned", "chain", "floor", "needed_paths"]


@dataclass(frozen=True, slots=True)
class Planned:
    """A project of the answer: the wheel that gets installed, and the projects that require it.

    ``page`` and ``metadata`` are paths too, or ``None`` for what comes from the distribution: its lock tells all.
    """

    name: str
    requested: bool
    required_by: tuple[str, ...]
    wheel: str
    page: str | None
    metadata: str | None


def needed_paths(plan: Iterable[Planned]) -> tuple[str, ...]:
    """Return what must be fetched to know the answer and to install it."""
    paths = (path for planned in plan for path in (planned.page, planned.metadata, planned.wheel))
    return tuple(path for path in paths if path is not None)


def chain(plan: Sequence[Planned]) -> int:
    """Return how many round trips must follow one another: two per level of dependencies, and one for a wheel.

    A level is a page, which tells of the metadata, which tells of the next level. What stands in the distribution's
    lock needs neither.
    """
    levels = _levels(plan)
    trips = (2 * (levels[planned.name] - (planned.page is None)) + 1 for planned in plan if planned.name in levels)
    return max(trips, default=0)


def floor(plan: Sequence[Planned], size: Callable[[str], int], speed: LinkSpeed) -> float:
    """Return seconds: the bytes over the bandwidth or the chain of round trips, and one more for the connection."""
    bytes_needed = sum(map(size, needed_paths(plan)))
    return max(speed.seconds(bytes_needed), chain(plan) * speed.round_trip) + speed.round_trip


def _levels(plan: Sequence[Planned]) -> Mapping[str, int]:
    """Return how many steps each project is from what was asked for, which is at level 1."""
    levels = {planned.name: 1 for planned in plan if planned.requested}
    level = 1
    while reached := {
        planned.name
        for planned in plan
        if planned.name not in levels and any(levels.get(parent) == level for parent in planned.required_by)
    }:
        level += 1
        levels.update(dict.fromkeys(reached, level))
    return levels

"""The least time that an installation can take over a link, and the files that it needs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from bench.link import LinkSpeed

__all__ = ["Planned", "chain", "floor", "needed_paths"]


@dataclass(frozen=True, slots=True)
class Planned:
    """A project of the answer: the path of its wheel, and the projects that require it.

    ``page`` and ``metadata`` are paths too, or ``None`` for packages of the distribution: its lock replaces both.
    """

    name: str
    requested: bool
    required_by: tuple[str, ...]
    wheel: str
    page: str | None
    metadata: str | None


def needed_paths(plan: Iterable[Planned]) -> tuple[str, ...]:
    """Return the paths that must be fetched to resolve the answer and to install it."""
    paths = (path for planned in plan for path in (planned.page, planned.metadata, planned.wheel))
    return tuple(path for path in paths if path is not None)


def chain(plan: Sequence[Planned]) -> int:
    """Return the number of sequential round trips: two per level of dependencies, and one for a wheel.

    On each level a page names the metadata, and the metadata names the next level. Packages in the distribution's lock
    need neither.
    """
    levels = _levels(plan)
    trips = (2 * (levels[planned.name] - (planned.page is None)) + 1 for planned in plan if planned.name in levels)
    return max(trips, default=0)


def floor(plan: Sequence[Planned], size: Callable[[str], int], speed: LinkSpeed) -> float:
    """Return seconds: the bytes by the bandwidth or the chain of round trips, plus one round trip to connect."""
    bytes_needed = sum(map(size, needed_paths(plan)))
    return max(speed.seconds(bytes_needed), chain(plan) * speed.round_trip) + speed.round_trip


def _levels(plan: Sequence[Planned]) -> Mapping[str, int]:
    """Return the level of each project by name; the requested ones are at level 1."""
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

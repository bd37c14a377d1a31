"""Medians of visits, beside those of micropip in the same run."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from bench.visiting import Client, Visit

__all__ = ["Summary", "summarize"]

NUMBERS = {1: "first", 2: "second"}


@dataclass(frozen=True, slots=True)
class Summary:
    """Visits with the same client and number, and those of micropip with the same number (none if it was not used)."""

    visits: Sequence[Visit]
    beside: Sequence[Visit]

    @property
    def place(self) -> tuple[str, str, str]:
        """The workload, the place and the link."""
        return self.visits[0].workload, self.visits[0].place, self.visits[0].link

    @property
    def client(self) -> Client:
        """The client."""
        return self.visits[0].client

    @property
    def title(self) -> str:
        """The visit in words, such as `second, from a lock`."""
        number = NUMBERS[self.visits[0].number]
        return f"{number}, {'micropip' if self.client == 'micropip' else f'from a {self.client}'}"

    def median(self, figure: Callable[[Visit], float | None]) -> float | None:
        """Return the median of a figure; ``None`` if it is not known."""
        return _median(self.visits, figure)

    def seconds(self, step: str) -> float:
        """Return the median of `installing` or `importing`."""
        return statistics.median(visit.seconds[step] for visit in self.visits)

    @property
    def usable(self) -> float:
        """The median time until the imports are done."""
        return statistics.median(map(_usable, self.visits))

    @property
    def usable_beside(self) -> float | None:
        """The same of micropip."""
        return _median(self.beside, _usable)

    @property
    def cpu(self) -> float:
        """The median processor time until the imports are done."""
        return statistics.median(map(_cpu, self.visits))

    @property
    def cpu_beside(self) -> float | None:
        """The same of micropip."""
        return _median(self.beside, _cpu)


def summarize(visits: Iterable[Visit]) -> list[Summary]:
    """Return a summary for each workload, place, link, number and client, in this order."""
    groups: dict[tuple[str, str, str], dict[tuple[int, Client], list[Visit]]] = {}
    for visit in visits:
        group = groups.setdefault((visit.workload, visit.place, visit.link), {})
        group.setdefault((visit.number, visit.client), []).append(visit)
    return [
        Summary(group[number, client], group.get((number, "micropip"), []))
        for group in groups.values()
        for number, client in sorted(group, key=lambda key: key[0])
    ]


def _median(visits: Sequence[Visit], figure: Callable[[Visit], float | None]) -> float | None:
    known = [value for value in map(figure, visits) if value is not None]
    return statistics.median(known) if known else None


def _usable(visit: Visit) -> float:
    return visit.usable


def _cpu(visit: Visit) -> float:
    return visit.cpu["installing"] + visit.cpu["importing"]

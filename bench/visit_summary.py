"""Medians of visits, beside those of micropip in the same run."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from bench.visiting import Client, Visit

    Figure = Callable[[Visit], float | None]

__all__ = ["Summary", "summarize"]

NUMBERS = {1: "first", 2: "second"}


@dataclass(frozen=True, slots=True)
class Summary:
    """Visits with the same client and number, and those of micropip with the same number (none if it was not used)."""

    visits: Sequence[Visit]
    others: Sequence[Visit]

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

    def median(self, figure: Figure) -> float | None:
        """Return the median of a figure; ``None`` if it is not known."""
        return _median(self.visits, figure)

    def beside(self, figure: Figure) -> float | None:
        """Return the median of micropip's; ``None`` if it is not known."""
        return _median(self.others, figure)

    def ratio(self, figure: Figure) -> float | None:
        """Return the median relative to micropip's; ``None`` if one of them is not known."""
        own, other = self.median(figure), self.beside(figure)
        return None if own is None or other is None else own / other

    @property
    def usable(self) -> float:
        """The median of the seconds until the imports are done."""
        return statistics.median(visit.usable for visit in self.visits)

    def seconds(self, step: str) -> float:
        """Return the median of `loading`, `installing` or `importing`."""
        return statistics.median(visit.seconds[step] for visit in self.visits)


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


def _median(visits: Sequence[Visit], figure: Figure) -> float | None:
    known = [value for value in map(figure, visits) if value is not None]
    return statistics.median(known) if known else None

"""Traffic over the link in one run, as seen by the server."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

__all__ = ["Exchange", "Kind", "Traffic"]

Kind = Literal["page", "metadata", "wheel", "preflight", "lock"]
NOT_FOUND = 404
UNAVAILABLE = 503


@dataclass(slots=True)
class Exchange:
    """A request and its response: ``sent`` bytes of body, from ``started`` to ``ended`` (seconds)."""

    kind: Kind
    path: str
    started: float
    status: int = 0
    sent: int = 0
    ended: float | None = None


@dataclass(frozen=True, slots=True)
class Traffic:
    """All exchanges of a run, in the order of their requests."""

    exchanges: tuple[Exchange, ...]

    @property
    def requests(self) -> int:
        """The number of requests, preflights included."""
        return len(self.exchanges)

    @property
    def sent(self) -> int:
        """Bytes of all bodies, after compression."""
        return sum(exchange.sent for exchange in self.exchanges)

    @property
    def twice(self) -> tuple[str, ...]:
        """Paths that were requested more than once."""
        asked = Counter(exchange.path for exchange in self.exchanges if exchange.kind != "preflight")
        return tuple(path for path, count in asked.items() if count > 1)

    @property
    def missing(self) -> tuple[str, ...]:
        """Files that a page lists and the recording lacks."""
        return tuple(
            exchange.path
            for exchange in self.exchanges
            if exchange.status == NOT_FOUND and exchange.kind in {"metadata", "wheel"}
        )

    @property
    def unavailable(self) -> tuple[str, ...]:
        """Names of projects whose page was not available."""
        return tuple(
            exchange.path.strip("/").rpartition("/")[2]
            for exchange in self.exchanges
            if exchange.status == UNAVAILABLE and exchange.kind == "page"
        )

    def wasted(self, needed: Iterable[str]) -> int:
        """Return the number of bytes sent in addition to one copy of each path of ``needed``."""
        sizes: dict[str, int] = {}
        for exchange in self.exchanges:
            sizes[exchange.path] = max(sizes.get(exchange.path, 0), exchange.sent)
        return self.sent - sum(sizes.get(path, 0) for path in set(needed))

    def spans(self) -> Mapping[Kind, tuple[float, float]]:
        """Return the times of the first request and of the end of the last response of each kind.

        Times are in seconds since the first request of all.
        """
        spans: dict[Kind, tuple[float, float]] = {}
        began = min((exchange.started for exchange in self.exchanges), default=0.0)
        for exchange in self.exchanges:
            started = exchange.started - began
            ended = started if exchange.ended is None else exchange.ended - began
            first, last = spans.get(exchange.kind, (started, ended))
            spans[exchange.kind] = min(first, started), max(last, ended)
        return spans

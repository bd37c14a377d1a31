"""Medians and ratios of the measurements of one workload in one runtime over one link."""

from __future__ import annotations

import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.runtimes import CLIENTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from bench.lab import Measurement
    from bench.runtimes import Client

__all__ = ["Summary", "summarize"]


@dataclass(frozen=True, slots=True)
class Summary:
    """The measurements of all clients, and one of wherry with its own time by phase."""

    workload: str
    runtime: str
    link: str
    floor: float
    of: Mapping[Client, Sequence[Measurement]]
    profile: Measurement

    def median(self, client: Client, figure: Callable[[Measurement], float]) -> float:
        """Return the median of a figure."""
        return statistics.median(map(figure, self.of[client]))

    def seconds(self, client: Client, step: str = "total") -> float:
        """Return the median seconds of a step."""
        return self.median(client, lambda measurement: measurement.seconds[step])

    @property
    def ratio(self) -> float:
        """The time of wherry relative to that of micropip."""
        return self.seconds("wherry") / self.seconds("micropip")

    @property
    def lock_ratio(self) -> float:
        """The time of wherry from a lock relative to that of micropip."""
        return self.seconds("lock") / self.seconds("micropip")

    @property
    def above_floor(self) -> float:
        """The time of wherry relative to the floor."""
        return self.seconds("wherry") / self.floor


def summarize(measurements: Iterable[Measurement], profiles: Iterable[Measurement]) -> list[Summary]:
    """Return a summary for each workload, runtime and link, in their order."""
    measured: dict[tuple[str, str, str], dict[Client, list[Measurement]]] = {}
    for measurement in measurements:
        clients = measured.setdefault(_key(measurement), {client: [] for client in CLIENTS})
        clients[measurement.client].append(measurement)
    profile_of = {_key(profile): profile for profile in profiles}
    return [Summary(*key, profile_of[key].floor, of, profile_of[key]) for key, of in measured.items()]


def _key(measurement: Measurement) -> tuple[str, str, str]:
    return measurement.workload, measurement.runtime, measurement.link

"""The loop between deciding, which does not wait, and the index, which must be waited for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wherry.errors import ResolutionTooDeep
from wherry.index.prefetching import Prefetcher
from wherry.resolution.attempt import attempt

if TYPE_CHECKING:
    from wherry.index.client import IndexClient
    from wherry.index.speculating import Speculation
    from wherry.resolution.problem import Problem
    from wherry.resolution.resolution import Resolution
    from wherry.resolution.snapshot import Snapshot

__all__ = ["resolve"]

MAX_REQUESTS = 5_000


async def resolve(
    problem: Problem,
    snapshot: Snapshot,
    index: IndexClient,
    speculation: Speculation | None = None,
    max_requests: int = MAX_REQUESTS,
) -> Resolution:
    """Grow ``snapshot`` until an attempt over it touches no hole, and return that attempt's answer.

    With a ``speculation``, wheels begin to be downloaded meanwhile, and it is settled in the end.

    Raises :class:`~wherry.errors.ResolutionError` (after ``max_requests`` :class:`~wherry.errors.ResolutionTooDeep`),
    :class:`~wherry.errors.IndexUnavailable` and :class:`~wherry.errors.IntegrityError`.
    """
    prefetcher = Prefetcher(problem, snapshot, index, speculation)
    await prefetcher.follow(problem.requirements)
    while True:
        if speculation is not None:
            speculation.is_idle()
        result = attempt(problem, snapshot)
        if result.resolution is not None:
            if speculation is not None:
                speculation.settle(pin.file for pin in result.resolution.chosen if pin.file is not None)
            return result.resolution
        if index.requests > max_requests:
            names = sorted({need.name for need in result.needs})
            raise ResolutionTooDeep(f"{index.requests} requests to the index", names)
        await prefetcher.grow(result.needs)

"""The loop between deciding, which does not wait, and the index, which must be waited for."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from wherry.errors import ResolutionTooDeep
from wherry.index.prefetch.distribution_hints import Partners
from wherry.index.prefetch.last_answer import follow_hints
from wherry.index.prefetch.prefetcher import Prefetcher
from wherry.resolution.attempt import attempt

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Coroutine, Mapping
    from typing import Any

    from packaging.utils import NormalizedName

    from wherry.index.client import IndexClient
    from wherry.index.prefetch.early_downloads import Speculation
    from wherry.resolution.problem import Problem
    from wherry.resolution.resolution import Resolution
    from wherry.resolution.snapshot import Snapshot

__all__ = ["resolve"]

MAX_REQUESTS = 5_000


async def resolve(  # noqa: PLR0913 - the last three only tell how, not what
    problem: Problem,
    snapshot: Snapshot,
    index: IndexClient,
    *,
    speculation: Speculation | None = None,
    hints: Mapping[NormalizedName, str] | None = None,
    max_requests: int = MAX_REQUESTS,
) -> Resolution:
    """Grow ``snapshot`` until an attempt over it touches no hole, and return that attempt's answer.

    With a ``speculation``, wheels begin to be downloaded meanwhile, and it is settled in the end. ``hints`` map
    projects to names of wheels that may be of use (see :mod:`~wherry.index.prefetch.last_answer`). They change only the
    time it takes.

    Raises :class:`~wherry.errors.ResolutionError` (after ``max_requests`` :class:`~wherry.errors.ResolutionTooDeep`),
    :class:`~wherry.errors.IndexUnavailable` and :class:`~wherry.errors.IntegrityError`.
    """
    async with _beside(follow_hints(hints or {}, index)), Partners(problem, index) as partners:
        prefetcher = Prefetcher(problem, snapshot, index, partners, speculation)
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


@asynccontextmanager
async def _beside(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Do ``work`` while the block lasts, and no longer; nobody waits for it."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

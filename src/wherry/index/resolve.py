"""Resolve over an index: attempts over a snapshot, which never wait, and requests that grow the snapshot."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from wherry.errors import ResolutionTooDeep
from wherry.index.prefetch.distribution_hints import DistributionHints
from wherry.index.prefetch.last_answer import follow_last_answer
from wherry.index.prefetch.prefetcher import Prefetcher
from wherry.resolution.attempt import attempt

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Coroutine, Mapping
    from typing import Any

    from packaging.utils import NormalizedName

    from wherry.index.client import IndexClient
    from wherry.index.prefetch.early_downloads import EarlyDownloads
    from wherry.resolution.problem import Problem
    from wherry.resolution.resolution import Resolution
    from wherry.resolution.snapshot import Snapshot

__all__ = ["resolve"]

MAX_REQUESTS = 5_000


async def resolve(  # noqa: PLR0913 - the last three affect the time alone
    problem: Problem,
    snapshot: Snapshot,
    index: IndexClient,
    *,
    early_downloads: EarlyDownloads | None = None,
    last_answer: Mapping[NormalizedName, str] | None = None,
    max_requests: int = MAX_REQUESTS,
) -> Resolution:
    """Grow ``snapshot`` until an attempt over it touches no hole, and return the answer of that attempt.

    ``early_downloads`` starts likely wheels meanwhile, and is settled at the end. ``last_answer`` maps projects to
    filenames of wheels (see :mod:`~wherry.index.prefetch.last_answer`). Both only save time.

    Raises :class:`~wherry.errors.ResolutionError` (after ``max_requests`` :class:`~wherry.errors.ResolutionTooDeep`),
    :class:`~wherry.errors.IndexUnavailable` and :class:`~wherry.errors.IntegrityError`.
    """
    async with _beside(follow_last_answer(last_answer or {}, index)), DistributionHints(problem, index) as partners:
        prefetcher = Prefetcher(problem, snapshot, index, partners, early_downloads)
        await prefetcher.follow(problem.requirements)
        while True:
            if early_downloads is not None:
                early_downloads.release_held()
            result = attempt(problem, snapshot)
            if result.resolution is not None:
                if early_downloads is not None:
                    early_downloads.settle(pin.file for pin in result.resolution.chosen if pin.file is not None)
                return result.resolution
            if index.requests > max_requests:
                names = sorted({need.name for need in result.needs})
                raise ResolutionTooDeep(f"{index.requests} requests to the index", names)
            await prefetcher.grow(result.needs)


@asynccontextmanager
async def _beside(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Run ``work`` beside the block, and cancel it when the block ends."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

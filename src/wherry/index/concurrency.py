"""Limit concurrent requests per host. Archives and pages have separate limits, so no page waits for an archive."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from heapq import heappop, heappush
from typing import TYPE_CHECKING

from wherry.formats.urls import origin
from wherry.index.network import Network

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from wherry.index.fetcher import Fetcher, Request, Response

__all__ = ["LimitingFetcher"]


class LimitingFetcher:
    """A fetcher that limits the concurrent requests to ``fetcher``; ``network`` has the limits."""

    def __init__(self, fetcher: Fetcher, network: Network | None = None) -> None:
        self._fetcher = fetcher
        self._network = network or Network()
        self._lanes: dict[tuple[str, bool], _Lane] = {}

    async def fetch(self, request: Request) -> Response:
        """Wait for a free slot, then fetch. Of the archives that wait, the largest goes first."""
        if request.hold is not None:
            # A held request may wait for the result of other requests, so those must not wait for its slot.
            return await self._fetcher.fetch(request)
        async with self._lane(request).turn(request.size or 0):
            return await self._fetcher.fetch(request)

    def _lane(self, request: Request) -> _Lane:
        key = origin(request.url) or "", request.is_archive
        if key not in self._lanes:
            network = self._network
            width = network.archives_at_once if request.is_archive else network.pages_at_once
            self._lanes[key] = _Lane(max(width, 1))
        return self._lanes[key]


class _Lane:
    """A semaphore with ``width`` slots. The heaviest waiter goes first; of equal weights, the earliest."""

    def __init__(self, width: int) -> None:
        self._free = width
        self._arrivals = 0
        self._waiting: list[tuple[int, int, asyncio.Future[None]]] = []

    @asynccontextmanager
    async def turn(self, weight: int) -> AsyncIterator[None]:
        if self._free:
            self._free -= 1
        else:
            await self._wait(weight)
        try:
            yield
        finally:
            self._leave()

    async def _wait(self, weight: int) -> None:
        turn = asyncio.get_running_loop().create_future()
        self._arrivals += 1
        heappush(self._waiting, (-weight, self._arrivals, turn))
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                # The slot was granted in the same turn of the loop: pass it to the next waiter.
                self._leave()
            raise

    def _leave(self) -> None:
        while self._waiting:
            turn = heappop(self._waiting)[2]
            if not turn.done():
                turn.set_result(None)
                return
        self._free += 1

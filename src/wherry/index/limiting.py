"""Not everything at once: what is in flight to one host is bounded, and no page waits for an archive."""

from __future__ import annotations

from asyncio import Semaphore
from typing import TYPE_CHECKING

from wherry.formats.urls import origin
from wherry.index.network import Network

if TYPE_CHECKING:
    from wherry.index.fetcher import Fetcher, Request, Response

__all__ = ["Limiting"]


class Limiting:
    """A fetcher that lets only so many requests through to ``fetcher`` side by side, as ``network`` says."""

    def __init__(self, fetcher: Fetcher, network: Network | None = None) -> None:
        self._fetcher = fetcher
        self._network = network or Network()
        self._lanes: dict[tuple[str, bool], Semaphore] = {}

    async def fetch(self, request: Request) -> Response:
        """Wait for a turn, then fetch."""
        async with self._lane(request):
            return await self._fetcher.fetch(request)

    def _lane(self, request: Request) -> Semaphore:
        key = origin(request.url) or "", request.is_archive
        if key not in self._lanes:
            network = self._network
            width = network.archives_at_once if request.is_archive else network.pages_at_once
            self._lanes[key] = Semaphore(max(width, 1))
        return self._lanes[key]

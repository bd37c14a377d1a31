"""Use the time of downloads for compiling."""

from __future__ import annotations

import asyncio
import math
from typing import TYPE_CHECKING

from wherry.installation.destination import Delivery

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wherry.index.client import IndexClient
    from wherry.installation.compiling_ahead import CompilingAhead
    from wherry.installation.destination import SharedLibrary
    from wherry.model.project import ProjectFile
    from wherry.resolution.resolution import Pin

__all__ = ["WhileDownloading"]

LEAST = 1_000_000
"""Bytes still to come. For fewer, importing the compiler is not worth it."""
INTERVAL = 0.02
"""Seconds between two looks at the transfers."""


class WhileDownloading:
    """Compiles modules of arrived wheels for ``folder``, if any, while others of ``files`` travel through ``index``.

    Files of the cache do not travel; their bytecode is kept as well, and nothing may hold them up.
    """

    def __init__(self, files: Mapping[Pin, ProjectFile], index: IndexClient, folder: str | None) -> None:
        self._outstanding = dict(files)
        self._index = index
        self._folder = folder
        self._arrived: list[Delivery] = []
        self._beginning: asyncio.Task[None] | None = None
        self._compiling: CompilingAhead | None = None

    def arrived(self, pin: Pin, delivery: Delivery | SharedLibrary) -> None:
        """Start to compile a wheel, unless it was the last one."""
        del self._outstanding[pin]
        if not self._outstanding:
            self.stop()
        elif self._folder is not None and isinstance(delivery, Delivery):
            if self._compiling is not None:
                self._compiling.add(delivery)
                return
            self._arrived.append(delivery)
            if self._beginning is None:
                self._beginning = asyncio.ensure_future(self._begin(self._folder))

    def stop(self) -> None:
        """Compile no more."""
        if self._beginning is not None:
            self._beginning.cancel()
        if self._compiling is not None:
            self._compiling.stop()

    async def _begin(self, folder: str) -> None:
        while not self._is_worthwhile():  # noqa: ASYNC110 - nothing announces it
            await asyncio.sleep(INTERVAL)
        from wherry.installation.compiling_ahead import CompilingAhead

        self._compiling = CompilingAhead(folder)
        for delivery in self._arrived:
            self._compiling.add(delivery)

    def _is_worthwhile(self) -> bool:
        missing = 0.0
        for file in self._outstanding.values():
            if received := self._index.received(file):
                missing += math.inf if file.size is None else file.size - received
        return missing >= LEAST

"""Web applications on loopback, served by their own thread."""

from __future__ import annotations

import asyncio
from concurrent.futures import Future
from threading import Thread
from typing import TYPE_CHECKING, Self

from aiohttp import web

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType

__all__ = ["BackgroundServer"]


class BackgroundServer:
    """A server of the applications of :meth:`_runners`, each at its own port, while it is entered."""

    def __init__(self) -> None:
        self._thread: Thread | None = None
        self._loop: asyncio.AbstractEventLoop
        self._stop: asyncio.Event

    def _runners(self) -> Sequence[web.AppRunner]:
        """Return the runners of the applications; called once the event loop is running."""
        raise NotImplementedError

    def _listen_at(self, urls: Sequence[str]) -> None:
        """Take the URLs of the runners, in their order and without a slash at the end."""
        raise NotImplementedError

    def __enter__(self) -> Self:
        started: Future[Sequence[str]] = Future()
        self._thread = Thread(target=lambda: asyncio.run(self._serve(started)), daemon=True)
        self._thread.start()
        self._listen_at(started.result(timeout=60))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._thread is not None:
            self._loop.call_soon_threadsafe(self._stop.set)
            self._thread.join()

    async def _serve(self, started: Future[Sequence[str]]) -> None:
        runners = self._runners()
        try:
            self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
            urls = []
            for runner in runners:
                await runner.setup()
                await web.TCPSite(runner, "127.0.0.1", 0).start()
                host, port = runner.addresses[0][:2]
                urls.append(f"http://{host}:{port}")
            started.set_result(urls)
            await self._stop.wait()
        except OSError as error:
            started.set_exception(error)
        finally:
            for runner in runners:
                await runner.cleanup()

"""A wrapper for caches of callers: their failures cost a download and a warning, and nothing else."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

from wherry.formats.wording import shorten
from wherry.index.cache import QuietCache

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from wherry.index.cache import Cache

__all__ = ["ForgivingCache"]

PATIENCE = 30.0  # seconds, as in JavaScript


class ForgivingCache(QuietCache):
    """Calls ``cache``, which may raise, return anything, or hang.

    A call that takes longer than ``seconds`` (``None``: ``PATIENCE``) is the last one.
    """

    def __init__(self, cache: Cache, seconds: float | None = None) -> None:
        self._cache = cache
        self._seconds = PATIENCE if seconds is None else seconds
        self._is_given_up = False
        self._complaints: dict[str, None] = {}

    async def get(self, key: str) -> bytes | None:
        """Return the bytes under ``key``, or ``None``."""
        kept = await self._ask(lambda: self._cache.get(key))
        if kept is None or type(kept) is bytes:
            return kept
        try:
            # A copy, because the owner may change it.
            return bytes(memoryview(kept))  # type: ignore[arg-type]
        except Exception:  # noqa: BLE001 - the caller's own class may raise anything
            self._complain(f"it answered with {type(kept).__name__}, which holds no bytes")
            return None

    async def put(self, key: str, content: bytes) -> None:
        """Keep ``content``."""
        await self._ask(lambda: self._cache.put(key, content))

    def take_warnings(self) -> tuple[str, ...]:
        """Return a warning of the first failure since the last call."""
        taken = tuple(self._complaints)[:1]
        self._complaints.clear()
        return taken

    async def _ask(self, use: Callable[[], Awaitable[object]]) -> object:
        if self._is_given_up:
            return None
        # In its own task: a cancellation inside does not cancel the installation, and a hanging call can be left.
        task = asyncio.create_task(_outcome(use))
        try:
            await asyncio.wait({task}, timeout=self._seconds)
            if not task.done():
                self._is_given_up = True
                self._complain(f"it has not answered within {self._seconds:g} seconds, and is not asked again")
                return None
        finally:
            task.cancel()
        answer, error = task.result()
        if isinstance(error, KeyboardInterrupt | SystemExit):
            raise error
        if error is not None:
            text = ""
            with suppress(Exception):  # the caller's own error may not have a message
                text = f": {error}"
            self._complain(shorten(f"{type(error).__name__}{text}").removesuffix(": "))
        return answer

    def _complain(self, problem: str) -> None:
        self._complaints[f"The cache of downloads fails, and everything is fetched: {problem}"] = None


async def _outcome(use: Callable[[], Awaitable[object]]) -> tuple[object, BaseException | None]:
    try:
        return await use(), None
    except BaseException as error:  # noqa: BLE001 - an exception that leaves a task may end the event loop
        return None, error

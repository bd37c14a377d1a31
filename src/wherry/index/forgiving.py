"""A cache whose failures cost a download and nothing else, around one of which nothing is known."""

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
    """Asks ``cache``, which may raise, answer with anything, or never settle: then it is not asked again.

    It has ``seconds`` to settle (``None``: ``PATIENCE``).
    """

    def __init__(self, cache: Cache, seconds: float | None = None) -> None:
        self._cache = cache
        self._seconds = PATIENCE if seconds is None else seconds
        self._is_given_up = False
        self._complaints: dict[str, None] = {}

    async def get(self, key: str) -> bytes | None:
        """Return what was put under ``key``, or ``None``."""
        kept = await self._ask(lambda: self._cache.get(key))
        if kept is None or type(kept) is bytes:
            return kept
        try:
            # A copy: its owner may change it.
            return bytes(memoryview(kept))  # type: ignore[arg-type]
        except Exception:  # noqa: BLE001 - of a class of the caller's
            self._complain(f"it gave a {type(kept).__name__}, which holds no bytes")
            return None

    async def put(self, key: str, content: bytes) -> None:
        """Keep ``content``."""
        await self._ask(lambda: self._cache.put(key, content))

    def take_warnings(self) -> tuple[str, ...]:
        """Return the first of the failures since the last call."""
        taken = tuple(self._complaints)[:1]
        self._complaints.clear()
        return taken

    async def _ask(self, use: Callable[[], Awaitable[object]]) -> object:
        if self._is_given_up:
            return None
        # A task of its own: one that is cancelled in there cancels no installation, and one that cannot be is left.
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
            with suppress(Exception):  # an error of the caller's may have no words
                text = f": {error}"
            self._complain(shorten(f"{type(error).__name__}{text}").removesuffix(": "))
        return answer

    def _complain(self, problem: str) -> None:
        self._complaints[f"The cache of downloads fails, and everything is fetched: {problem}"] = None


async def _outcome(use: Callable[[], Awaitable[object]]) -> tuple[object, BaseException | None]:
    try:
        return await use(), None
    except BaseException as error:  # noqa: BLE001 - what leaves a task may end the event loop
        return None, error

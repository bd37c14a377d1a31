"""Taking turns with ``pyodide.loadPackage``."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import pyodide_js

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

__all__ = ["loading_lock"]


@asynccontextmanager
async def loading_lock() -> AsyncIterator[None]:
    """Wait until no ``loadPackage`` runs, and keep others waiting while the block lasts.

    What waits looks again, once it is its turn, at what has been loaded meanwhile.
    """
    # The lock that loadPackage() itself takes. No public way leads to it: a call that has nothing to load returns
    # without waiting for those that have, and nothing tells whether there are any.
    packages = getattr(getattr(pyodide_js, "_api", None), "packageManager", None)
    take = getattr(packages, "_lock", None)
    if take is None:
        yield
        return
    release = await _acquire(take())
    try:
        yield
    finally:
        release()


async def _acquire(turn: Any) -> Any:  # noqa: ANN401 - a promise of a function
    waiting = asyncio.ensure_future(turn)
    try:
        return await asyncio.shield(waiting)
    except asyncio.CancelledError:
        # The turn will come nevertheless, and nobody else would get theirs.
        waiting.add_done_callback(lambda done: done.result()())
        raise

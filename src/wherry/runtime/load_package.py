"""Mutual exclusion with ``pyodide.loadPackage``."""

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
    """Hold the lock of ``loadPackage`` for the duration of the block.

    Calls of ``loadPackage`` that wait for it check again afterwards which packages are loaded.
    """
    # This is the lock that loadPackage() itself takes. No public API gives access: a call with no packages to load
    # returns without waiting for other calls, and no API tells whether others are running.
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
        # The promise will still acquire the lock. Release it then, or no other caller would get it.
        waiting.add_done_callback(lambda done: done.result()())
        raise

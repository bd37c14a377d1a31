"""Exclusive lock of an environment."""

from __future__ import annotations

import asyncio
import os
from weakref import WeakValueDictionary

__all__ = ["lock_of"]

# Several copies of wherry in one process share this name.
ATTRIBUTE = "_wherry_locks"


def lock_of(folder: str) -> asyncio.Lock:
    """Return the lock of ``folder``: one for all callers on the running event loop.

    The lock is stored on the loop. Concurrent installations run on the same loop and find it there, whichever
    destination, installer or copy of wherry they use; an ``asyncio`` lock is of no use to another loop.
    """
    loop = asyncio.get_running_loop()
    locks: WeakValueDictionary[str, asyncio.Lock] | None = getattr(loop, ATTRIBUTE, None)
    if locks is None:
        locks = WeakValueDictionary()
        setattr(loop, ATTRIBUTE, locks)
    return locks.setdefault(os.path.realpath(folder), asyncio.Lock())

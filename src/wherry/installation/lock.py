"""Who may change an environment now: one at a time."""

from __future__ import annotations

import asyncio
import os
from weakref import WeakValueDictionary

__all__ = ["lock_of"]

# Part of what different wherrys in one process agree on.
ATTRIBUTE = "_wherry_locks"


def lock_of(folder: str) -> asyncio.Lock:
    """Return the lock of ``folder``, the same for everybody who asks on the event loop that is running.

    It lives on the loop: all who install at the same time do so on this very loop, and find it there, whichever
    destination, installer or copy of wherry is theirs; and a lock is of no use to another loop.
    """
    loop = asyncio.get_running_loop()
    locks: WeakValueDictionary[str, asyncio.Lock] | None = getattr(loop, ATTRIBUTE, None)
    if locks is None:
        locks = WeakValueDictionary()
        setattr(loop, ATTRIBUTE, locks)
    return locks.setdefault(os.path.realpath(folder), asyncio.Lock())

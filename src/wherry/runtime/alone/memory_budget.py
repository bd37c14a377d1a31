"""Limit the memory of all response bodies together, as ``memory_budget.ts`` does."""

from __future__ import annotations

import asyncio

__all__ = ["MemoryBudget"]


class MemoryBudget:
    """Limits all bodies to about ``size`` bytes.

    When it is used up, one body continues at a time and the others wait. So many bodies, each within its own limit, do
    not fill the memory together.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._taken = 0
        self._first: object = None  # It may continue although the budget is used up.
        self._waiting: list[asyncio.Future[None]] = []

    def take(self, owner: object, count: int) -> bool:
        """Take bytes for a body of ``owner``; return whether it may continue without waiting."""
        self._taken += count
        return self._admits(owner)

    async def wait(self, owner: object) -> None:
        """Wait until the body of ``owner`` may continue."""
        while not self._admits(owner):
            turn = asyncio.get_running_loop().create_future()
            self._waiting.append(turn)
            await turn

    def leave(self, owner: object, count: int = 0) -> None:
        """Give bytes back, and the turn of ``owner`` to another. With no bytes, give only the turn."""
        self._taken -= count
        if self._first is owner:
            self._first = None
        waiting, self._waiting = self._waiting, []
        for turn in waiting:
            if not turn.done():
                turn.set_result(None)

    def _admits(self, owner: object) -> bool:
        if self._taken <= self._size:
            return True
        if self._first is None:
            self._first = owner
        return self._first is owner

"""Single flight: concurrent calls for one key share one task."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import TYPE_CHECKING, Any, Self, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Hashable, Iterable

__all__ = ["SingleFlight", "together"]

Value = TypeVar("Value")


class SingleFlight:
    """Runs a coroutine once per key and shares its result, until the ``async with`` block ends.

    A waiting caller can be cancelled without effect on the others. A task that :meth:`begin` did not start is cancelled
    with its last caller. Leaving the block cancels all running tasks. A failure is raised in all waiting callers, then
    forgotten, so that a later call tries again.
    """

    def __init__(self) -> None:
        self._tasks: dict[Hashable, asyncio.Task[Any]] = {}
        self._waiting: Counter[Hashable] = Counter()
        self._begun: set[Hashable] = set()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        tasks = list(self._tasks.values())
        self._tasks.clear()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def join(self, key: Hashable, start: Callable[[], Coroutine[Any, Any, Value]]) -> Value:
        """Return the result of ``start()``, which is called only if there is no task for ``key``."""
        task = self._begin(key, start)
        self._waiting[key] += 1
        try:
            # Not shield(): after a cancellation here, the loop would report a failure that other callers handle.
            await asyncio.wait({task})
        finally:
            self._waiting[key] -= 1
            if not task.done() and key not in self._begun:
                self.abandon(key)
        return task.result()

    def begin(self, key: Hashable, start: Callable[[], Coroutine[Any, Any, Value]]) -> asyncio.Task[Value]:
        """Return the task for ``key``, started with ``start()`` if there is none, for later calls of :meth:`join`."""
        self._begun.add(key)
        return self._begin(key, start)

    def _begin(self, key: Hashable, start: Callable[[], Coroutine[Any, Any, Value]]) -> asyncio.Task[Value]:
        task = self._tasks.get(key)
        if task is None:
            task = self._tasks[key] = asyncio.create_task(start())
            task.add_done_callback(lambda done: self._landed(key, done))
        return task

    def abandon(self, key: Hashable) -> None:
        """Cancel the task for ``key`` and forget its result, unless a caller waits for it."""
        task = self._tasks.get(key)
        if task is not None and not self._waiting[key]:
            del self._tasks[key]
            task.cancel()

    def forget(self, key: Hashable) -> None:
        """Forget the result for ``key``, if there is one."""
        if (task := self._tasks.get(key)) and task.done():
            del self._tasks[key]

    def _landed(self, key: Hashable, task: asyncio.Task[Any]) -> None:
        failed = task.cancelled() or task.exception() is not None
        if failed and self._tasks.get(key) is task:
            del self._tasks[key]


async def together(work: Iterable[Coroutine[Any, Any, object]]) -> None:
    """Run coroutines concurrently. The first failure cancels the others and is raised unwrapped, not in a group."""
    try:
        async with asyncio.TaskGroup() as tasks:
            for coroutine in work:
                tasks.create_task(coroutine)
    except BaseExceptionGroup as group:
        raise _first(group) from None


def _first(error: BaseException) -> BaseException:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error

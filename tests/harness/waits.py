"""The ways in which a script waits when Ctrl-C is pressed; each prints "ready" once it is time."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

LONG = 1000


def busy() -> None:
    """Compute."""
    _ready_and_compute()


def asleep() -> None:
    """Sleep."""
    _later(_ready)
    time.sleep(LONG)


def in_a_loop() -> None:
    """Sleep in an event loop."""
    _later(_ready)
    asyncio.run(asyncio.sleep(LONG))


def computing_in_a_loop() -> None:
    """Compute in an event loop."""
    asyncio.run(_compute_in_a_loop())


def for_others() -> None:
    """Wait for two tasks, each of which prints "in order" when it ends."""
    asyncio.run(_wait_for_two())


def beside_a_callback() -> None:
    """Sleep in an event loop of which a callback computes."""
    _later(_ready_and_compute)
    asyncio.run(asyncio.sleep(LONG))


def asleep_beside_a_callback() -> None:
    """Sleep, while a callback computes."""
    _later(_ready_and_compute)
    time.sleep(LONG)


def beside_a_task_of_its_own() -> None:
    """Sleep in an event loop of which a task computes."""
    asyncio.run(_wait_beside(_compute_in_a_loop()))


WAITS = (
    busy,
    asleep,
    in_a_loop,
    computing_in_a_loop,
    for_others,
    beside_a_callback,
    asleep_beside_a_callback,
    beside_a_task_of_its_own,
)


def _ready() -> None:
    print("ready", flush=True)  # noqa: T201 - what the test waits for


def _later(tell: Callable[[], None]) -> None:
    # Told by the event loop, it is waited for by then.
    asyncio.get_event_loop().call_later(0.1, tell)


def _ready_and_compute() -> NoReturn:
    _ready()
    while True:
        pass


async def _compute_in_a_loop() -> None:
    _ready_and_compute()


async def _wait(*, is_last: bool) -> None:
    try:
        if is_last:
            _later(_ready)
        await asyncio.sleep(LONG)
    finally:
        print("in order")  # noqa: T201 - what the test reads


async def _wait_for_two() -> None:
    async with asyncio.TaskGroup() as both:
        both.create_task(_wait(is_last=False))
        both.create_task(_wait(is_last=True))


async def _wait_beside(other: Coroutine[None, None, None]) -> None:
    task = asyncio.create_task(other)  # noqa: F841, RUF006 - it lives as long as this
    await asyncio.sleep(LONG)

from __future__ import annotations

import asyncio
import gc
from functools import partial

import pytest

from wherry.index.single_flight import SingleFlight, together


async def work_until_cancelled(ended: list[str], name: str) -> None:
    try:
        await asyncio.sleep(3600)
    finally:
        ended.append(name)


async def test_concurrent_and_later_calls_share_one_run() -> None:
    runs = []

    async def work() -> str:
        runs.append(1)
        await asyncio.sleep(0)
        return "done"

    async with SingleFlight() as flights:
        assert await asyncio.gather(*(flights.join("key", work) for _ in range(3))) == ["done"] * 3
        assert await flights.join("key", work) == "done"
    assert runs == [1]


async def test_cancelling_one_caller_does_not_affect_the_others() -> None:
    gate = asyncio.Event()

    async def work() -> str:
        await gate.wait()
        return "done"

    async with SingleFlight() as flights:
        first = asyncio.create_task(flights.join("key", work))
        second = asyncio.create_task(flights.join("key", work))
        await asyncio.sleep(0)
        first.cancel()
        await asyncio.sleep(0)
        gate.set()
        assert await second == "done"
        assert first.cancelled()


async def test_leaving_cancels_running_tasks() -> None:
    ended = asyncio.Event()

    async def work() -> None:
        try:
            await asyncio.sleep(3600)
        finally:
            ended.set()

    async with SingleFlight() as flights:
        waiting = asyncio.create_task(flights.join("key", work))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    assert ended.is_set()
    with pytest.raises(asyncio.CancelledError):
        await waiting


async def test_a_failure_is_forgotten_and_retried() -> None:
    outcomes = iter([ValueError("once"), None])

    async def work() -> str:
        outcome = next(outcomes)
        if outcome is not None:
            raise outcome
        return "done"

    async with SingleFlight() as flights:
        with pytest.raises(ValueError, match="once"):
            await flights.join("key", work)
        assert await flights.join("key", work) == "done"


async def test_a_forgotten_result_is_computed_again() -> None:
    runs = iter(range(9))

    async def work() -> int:
        return next(runs)

    async with SingleFlight() as flights:
        assert await flights.join("key", work) == 0
        flights.forget("key")
        assert await flights.join("key", work) == 1


async def test_together_raises_the_first_failure_unwrapped() -> None:
    ended = []

    async def fail() -> None:
        raise KeyError("bare")

    async def wait() -> None:
        try:
            await asyncio.sleep(3600)
        finally:
            ended.append("waited")

    with pytest.raises(KeyError, match="bare"):
        await together([wait(), fail()])
    assert ended == ["waited"]


async def test_abandoning_cancels_a_task_without_callers() -> None:
    ended: list[str] = []
    work = partial(work_until_cancelled, ended)
    async with SingleFlight() as flights:
        flights.begin("alone", lambda: work("alone"))
        flights.begin("wanted", lambda: work("wanted"))
        waiting = asyncio.create_task(flights.join("wanted", lambda: work("again")))
        for _ in range(3):
            await asyncio.sleep(0)
        flights.abandon("alone")
        flights.abandon("wanted")
        flights.abandon("unknown")
        for _ in range(3):
            await asyncio.sleep(0)
        assert ended == ["alone"]
        assert not waiting.done()
    with pytest.raises(asyncio.CancelledError):
        await waiting


async def test_a_handled_failure_is_not_reported_to_the_loop() -> None:
    heard: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: heard.append(context))

    async def work() -> str:
        await asyncio.sleep(0)
        raise ValueError

    async def fail() -> None:
        raise KeyError

    async with SingleFlight() as flights:
        with pytest.raises(KeyError):
            await together([flights.join("key", work), fail()])
        await asyncio.sleep(0.01)
    gc.collect()
    assert heard == []


async def test_a_task_ends_with_its_last_caller_unless_it_was_begun_for_later() -> None:
    ended: list[str] = []
    work = partial(work_until_cancelled, ended)
    async with SingleFlight() as flights:
        flights.begin("for later", lambda: work("for later"))
        alone = asyncio.create_task(flights.join("alone", lambda: work("alone")))
        one, other = (asyncio.create_task(flights.join("shared", lambda: work("shared"))) for _ in range(2))
        later = asyncio.create_task(flights.join("for later", lambda: work("again")))
        await asyncio.sleep(0.01)
        for task in (alone, one, later):
            task.cancel()
        await asyncio.sleep(0.01)
        assert ended == ["alone"]
        assert not other.done()
    with pytest.raises(asyncio.CancelledError):
        await other

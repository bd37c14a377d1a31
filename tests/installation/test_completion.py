from __future__ import annotations

import asyncio

import pytest

from wherry.installation.completion import to_the_end


async def test_work_ends_though_its_caller_is_cancelled_and_the_caller_gets_the_result():
    may_end = asyncio.Event()

    async def work() -> str:
        await may_end.wait()
        return "done"

    async def call() -> tuple[str, int]:
        result = await to_the_end(work())
        task = asyncio.current_task()
        assert task is not None
        return result, task.cancelling()

    caller = asyncio.ensure_future(call())
    for _ in range(2):
        await asyncio.sleep(0)
        caller.cancel()
        await asyncio.sleep(0)
    may_end.set()
    assert await caller == ("done", 0)


async def test_failures_and_cancellations_of_the_work_itself_go_to_the_caller():
    async def fail() -> None:
        raise KeyError("gone")

    async def be_cancelled() -> None:
        raise asyncio.CancelledError

    with pytest.raises(KeyError, match="gone"):
        await to_the_end(fail())
    with pytest.raises(asyncio.CancelledError):
        await to_the_end(be_cancelled())

"""Caches of callers that fail in every way."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from wherry.index.cache import MemoryCache
from wherry.index.forgiving import ForgivingCache

KEY = "sha256:00"
FAILS = "The cache of downloads fails, and everything is fetched: "


class Fails(Exception):
    def __str__(self) -> str:
        raise ValueError


class Given:
    """A cache whose methods both do ``act``."""

    def __init__(self, act: Any) -> None:
        self.calls = 0
        self._act = act

    async def get(self, _: str) -> Any:
        self.calls += 1
        return await self._act()

    async def put(self, key: str, _: bytes) -> None:
        await self.get(key)


def raising(error: BaseException) -> Any:
    async def act() -> None:
        raise error

    return act


def giving(answer: object) -> Any:
    async def act() -> object:
        return answer

    return act


async def never() -> None:
    await asyncio.Event().wait()


@pytest.mark.parametrize(
    ("act", "problem"),
    [
        (raising(ValueError("broken")), "ValueError: broken"),
        (raising(asyncio.CancelledError()), "CancelledError"),
        (raising(GeneratorExit()), "GeneratorExit"),
        (raising(Fails()), "Fails"),
        (raising(OSError("x" * 1000)), f"OSError: {'x' * 91}…"),
        (giving("text"), "it answered with str, which holds no bytes"),
        (giving(7), "it answered with int, which holds no bytes"),
        (giving({}), "it answered with dict, which holds no bytes"),
        (lambda: b"at once", "TypeError: object bytes can't be used in 'await' expression"),
        (None, "TypeError: 'NoneType' object is not callable"),
    ],
)
async def test_what_fails_is_nothing_kept_and_one_warning(act: Any, problem: str) -> None:
    cache = ForgivingCache(Given(act))
    assert [await cache.get(KEY), await cache.get(KEY)] == [None, None]
    await cache.put(KEY, b"content")
    [warning] = cache.take_warnings()
    assert warning.startswith(FAILS + problem[:60])
    assert cache.take_warnings() == ()


async def test_a_cache_without_methods_fails_in_the_same_way() -> None:
    cache = ForgivingCache(object())  # type: ignore[arg-type]
    assert await cache.get(KEY) is None
    await cache.put(KEY, b"content")
    assert len(cache.take_warnings()) == 1


async def test_one_that_never_settles_is_not_asked_again() -> None:
    given = Given(never)
    cache = ForgivingCache(given, 0)
    assert [await cache.get(KEY), await cache.get(KEY)] == [None, None]
    await cache.put(KEY, b"content")
    assert given.calls == 1
    assert cache.take_warnings() == (f"{FAILS}it has not answered within 0 seconds, and is not asked again",)


async def test_one_that_cannot_be_cancelled_is_left_alone() -> None:
    end = asyncio.Event()

    async def stubborn() -> None:
        while not end.is_set():
            try:
                await end.wait()
            except asyncio.CancelledError:
                continue

    assert await ForgivingCache(Given(stubborn), 0).get(KEY) is None
    end.set()


@pytest.mark.parametrize("kept", [b"content", bytearray(b"content"), memoryview(b"content")])
async def test_anything_that_holds_bytes_is_taken_and_copied(kept: Any) -> None:
    cache = ForgivingCache(Given(giving(kept)))
    found = await cache.get(KEY)
    assert (type(found), found, cache.take_warnings()) == (bytes, b"content", ())


async def test_a_cache_that_works_keeps_what_it_is_given() -> None:
    cache = ForgivingCache(MemoryCache())
    assert await cache.get(KEY) is None
    await cache.put(KEY, b"content")
    assert await cache.get(KEY) == b"content"


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit])
async def test_an_interrupt_is_passed_on_to_the_caller(error: type[BaseException]) -> None:
    with pytest.raises(error):
        await ForgivingCache(Given(raising(error()))).get(KEY)


async def test_cancelling_the_caller_cancels_the_cache() -> None:
    begun, cancelled = asyncio.Event(), asyncio.Event()

    async def waits() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()

    cache = ForgivingCache(Given(waits))
    task = asyncio.create_task(cache.get(KEY))
    await begun.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await cancelled.wait()
    assert cache.take_warnings() == ()

from __future__ import annotations

import asyncio
from collections.abc import Coroutine

import pytest

import wherry
from wherry.model.unawaited_call import begins_when_awaited

HINT = "<add() has not begun: write await in front of it, as in: await wherry.add(…)>"


@begins_when_awaited
async def add(one: int, other: int) -> int:
    """Add two numbers after a turn of the event loop."""
    await asyncio.sleep(0)
    return one + other


@begins_when_awaited
async def fail() -> None:
    raise ValueError("no")


async def test_a_call_can_be_awaited():
    assert await add(1, other=2) == 3
    assert await asyncio.create_task(add(1, 2)) == 3
    assert await asyncio.ensure_future(add(1, 2)) == 3
    assert list(await asyncio.gather(add(1, 2), add(3, 4))) == [3, 7]


async def test_an_exception_reaches_the_caller():
    with pytest.raises(ValueError, match="no"):
        await fail()


async def test_a_task_of_a_call_can_be_cancelled():
    @begins_when_awaited
    async def wait() -> None:
        await asyncio.Event().wait()

    task = asyncio.create_task(wait())
    await asyncio.sleep(0)
    assert "wait()" in repr(task)
    assert task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


def test_a_call_that_is_not_awaited_says_that_it_must_be():
    call = add(1, 2)
    assert isinstance(call, Coroutine)
    assert repr(call) == HINT
    call.close()
    assert repr(call) != HINT


def test_a_call_that_never_ran_gives_pythons_own_warning():
    with pytest.warns(RuntimeWarning, match="'add' was never awaited"):
        add(1, 2)  # type: ignore[unused-coroutine]


def test_a_decorated_function_keeps_its_name_and_docstring():
    assert add.__name__ == "add"
    assert add.__doc__ == "Add two numbers after a turn of the event loop."


@pytest.mark.parametrize("name", ["install", "install_imports", "resolve"])
def test_every_public_coroutine_function_shows_the_hint(name):
    call = getattr(wherry.Installer, name)(None, "idna")
    assert repr(call) == HINT.replace("add", name)
    call.close()

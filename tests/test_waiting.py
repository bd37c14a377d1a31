"""Calls without ``await``, on a Python without Pyodide."""

from __future__ import annotations

import inspect

import pytest

import wherry
from wherry.errors import UnsupportedRuntime
from wherry.installer import Installer
from wherry.waiting import waiting

NAMES = ["install", "install_lock", "lock", "resolve"]


async def double(number: int) -> int:
    """Double a number."""
    if number < 0:
        raise ValueError(number)
    return 2 * number


def test_the_call_gives_the_result_and_the_exception() -> None:
    assert waiting(double)(21) == 42
    with pytest.raises(ValueError, match="-1"):
        waiting(double)(-1)


async def test_in_a_running_loop_the_error_names_the_call_with_await() -> None:
    with pytest.raises(UnsupportedRuntime, match=r"write: await wherry.double\(…\)"):
        waiting(double)(21)


@pytest.mark.parametrize("name", NAMES)
def test_functions_and_methods_have_their_own_names_and_the_signatures_of_the_others(name: str) -> None:
    for place in (wherry, Installer):
        call, other = getattr(place, f"{name}_sync"), getattr(place, name)
        assert (call.__name__, inspect.signature(call)) == (f"{name}_sync", inspect.signature(other))
        assert f"{name}`, without ``await``" in call.__doc__

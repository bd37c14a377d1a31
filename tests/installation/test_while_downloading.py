"""When modules are compiled during downloads."""

from __future__ import annotations

import asyncio
from typing import Any, NamedTuple

import pytest
from packaging.utils import canonicalize_name

from tests.harness.index_files import make_wheel
from wherry.formats.wheel_archive import open_wheel
from wherry.installation.destination import Delivery, SharedLibrary
from wherry.installation.while_downloading import WhileDownloading


class File(NamedTuple):
    name: str
    size: int | None = 1_000_001


FILES: Any = {name: File(name) for name in ("one", "two", "three")}


class Index:
    """Knows how many bytes of each file have been received."""

    def __init__(self):
        self.bytes = {}
        self.asked = 0

    def received(self, file):
        self.asked += 1
        return self.bytes.get(file, 0)


@pytest.fixture
def index():
    return Index()


def begin(index: Any, *names: Any, folder: str | None = "/site") -> Any:
    """Return a compiler for the wheels of ``names``, which stand for pins."""
    return WhileDownloading({name: FILES[name] for name in names}, index, folder)


def delivery(name):
    wheel = make_wheel(name, "1")
    return Delivery(open_wheel(wheel.content, filename=wheel.filename), "https://example.org/", requested=True)


async def finish():
    while others := asyncio.all_tasks() - {asyncio.current_task()}:
        await asyncio.gather(*others, return_exceptions=True)


async def test_wheels_are_compiled_while_another_file_travels(index):
    ahead = begin(index, *FILES)
    one, two = delivery("one"), delivery("two")
    index.bytes[FILES["three"]] = 1
    ahead.arrived("one", one)
    await finish()
    ahead.arrived("two", two)
    await finish()
    assert [[module.place for module in wheel.compiled] for wheel in (one, two)] == [["one.py"], ["two.py"]]


async def test_nothing_is_compiled_before_a_file_travels(index):
    ahead = begin(index, *FILES)
    index.bytes[FILES["one"]] = 1
    one = delivery("one")
    ahead.arrived("one", one)
    while index.asked < 5:  # noqa: ASYNC110 - nothing announces it
        await asyncio.sleep(0)
    assert one.compiled == []
    index.bytes[FILES["two"]] = 1
    await finish()
    assert len(one.compiled) == 1


@pytest.mark.parametrize(("size", "count"), [(None, 1), (1_000_001, 1), (1_000_000, 0)])
async def test_a_short_download_is_not_worth_it(index, size, count):
    ahead = WhileDownloading({"one": FILES["one"], "two": File("two", size)}, index, "/site")  # type: ignore[dict-item]
    index.bytes[File("two", size)] = 1
    one = delivery("one")
    ahead.arrived("one", one)  # type: ignore[arg-type]
    while index.asked < 3 and not one.compiled:  # noqa: ASYNC110 - nothing announces it
        await asyncio.sleep(0)
    ahead.stop()
    await finish()
    assert len(one.compiled) == count


@pytest.mark.parametrize("last", [delivery("three"), SharedLibrary(canonicalize_name("three"), "", {})])
async def test_the_last_arrival_ends_it(index, last):
    ahead = begin(index, "one", "three")
    index.bytes[FILES["three"]] = 1
    one = delivery("one")
    ahead.arrived("one", one)
    await asyncio.sleep(0)
    ahead.arrived("three", last)
    await finish()
    assert (one.compiled, getattr(last, "compiled", [])) == ([], [])


async def test_nothing_is_compiled_where_bytecode_has_no_place(index):
    ahead = begin(index, *FILES, folder=None)
    index.bytes[FILES["two"]] = 1
    one = delivery("one")
    ahead.arrived("one", one)
    await finish()
    ahead.stop()
    assert one.compiled == []

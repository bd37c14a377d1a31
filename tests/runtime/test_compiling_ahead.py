"""Modules that are compiled while another wheel is still downloading behave like those compiled at their import."""

from __future__ import annotations

import random

import pytest
from pytest_pyodide import run_in_pyodide

from tests.harness.faults import Fault, Kind
from tests.harness.index_files import make_wheel

WORK = """def work(number):
    # A comment.
    return 1 / number
"""
FILES = {
    "ahead/__init__.py": "from .parts import work\n",
    "ahead/parts/__init__.py": "from ahead.parts.work import work\n",
    "ahead/parts/work.py": WORK,
    "ahead/unused.py": "",
    "ahead/bad.py": "def\n",
    "ahead/deep.py": "a = 1" + " + a" * 5000,
    "ahead_all.py": "def never():\n  pass\nif never():\n  import ahead.bad, ahead.deep\n",
}
WHEELS = [
    make_wheel("ahead", "1", requires=["late"], files=FILES),
    make_wheel("late", "1", files={"late.bin": random.Random(1).randbytes(3_000_000)}),  # noqa: S311
]


@pytest.fixture
def waiting(fresh_wherry_runtime, index_server):
    """A runtime whose installation waits for its last wheel, and its server."""
    index_server.files.extend(WHEELS)
    index_server.faults.append(Fault("*late*.whl", Kind.STALL, seconds=600))
    begin(fresh_wherry_runtime, index_server.json_url)
    return fresh_wherry_runtime, index_server


@run_in_pyodide
async def begin(selenium, index_url):
    import asyncio
    import builtins

    import wherry

    def compiling():
        return any("CompilingAhead" in repr(task) for task in asyncio.all_tasks())

    vars(builtins)["installing"] = asyncio.ensure_future(wherry.install("ahead", index_urls=[index_url]))
    while not compiling():  # noqa: ASYNC110 - nothing announces it
        await asyncio.sleep(0)
    while compiling():  # noqa: ASYNC110
        await asyncio.sleep(0)


@run_in_pyodide
async def finish(selenium):
    import builtins

    return [str(item) for item in (await vars(builtins)["installing"]).installed]


@run_in_pyodide
async def cancel(selenium):
    import asyncio
    import builtins

    installing = vars(builtins)["installing"]
    installing.cancel()
    await asyncio.gather(installing, return_exceptions=True)


@run_in_pyodide
def find(selenium, pattern):
    import sysconfig
    from pathlib import Path

    root = Path(sysconfig.get_path("purelib"))
    return sorted(str(path.relative_to(root)) for path in root.rglob(pattern))


@run_in_pyodide
def use(selenium):
    import inspect
    import traceback
    from importlib import import_module

    trace = []
    try:
        import_module("ahead").work(0)
    except ZeroDivisionError as error:
        trace += traceback.format_exception(error)
    work = import_module("ahead.parts.work").work
    return work(2), inspect.getsource(work), trace[-2], work.__code__.co_filename


@run_in_pyodide
def change(selenium):
    import sys
    from importlib import import_module
    from pathlib import Path

    source = Path(import_module("ahead.parts.work").work.__code__.co_filename)
    source.write_text(source.read_text().replace("1 /", "3 /"))
    del sys.modules["ahead.parts.work"]
    return import_module("ahead.parts.work").work(1)


@run_in_pyodide
def read_bad(selenium):
    from importlib import import_module

    try:
        import_module("ahead.bad")
    except SyntaxError as error:
        return error.lineno
    return None


@run_in_pyodide
async def install(selenium, index_url):
    import wherry

    return [str(item) for item in (await wherry.install("ahead", index_urls=[index_url])).installed]


def test_modules_compiled_ahead_are_imported_with_their_sources(waiting):
    runtime, server = waiting
    server.faults[0].seconds = 0
    assert finish(runtime) == ["ahead 1", "late 1"]
    modules = ("ahead_all", "ahead/__init__", "ahead/parts/__init__", "ahead/parts/work")
    assert {path.replace("__pycache__/", "").partition(".")[0] for path in find(runtime, "*.pyc")} == {*modules}
    result, source, trace, file = use(runtime)
    assert (result, source) == (0.5, WORK)
    assert file.endswith("site-packages/ahead/parts/work.py")
    assert f'{file}", line 3, in work\n    return 1 / number\n' in trace
    assert read_bad(runtime) == 1
    assert change(runtime) == 3


def test_a_cancelled_installation_leaves_nothing_that_was_compiled(waiting):
    runtime, server = waiting
    cancel(runtime)
    assert find(runtime, "*ahead*") == []
    server.faults[0].seconds = 0
    assert install(runtime, server.json_url) == ["ahead 1", "late 1"]
    assert use(runtime)[0] == 0.5

"""Which modules are compiled ahead of their import, and in which order."""

from __future__ import annotations

import asyncio
import marshal
import sys
import warnings

import pytest

from tests.harness.index_files import make_wheel
from wherry.errors import InvalidSource
from wherry.formats.wheel_archive import open_wheel
from wherry.installation.compiling_ahead import CompilingAhead, compile_module
from wherry.installation.destination import Delivery

BROKEN = {
    "syntax error": b"def",
    "null byte": b"a = '\0'",
    "not UTF-8": b"a = '\xff'",
    "another encoding": b"# coding: latin-1\na = '\xe9'",
    "another encoding in its second line": b"#!/usr/bin/python\n# vim: set fileencoding=utf-7 :\na = 1",
    "too deep": b"a = 1" + b" + a" * 5000,
    "integer of too many digits": b"a = " + b"1" * 5000,
}


def delivery(name, files, *, requested=True):
    wheel = make_wheel(name, "1", files=files)
    return Delivery(open_wheel(wheel.content, filename=wheel.filename), "https://example.org/", requested)


async def compiled(*deliveries):
    """Compile all, and return the places in order."""
    ahead = CompilingAhead("/site")
    for one in deliveries:
        ahead.add(one)
        await finished(ahead)
    return [[module.place for module in one.compiled] for one in deliveries]


async def finished(ahead):
    others = asyncio.all_tasks() - {asyncio.current_task()}
    await asyncio.gather(*others)


async def test_modules_are_compiled_in_the_order_of_imports():
    files = {
        "app/__init__.py": "from . import first\nfrom .second import name\nimport other\n",
        "app/first.py": "from .deep import x\n",
        "app/deep/__init__.py": "",
        "app/second.py": "from app.deep.down import y\n",
        "app/deep/down.py": "",
        "app/unused.py": "",
        "app_test.py": "",
        "app/notes.txt": "",
    }
    assert await compiled(delivery("app", files)) == [
        [
            "app/__init__.py",
            "app_test.py",
            "app/first.py",
            "app/second.py",
            "app/deep/__init__.py",
            "app/deep/down.py",
        ]
    ]


async def test_a_module_waits_for_its_wheel():
    app = delivery("app", {"app.py": "import lib.part, lib.extra\n"})
    lib = delivery("lib", {"lib/__init__.py": "", "lib/part.py": "", "lib/unused.py": ""}, requested=False)
    extra = delivery("lib-extra", {"lib/extra.py": ""}, requested=False)
    assert await compiled(app, lib, extra) == [["app.py"], ["lib/__init__.py", "lib/part.py"], ["lib/extra.py"]]
    assert await compiled(lib, extra) == [["lib/__init__.py", "lib/part.py"], ["lib/extra.py"]]


async def test_a_wheel_that_nothing_imports_is_not_compiled():
    assert await compiled(delivery("lib", {"lib.py": ""}, requested=False)) == [[]]


async def test_code_is_that_of_an_import():
    source = "def f(x: int = 1) -> str:\n    '''Text.'''\n    assert x\n    return g'"
    app = delivery("app", {"app.py": source.replace("g'", "'g'")})
    await compiled(app)
    [module] = app.compiled
    assert (module.place, module.digest) == ("app.py", app.wheel.record["app.py"].digest)
    assert marshal.loads(module.code) == compile(app.wheel.read("app.py"), "/site/app.py", "exec", dont_inherit=True)  # noqa: S302 - our own


@pytest.mark.parametrize("kind", BROKEN)
async def test_a_source_that_cannot_be_compiled_is_left_out(kind):
    app = delivery(
        "app", {"app/__init__.py": "from . import bad, good\n", "app/bad.py": BROKEN[kind], "app/good.py": ""}
    )
    assert await compiled(app) == [["app/__init__.py", "app/good.py"]]


async def test_a_file_that_differs_from_record_is_left_out():
    wheel = make_wheel("app", "1", files={"app.py": "a = 1\n"})
    opened = open_wheel(wheel.content, filename=wheel.filename)
    opened.record["app.py"] = opened.record["app.py"]._replace(digest="A" * 43)
    assert await compiled(Delivery(opened, "https://example.org/", requested=True)) == [[]]


async def test_warnings_of_the_compiler_are_silent(recwarn):
    assert await compiled(delivery("app", {"app.py": "'\\d'\n1 is 1\n"})) == [["app.py"]]
    assert list(recwarn) == []
    with pytest.warns(SyntaxWarning):
        warnings.warn("another", SyntaxWarning, stacklevel=1)


async def test_nothing_is_compiled_after_the_stop():
    ahead, app = CompilingAhead("/site"), delivery("app", {"app.py": ""})
    ahead.add(app)
    ahead.stop()
    await asyncio.gather(*asyncio.all_tasks() - {asyncio.current_task()}, return_exceptions=True)
    assert app.compiled == []


async def test_the_event_loop_goes_on_between_modules():
    files = {
        f"app/part_{number}.py": f"from . import part_{number + 1}\n{'f(1, [2])' * 1}\n" * 500 for number in range(40)
    }
    app = delivery("app", {"app/__init__.py": "from . import part_0\n", **files})
    CompilingAhead("/site").add(app)
    counts = set()
    while len(app.compiled) < 41:
        await asyncio.sleep(0)
        counts.add(len(app.compiled))
    assert len(counts) > 2


def test_a_declaration_behind_a_carriage_return_counts():
    with pytest.raises(InvalidSource, match="its encoding is not UTF-8"):
        compile_module(b"\r# coding: utf-7\rx=+AC0-1\r", "a.py")


@pytest.mark.parametrize(
    "declaration", ["", "# coding: utf-8", "# -*- coding: UTF8 -*-", "\n\n# coding: latin-1", "\ufeff"]
)
def test_sources_in_utf_8_are_compiled(declaration):
    assert compile_module(f"{declaration}\na = 'é'\n".encode(), "a.py").co_consts[0] == "é"


def test_the_compiler_has_the_optimization_of_the_interpreter():
    code = compile_module(b"def f():\n    'Text.'", "a.py")
    assert ("Text." in code.co_consts[0].co_consts) is (sys.flags.optimize < 2)

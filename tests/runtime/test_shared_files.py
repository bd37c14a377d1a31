"""Files of several distributions in Pyodide, unpacked at once or at their first read."""

from __future__ import annotations

import pytest
from pytest_pyodide import run_in_pyodide

from tests.harness.index_files import make_wheel

INIT = "__path__ = __import__('pkgutil').extend_path(__path__, __name__)\n"
PAIR = [
    make_wheel(f"jar-{one}", "1", files={"jar/__init__.py": INIT, f"jar/{one}.py": f"name = '{one}'\n"}) for one in "ab"
]
TESTED = [make_wheel(f"tested-{one}", "1", files={"tests/__init__.py": f"of = '{one}'\n"}) for one in "ab"]


@run_in_pyodide
async def share(selenium, index_url, strict, steps):
    import os
    import sys

    import wherry

    installer = wherry.Installer(index_urls=[index_url], strict=strict)
    said: list[str] = []
    for step in steps:
        said += (await installer.install(*step)).warnings

    import jar.a
    import jar.b

    names = [jar.a.name, jar.b.name]
    shared = jar.__file__
    found: list[object] = [bool(installer.check())]
    for name in ("jar-a", "jar-b"):
        installer.uninstall(name)
        found.append(os.access(shared, os.R_OK))
    for module in ("jar", "jar.a", "jar.b"):
        del sys.modules[module]
    return said, names, found


@pytest.mark.parametrize("strict", [False, True], ids=["lazy", "strict"])
@pytest.mark.parametrize("steps", [[["jar-a", "jar-b"]], [["jar-b"], ["jar-a"]]], ids=["together", "in turn"])
def test_a_file_of_two_is_shared(wherry_runtime, index_server, strict, steps):
    index_server.files += PAIR
    said, names, found = share(wherry_runtime, index_server.json_url, strict, steps)
    assert (said, names) == ([], ["a", "b"])
    assert found == [False, True, False]


@run_in_pyodide
async def replace(selenium, index_url):
    import linecache
    import sys
    from importlib import import_module

    import wherry

    await wherry.install("tested-b", index_urls=[index_url])
    before = import_module("tests").of
    told: list[str] = []
    try:
        await wherry.install("tested-a", index_urls=[index_url])
    except wherry.InstallConflict as error:
        told = list(error.overwrite)
    report = await wherry.install("tested-a", index_urls=[index_url], overwrite=told)
    del sys.modules["tests"]
    tests = import_module("tests")
    after = tests.of
    del sys.modules["tests"]
    checked = str(wherry.check().broken[0])
    wherry.uninstall("tested-b")
    content = linecache.getlines(str(tests.__file__))
    wherry.uninstall("tested-a")
    return told, list(report.warnings), before, after, checked, content


def test_overwrite_replaces_a_different_file_of_the_named_project(wherry_runtime, index_server):
    index_server.files += TESTED
    told, said, before, after, checked, content = replace(wherry_runtime, index_server.json_url)
    path = "/lib/python3.14/site-packages/tests/__init__.py"
    assert told == ["tested-b"]
    assert said == [
        f"Files of tested-b 1 are replaced by those of tested_a-1-py3-none-any.whl: {path}",
        "An earlier version of tests is imported; restart the runtime to use the new one",
    ]
    assert (before, after, content) == ("b", "a", ["of = 'a'\n"])
    assert checked == f"tested-b 1: 1 of its files is replaced by tested-a 1: {path}"

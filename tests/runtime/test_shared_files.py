"""Files of several distributions in Pyodide, whether they are unpacked at once or when they are first read."""

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
    import importlib
    import os
    import sys

    import wherry

    installer = wherry.Installer(index_urls=[index_url], strict=strict)
    reports = [await installer.install(*step) for step in steps]
    modules = [importlib.import_module(name) for name in ("jar.a", "jar.b")]
    path = str(sys.modules["jar"].__file__)
    checked = str(installer.check())
    stays = []
    for name in ("jar-a", "jar-b"):
        installer.uninstall(name)
        stays.append(os.access(path, os.R_OK))
    for name in ("jar", "jar.a", "jar.b"):
        del sys.modules[name]
    return [list(report.warnings) for report in reports], [module.name for module in modules], checked, stays


@pytest.mark.parametrize("strict", [False, True], ids=["lazy", "strict"])
@pytest.mark.parametrize("steps", [[["jar-a", "jar-b"]], [["jar-b"], ["jar-a"]]], ids=["together", "in turn"])
def test_a_file_of_two_is_shared(wherry_runtime, index_server, strict, steps):
    index_server.files += PAIR
    said, names, checked, stays = share(wherry_runtime, index_server.json_url, strict, steps)
    assert not any(said)
    assert names == ["a", "b"]
    assert checked == "Everything that is installed has what it requires"
    assert stays == [True, False]


@run_in_pyodide
async def replace(selenium, index_url):
    import importlib
    import linecache
    import sys

    import wherry

    def imported():
        return importlib.import_module("tests").of

    told: list[str] = []
    await wherry.install("tested-b", index_urls=[index_url])
    seen = [imported()]
    try:
        await wherry.install("tested-a", index_urls=[index_url])
    except wherry.InstallConflict as error:
        told += error.overwrite
    report = await wherry.install("tested-a", index_urls=[index_url], overwrite=told)
    path = str(sys.modules.pop("tests").__file__)
    seen.append(imported())
    del sys.modules["tests"]
    checked = str(wherry.check())
    wherry.uninstall("tested-b")
    content = linecache.getlines(path)
    wherry.uninstall("tested-a")
    return told, list(report.warnings), seen, checked, content


def test_a_different_file_is_replaced_where_overwrite_names_its_owner(wherry_runtime, index_server):
    index_server.files += TESTED
    told, said, seen, checked, content = replace(wherry_runtime, index_server.json_url)
    path = "/lib/python3.14/site-packages/tests/__init__.py"
    assert told == ["tested-b"]
    assert said == [
        f"Files of tested-b 1 are replaced by those of tested_a-1-py3-none-any.whl: {path}",
        "An earlier tests is imported: restart the runtime to use what has been installed",
    ]
    assert seen == ["b", "a"]
    assert content == ["of = 'a'\n"]
    assert checked == f"Broken: tested-b 1: 1 of its files is replaced by tested-a 1: {path}"

"""Packages of the distribution, installed by wherry: a wheel, and the archive of a shared library that it loads."""

from __future__ import annotations

import pytest
from pytest_pyodide import run_in_pyodide

from tests.harness.distributed import WHEEL, distribute, shared_library
from tests.harness.index_files import IndexFile
from tests.harness.index_server import dead_url
from tests.harness.runtime import snapshot


@pytest.fixture(scope="module")
def library() -> IndexFile:
    return shared_library()


@run_in_pyodide
async def install(selenium, index_url):
    from js import Object
    from pyodide_js import loadedPackages, loadPackage

    import wherry

    try:
        report = await wherry.Installer(index_urls=[index_url]).install("uses-packed")
    except wherry.WherryError as error:
        return type(error).__name__, list(Object.keys(loadedPackages))
    loaded = len(await loadPackage("uses-packed"))
    return [str(item) for item in report.installed], sorted(Object.keys(loadedPackages)), loaded


@run_in_pyodide
def use_and_uninstall(selenium):
    from importlib import import_module

    from js import Object
    from pyodide_js import loadedPackages

    import wherry

    uses_packed = import_module("uses_packed")
    gone = wherry.uninstall("uses-packed")
    return hasattr(uses_packed.packed, "PyInit__cmsgpack"), list(gone.warnings), list(Object.keys(loadedPackages))


def test_a_package_is_installed_with_its_shared_library_which_loads(fresh_wherry_runtime, index_server, library):
    distribute(fresh_wherry_runtime, index_server, library)
    outcome = install(fresh_wherry_runtime, dead_url())
    assert outcome == (["uses-packed 1.0"], ["libpacked", "uses_packed"], 0)
    works, said, loaded = use_and_uninstall(fresh_wherry_runtime)
    assert works
    assert said == ["uses-packed 1.0 is imported (uses_packed): it stays in memory until the runtime restarts"]
    assert loaded == ["libpacked"]


def spoilt(file: IndexFile) -> IndexFile:
    return IndexFile(file.filename, file.content[:-1] + bytes([file.content[-1] ^ 0xFF]))


def cut(file: IndexFile) -> IndexFile:
    return IndexFile(file.filename, file.content[: len(file.content) // 2])


def absent(file: IndexFile) -> IndexFile:
    return IndexFile(file.filename, b"never served")


FAULTS = {"spoilt": (spoilt, "IntegrityError"), "cut": (cut, "IntegrityError"), "absent": (absent, "RefusedByIndex")}


@pytest.mark.parametrize("which", ["library", "wheel"])
@pytest.mark.parametrize("fault", FAULTS)
def test_files_that_differ_from_the_lock_are_refused_without_traces(
    wherry_runtime, index_server, library, which, fault
):
    change, error = FAULTS[fault]
    served = change(library if which == "library" else WHEEL)
    distribute(wherry_runtime, index_server, library, **{f"served_{which}": served})
    if change is absent:
        index_server.files.remove(served)
    before = snapshot(wherry_runtime)
    assert install(wherry_runtime, dead_url()) == (error, [])
    assert snapshot(wherry_runtime) == before

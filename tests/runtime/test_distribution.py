"""Packages of the distribution, installed by wherry: a wheel, and the archive of a shared library that it loads."""

from __future__ import annotations

import io
import json
import zipfile

import pytest
from pytest_pyodide import run_in_pyodide

from tests.harness.index_files import IndexFile, make_wheel, read_wheels
from tests.harness.index_pages import file_path
from tests.harness.index_server import dead_url
from tests.harness.paths import WHEELS
from tests.harness.runtime import snapshot

WHEEL = make_wheel(
    "uses-packed", "1.0", files={"uses_packed.py": "import ctypes\n\npacked = ctypes.CDLL('libpacked.so')\n"}
)
LIBRARY = "libpacked-1.0.zip"


@pytest.fixture(scope="module")
def library() -> IndexFile:
    """The archive of a real library, taken from a compiled extension, which also loads by itself."""
    (wheel,) = (file for file in read_wheels(WHEELS / "newest") if file.filename.startswith("msgpack-"))
    archive = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(wheel.content)) as source, zipfile.ZipFile(archive, "w") as target:
        (name,) = (name for name in source.namelist() if name.endswith(".so"))
        target.writestr("libpacked.so", source.read(name))
    return IndexFile(LIBRARY, archive.getvalue())


def distribute(runtime, server, library, *, served_library=None, served_wheel=None):
    """Add both to the runtime's distribution, with the hashes of the real files; serve other files if given."""
    entries = {}
    for name, promised, served in (
        ("libpacked", library, served_library or library),
        ("uses-packed", WHEEL, served_wheel or WHEEL),
    ):
        server.files.append(served)
        entries[name] = {
            # The lock's own spelling, which differs from some normalized names.
            "name": name.replace("-", "_"),
            "version": "1.0",
            "file_name": f"{server.url}{file_path(served)}",
            "sha256": promised.sha256,
            "install_dir": "site" if promised is WHEEL else "dynlib",
            "package_type": "package" if promised is WHEEL else "shared_library",
            "imports": [name.replace("-", "_")] if promised is WHEEL else [],
            "depends": ["libpacked"] if promised is WHEEL else [],
            "unvendored_tests": False,
        }
    runtime.run_js(f"Object.assign(pyodide.lockfile.packages, {json.dumps(entries)}); return null")


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

"""Lazy files, which are unpacked at their first read, behave like other files."""

from __future__ import annotations

import pytest
from pytest_pyodide import run_in_pyodide

from tests.harness.index_files import make_wheel

FILES = {
    "lazy/__init__.py": "answer = 42\n",
    "lazy/deep/er/text.txt": "0123456789" * 1000,
    "lazy/empty.txt": "",
    "lazy/one.txt": "one",
    "lazy/two.txt": "two",
    "lazy/three.txt": "three",
    "lazy/four.txt": "four",
    "lazy/five.txt": "five",
    "lazy/six.txt": "six",
}


@pytest.fixture
def installed(wherry_runtime, index_server):
    """A runtime with a wheel of many kinds of files, which is uninstalled afterwards."""
    index_server.files.append(make_wheel("lazy", "1", files=FILES))
    install(wherry_runtime, index_server.json_url)
    yield wherry_runtime
    uninstall(wherry_runtime)


@run_in_pyodide
async def install(selenium, index_url):
    import wherry

    await wherry.install("lazy", index_urls=[index_url])


@run_in_pyodide
def uninstall(selenium):
    import shutil
    import sys
    import sysconfig

    import wherry

    wherry.uninstall("lazy")
    shutil.rmtree(f"{sysconfig.get_path('purelib')}/lazy", ignore_errors=True)  # modified files stay
    sys.modules.pop("lazy", None)


@run_in_pyodide
def states(selenium, paths):
    import sysconfig

    import pyodide_js
    from js import Object

    def is_packed(path):
        node = pyodide_js.FS.lookupPath(f"{sysconfig.get_path('purelib')}/{path}").node
        return hasattr(Object.getOwnPropertyDescriptor(node, "contents"), "get")

    return {path: is_packed(path) for path in paths}


@run_in_pyodide
def compare(selenium, files):
    import stat
    import sysconfig
    import time
    from pathlib import Path

    root = Path(sysconfig.get_path("purelib"))
    own = root / "own.txt"
    own.write_text("own")
    expected = own.stat()
    own.unlink()
    for path, content in files.items():
        before = (root / path).stat()
        assert (before.st_size, before.st_mode) == (len(content), expected.st_mode)
        assert abs(before.st_mtime - time.time()) < 3600
        assert (root / path).read_text() == content
        assert (root / path).stat().st_ino == before.st_ino
    assert stat.S_ISDIR((root / "lazy" / "deep").stat().st_mode)
    assert [path.name for path in (root / "lazy" / "deep" / "er").iterdir()] == ["text.txt"]


def test_lazy_files_are_unpacked_at_the_first_read_and_have_the_same_status_before(installed):
    assert set(states(installed, list(FILES)).values()) == {True}
    compare(installed, FILES)
    assert set(states(installed, list(FILES)).values()) == {False}


@run_in_pyodide
def use(selenium):
    import mmap
    import os
    import shutil
    import sysconfig
    from importlib import import_module
    from pathlib import Path

    import pyodide_js

    assert import_module("lazy").answer == 42
    root = Path(sysconfig.get_path("purelib"), "lazy")
    with (root / "deep" / "er" / "text.txt").open("rb") as file:
        file.seek(9995)
        assert file.read(10) == b"56789"
    with (root / "one.txt").open("r+b") as one, mmap.mmap(one.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
        assert mapped[:] == b"one"
    with (root / "two.txt").open("r+b") as two:
        two.seek(1)
        two.write(b"WO and more")
    assert (root / "two.txt").read_text() == "tWO and more"
    with (root / "three.txt").open("a") as three:
        three.write("!")
    assert (root / "three.txt").read_text() == "three!"
    os.truncate(root / "four.txt", 2)
    assert (root / "four.txt").read_text() == "fo"
    (root / "five.txt").write_text("5")
    assert (root / "five.txt").read_text() == "5"
    shutil.copy(root / "six.txt", root / "copy.txt")
    (root / "six.txt").rename(root / "moved.txt")
    assert (root / "copy.txt").read_text() == (root / "moved.txt").read_text() == "six"
    for name in ("copy.txt", "moved.txt"):
        (root / name).unlink()
    assert pyodide_js.FS.readFile(f"{root}/deep/er/text.txt", encoding="utf8") == "0123456789" * 1000


def test_lazy_files_can_be_mapped_written_truncated_moved_and_copied(installed):
    use(installed)


@run_in_pyodide
async def install_elsewhere(selenium, index_url, strict):
    import sysconfig

    import pyodide_js
    from js import Object

    import wherry

    await wherry.Installer(strict=strict).install("lazy", index_urls=[index_url])
    node = pyodide_js.FS.lookupPath(f"{sysconfig.get_path('purelib')}/lazy/one.txt").node
    is_packed = hasattr(Object.getOwnPropertyDescriptor(node, "contents"), "get")
    wherry.uninstall("lazy")
    return is_packed


@pytest.mark.parametrize("strict", [False, True])
def test_strict_unpacks_all_files_at_once(wherry_runtime, index_server, strict):
    index_server.files.append(make_wheel("lazy", "1", files=FILES))
    assert install_elsewhere(wherry_runtime, index_server.json_url, strict) is not strict


@run_in_pyodide
async def mounted(selenium, index_url):
    import linecache
    import sysconfig

    import pyodide_js

    import wherry

    site_packages = sysconfig.get_path("purelib")
    files = pyodide_js.FS
    files.mount(files.filesystems.IDBFS, {}, site_packages)
    try:
        await wherry.install("lazy", index_urls=[index_url])
        text = linecache.getline(f"{site_packages}/lazy/one.txt", 1)
        wherry.uninstall("lazy")
    finally:
        files.unmount(site_packages)
    return text


def test_another_file_system_gets_its_files_at_once(fresh_wherry_runtime, index_server):
    index_server.files.append(make_wheel("lazy", "1", files=FILES))
    assert mounted(fresh_wherry_runtime, index_server.json_url) == "one\n"

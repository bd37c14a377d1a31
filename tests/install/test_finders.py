from __future__ import annotations

import importlib
import os
import subprocess
import sys
from typing import TYPE_CHECKING
from zipfile import ZipFile
from zipimport import zipimporter

import pytest

from wherry.install.finders import look_again

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder on the path, that need not be there yet."""
    sys.path.append(str(tmp_path / "site"))
    yield tmp_path / "site"
    sys.path.remove(str(tmp_path / "site"))
    for name in ("new_here", "first_here"):
        sys.modules.pop(name, None)


def unnoticed(folder: Path, name: str) -> None:
    """Put a file into ``folder`` within the resolution of its time of modification."""
    before = folder.stat().st_mtime_ns
    (folder / name).write_text("")
    os.utime(folder, ns=(before, before))


def test_a_module_that_came_into_a_folder_already_listed_is_found(folder: Path) -> None:
    folder.mkdir()
    (folder / "first_here.py").write_text("")
    importlib.import_module("first_here")
    unnoticed(folder, "new_here.py")
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("new_here")
    look_again()
    assert importlib.import_module("new_here").__file__ == str(folder / "new_here.py")


def test_a_folder_that_came_after_it_was_looked_for_is_found(folder: Path) -> None:
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("new_here")
    folder.mkdir()
    (folder / "new_here.py").write_text("")
    look_again()
    assert importlib.import_module("new_here").__file__ == str(folder / "new_here.py")


class Zip(zipimporter):
    """Notes when it is told to read its directory again."""

    told = 0

    def invalidate_caches(self) -> None:
        self.told += 1


def test_the_directory_of_a_zip_is_not_read_again(tmp_path: Path) -> None:
    path = str(tmp_path / "some.zip")
    with ZipFile(path, "w") as archive:
        archive.writestr("in_a_zip.py", "")
    finder = sys.path_importer_cache[path] = Zip(path)
    try:
        look_again()
        assert sys.path_importer_cache[path] is finder
        assert finder.told == 0
    finally:
        del sys.path_importer_cache[path]


def test_nothing_is_imported_to_be_told_to_forget(tmp_path: Path) -> None:
    folder = str(tmp_path / "site")
    code = f"""
import sys, os
from wherry.install.finders import look_again
sys.path.append({folder!r})
try:
    import new_here
except ImportError:
    os.mkdir({folder!r})
    open({folder + "/new_here.py"!r}, "w").close()
look_again()
import new_here
sys.exit("importlib.metadata" in sys.modules)
"""
    path = os.pathsep.join(sys.path)
    ran = subprocess.run([sys.executable, "-S", "-c", code], check=False, env={"PYTHONPATH": path})  # noqa: S603
    assert ran.returncode == 0


def test_finders_of_others_are_told(folder: Path) -> None:
    class Finder:
        told = 0

        def find_spec(self, *_: object) -> None:
            return None

        def invalidate_caches(self) -> None:
            self.told += 1

    finder = Finder()
    sys.meta_path.append(finder)
    try:
        look_again()
    finally:
        sys.meta_path.remove(finder)
    assert finder.told == 1

from __future__ import annotations

import importlib
import importlib.metadata
import os
import sys
from typing import TYPE_CHECKING

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
    """Put something into ``folder`` within the resolution of its time of modification."""
    before = folder.stat().st_mtime_ns
    path = folder / name
    if name.endswith(".dist-info"):
        path.mkdir()
        path.joinpath("METADATA").write_text("Metadata-Version: 2.1\nName: new-here\nVersion: 1\n")
    else:
        path.write_text("")
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


def test_a_distribution_that_came_into_a_folder_already_listed_is_found(folder: Path) -> None:
    folder.mkdir()
    with pytest.raises(importlib.metadata.PackageNotFoundError):
        importlib.metadata.version("new-here")
    unnoticed(folder, "new_here-1.dist-info")
    look_again()
    assert importlib.metadata.version("new-here") == "1"


def test_finders_of_others_are_told(folder: Path) -> None:
    class Finder:
        told = 0

        def find_spec(self, *_: object) -> None:
            return None

        def invalidate_caches(self) -> None:
            self.told += 1

    finder = Finder()
    sys.meta_path.append(finder)  # type: ignore[arg-type]
    try:
        look_again()
    finally:
        sys.meta_path.remove(finder)  # type: ignore[arg-type]
    assert finder.told == 1

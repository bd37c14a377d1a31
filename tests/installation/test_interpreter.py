from __future__ import annotations

import json
import json.decoder
import os
import sys
import zipfile
from importlib import import_module
from importlib.util import find_spec

import pytest

from wherry.installation.interpreter import forget_listings, imported_modules


@pytest.fixture
def on_path(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(str(tmp_path))
    return tmp_path


def put_unseen(folder, write):
    """Write into a folder without changing its modification time."""
    before = folder.stat()
    write()
    os.utime(folder, ns=(before.st_atime_ns, before.st_mtime_ns))


def test_new_modules_are_found(on_path):
    name = "wherry_test_forgotten"
    assert find_spec(name) is None
    put_unseen(on_path, lambda: (on_path / f"{name}.py").write_text(""))
    assert find_spec(name) is None
    forget_listings()
    assert find_spec(name) is not None


def test_new_modules_are_found_without_importlib_metadata(on_path):
    known = sys.modules.pop("importlib.metadata")
    try:
        test_new_modules_are_found(on_path)
        assert "importlib.metadata" not in sys.modules
    finally:
        sys.modules["importlib.metadata"] = known


def test_an_imported_namespace_package_finds_its_new_folder(on_path, monkeypatch):
    monkeypatch.syspath_prepend(str(on_path / "other"))
    for folder in (on_path, on_path / "other"):
        (folder / "wherry_test_namespace").mkdir(parents=True)
    (on_path / "other" / "wherry_test_namespace").rmdir()
    assert list(import_module("wherry_test_namespace").__path__) == [str(on_path / "wherry_test_namespace")]
    (on_path / "other" / "wherry_test_namespace").mkdir()
    (on_path / "other" / "wherry_test_namespace" / "part.py").write_text("")
    forget_listings()
    assert find_spec("wherry_test_namespace.part") is not None


def test_new_modules_in_a_formerly_missing_folder_are_found(on_path, monkeypatch):
    monkeypatch.syspath_prepend(str(on_path / "later"))
    assert find_spec("wherry_test_later") is None
    (on_path / "later").mkdir()
    (on_path / "later" / "wherry_test_later.py").write_text("")
    forget_listings()
    assert find_spec("wherry_test_later") is not None


def test_an_archive_is_not_read_again(on_path, monkeypatch):
    archive = on_path / "modules.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("wherry_test_zipped.py", "")
    monkeypatch.syspath_prepend(str(archive))
    assert import_module("wherry_test_zipped").__file__ == f"{archive}/wherry_test_zipped.py"
    known = sys.path_importer_cache[str(archive)]
    forget_listings()
    assert sys.path_importer_cache[str(archive)] is known
    archive.unlink()
    assert find_spec("wherry_test_zipped") is not None


def test_modules_loaded_from_files_are_named_by_their_top_level_package():
    assert json.decoder.__file__ is not None
    assert imported_modules({json.decoder.__file__, "/nowhere/else.py"}.__contains__) == ["json"]


def test_files_that_are_not_imported_name_no_modules():
    assert imported_modules({"/nowhere/else.py"}.__contains__) == []

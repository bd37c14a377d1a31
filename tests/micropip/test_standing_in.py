"""`import micropip` gives wherry's module, whatever was imported before."""

from __future__ import annotations

import importlib
import sys
from types import ModuleType
from unittest.mock import patch

import pytest

import wherry
import wherry.micropip
from wherry.micropip.standing_in import _Finder


@pytest.fixture(autouse=True)
def _restored():
    before = {name: module for name, module in sys.modules.items() if name.partition(".")[0] == "micropip"}
    yield
    sys.meta_path[:] = [finder for finder in sys.meta_path if not isinstance(finder, _Finder)]
    for name in [name for name in sys.modules if name.partition(".")[0] == "micropip"]:
        del sys.modules[name]
    sys.modules.update(before)


def test_micropip_and_its_modules_can_be_imported():
    wherry.as_micropip()
    assert importlib.import_module("micropip") is wherry.micropip
    index = importlib.import_module("micropip.package_index")
    assert index is importlib.import_module("wherry.micropip.package_index")
    assert {"CompatibilityLayer", "ProjectInfo", "query_package"} <= {*vars(index)}
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("micropip.transaction")


def test_a_module_with_the_name_of_a_function_does_not_take_its_place():
    wherry.as_micropip()
    module = importlib.import_module("micropip.freeze")
    assert callable(module.override_base_url)
    assert callable(sys.modules["micropip"].freeze)


def test_a_patch_of_one_name_holds_for_both():
    wherry.as_micropip()
    with patch("micropip.package_index.query_package", "patched"):
        assert vars(wherry.micropip.package_index)["query_package"] == "patched"
    assert callable(wherry.micropip.package_index.query_package)


def test_an_imported_micropip_gives_way_with_its_modules():
    for name in ("micropip", "micropip.package_index", "micropip.transaction"):
        sys.modules[name] = ModuleType(name)
    held = sys.modules["micropip"]
    wherry.as_micropip()
    assert sys.modules["micropip"] is wherry.micropip
    assert vars(held)["install"] == wherry.micropip.install
    assert "micropip.transaction" not in sys.modules
    assert importlib.import_module("micropip.package_index") is wherry.micropip.package_index


def test_an_installed_micropip_is_not_imported(tmp_path, monkeypatch):
    (tmp_path / "micropip").mkdir()
    (tmp_path / "micropip" / "__init__.py").write_text("raise AssertionError")
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    wherry.as_micropip()
    wherry.as_micropip()
    assert sum(isinstance(finder, _Finder) for finder in sys.meta_path) == 1
    del sys.modules["micropip"]  # as a program that wants to import it anew does
    assert importlib.import_module("micropip") is wherry.micropip


def test_calling_it_again_after_a_reload_changes_nothing():
    wherry.as_micropip()
    wherry.micropip.add_mock_package("reloaded", "1")
    try:
        importlib.reload(sys.modules["micropip"])
        wherry.as_micropip()
        assert sys.modules["micropip"] is wherry.micropip
        assert wherry.micropip.list_mock_packages() == ["reloaded"]
    finally:
        wherry.micropip.remove_mock_package("reloaded")
        wherry.micropip.__name__ = "wherry.micropip"

"""Mock packages, in memory and in site-packages."""

from __future__ import annotations

import importlib
import sys
from importlib import metadata
from types import SimpleNamespace

import pytest

import wherry
from wherry.micropip._mock_package import take_over

FUNCTION = """
    def fn():
        return "from fn"
"""


def test_a_mock_in_memory_has_metadata_and_modules(micropip):
    micropip.add_mock_package(
        "Mock.One", "1.2", modules={"mock_one": "VALUE = 1", "mock_one.sub": lambda module: setattr(module, "VALUE", 2)}
    )
    assert metadata.version("mock-one") == "1.2"
    assert importlib.import_module("mock_one").VALUE == 1
    assert importlib.import_module("mock_one.sub").VALUE == 2
    assert micropip.list_mock_packages() == ["Mock.One"]
    assert tuple(micropip.list()["mock-one"]) == ("mock-one", "1.2", "mock")
    micropip.remove_mock_package("mock-one")
    assert "mock_one" not in sys.modules
    with pytest.raises(ImportError):
        importlib.import_module("mock_one")
    with pytest.raises(metadata.PackageNotFoundError):
        metadata.version("mock-one")
    assert micropip.list_mock_packages() == []


def test_a_mock_without_modules_has_one_of_its_name(micropip):
    micropip.add_mock_package("mocked_two", "1")
    assert importlib.import_module("mocked_two").__name__ == "mocked_two"


def test_a_persistent_mock_is_files(micropip, site_packages):
    micropip.add_mock_package(
        "mock-three", "1.0", modules={"mock_three": FUNCTION, "mock_three.deep.sub": None}, persistent=True
    )
    assert importlib.import_module("mock_three").fn() == "from fn"
    assert importlib.import_module("mock_three.deep.sub") is not None
    assert metadata.version("mock-three") == "1.0"
    assert micropip.list_mock_packages() == ["mock-three"]
    assert tuple(micropip.list()["mock-three"]) == ("mock-three", "1.0", "mock")
    assert not wherry.check().broken
    for name in [name for name in sys.modules if name.startswith("mock_three")]:
        del sys.modules[name]
    micropip.remove_mock_package("mock-three")
    assert [*site_packages.iterdir()] == []


def test_a_persistent_mock_writes_over_nothing_and_takes_sources_alone(micropip, site_packages):
    (site_packages / "taken").mkdir()
    (site_packages / "taken" / "__init__.py").write_text("kept")
    with pytest.raises(FileExistsError, match="remove the package"):
        micropip.add_mock_package("taken", "1", persistent=True)
    with pytest.raises(TypeError, match="as text"):
        micropip.add_mock_package("filled", "1", modules={"filled": print}, persistent=True)
    assert [path.name for path in site_packages.iterdir()] == ["taken"]


def test_a_persistent_mock_that_cannot_be_written_leaves_nothing(micropip, site_packages):
    (site_packages / "file").write_text("kept")
    with pytest.raises(OSError, match="file"):
        micropip.add_mock_package("half", "1", modules={"half": "", "file.sub": ""}, persistent=True)
    assert [path.name for path in site_packages.iterdir()] == ["file"]


@pytest.mark.parametrize("persistent", [True, False])
@pytest.mark.parametrize(("name", "version"), [("lib", "newest"), ("my lib", "1"), ("", "1"), ("a\nName: b", "1")])
def test_a_mock_needs_a_valid_name_and_version(micropip, name, version, persistent):
    with pytest.raises(ValueError, match="nvalid"):
        micropip.add_mock_package(name, version, persistent=persistent)
    assert micropip.list_mock_packages() == []


@pytest.mark.parametrize("persistent", [True, False])
async def test_a_mock_satisfies_requirements_of_both_interfaces(micropip, persistent):
    micropip.add_mock_package("lib", "2.5", persistent=persistent)
    report = await wherry.install("app==2")
    assert [str(one) for one in report.installed] == ["app 2"]
    assert not wherry.check()
    await micropip.install(["app", "lib>=2"])
    assert micropip.list()["lib"].version == "2.5"
    with pytest.raises(ValueError, match="already installed"):
        await micropip.install("lib==2")


async def test_a_mock_in_memory_can_be_uninstalled_as_a_package(micropip):
    micropip.add_mock_package("lib", "9")
    micropip.uninstall("lib")
    await micropip.install("lib")
    assert micropip.list()["lib"].version == "2"


def test_a_mock_stays_if_another_package_cannot_be_uninstalled(micropip, monkeypatch):
    micropip.add_mock_package("lib", "9")
    micropip.add_mock_package("app", "9", persistent=True)

    def refuse(*_):
        raise wherry.UninstallRefused("app", "read-only")

    monkeypatch.setattr(wherry.Installer, "uninstall", refuse)
    with pytest.raises(ValueError, match="read-only"):
        micropip.uninstall(["lib", "app"])
    assert sorted(micropip.list()) == ["app", "lib"]


def test_a_mock_reads_no_files_of_the_current_folder(micropip, tmp_path, monkeypatch):
    micropip.add_mock_package("lib", "9")
    (tmp_path / "PYODIDE_URL").write_text("https://other.example.org/lib-9-py3-none-any.whl")
    monkeypatch.chdir(tmp_path)
    assert "other.example.org" not in micropip.freeze()


async def test_only_mocks_are_removed_as_mocks(micropip):
    await micropip.install("lib")
    with pytest.raises(ValueError, match="not a mock package"):
        micropip.remove_mock_package("lib")
    with pytest.raises(metadata.PackageNotFoundError):
        micropip.remove_mock_package("absent")


def other_mocks(number, version, source):
    """Return the module of another micropip, with one mock package in memory."""
    distribution = SimpleNamespace(version=version, modules=(f"mock_{number}",))
    return SimpleNamespace(
        _mock_modules={f"mock_{number}": source}, _mock_distributions={f"mock-{number}": distribution}
    )


def test_the_mocks_of_another_micropip_are_taken_over(micropip):
    module = other_mocks("four", "3", "VALUE = 4")
    take_over(module)
    assert (module._mock_modules, module._mock_distributions) == ({}, {})
    assert metadata.version("mock-four") == "3"
    assert importlib.import_module("mock_four").VALUE == 4


def test_a_mock_of_another_micropip_with_an_invalid_version_keeps_its_modules(micropip):
    take_over(other_mocks("five", "newest", "VALUE = 5"))
    assert importlib.import_module("mock_five").VALUE == 5
    assert not micropip.list()

"""micropip.freeze() writes down the installed packages."""

from __future__ import annotations

import json

from wherry.micropip.freeze import override_base_url


async def test_installed_wheels_have_their_address_hash_modules_and_dependencies(micropip, fetcher):
    await micropip.install(["app", "speedups"])
    packages = json.loads(micropip.freeze())["packages"]
    wheel = next(file for file in fetcher.files if file.filename.startswith("app-2"))
    assert list(packages) == ["app", "lib", "speedups"]
    assert packages["app"] == {
        "name": "app",
        "version": "2",
        "file_name": f"https://index.example.org/files/{wheel.sha256[:16]}/{wheel.filename}",
        "install_dir": "site",
        "sha256": wheel.sha256,
        "package_type": "package",
        "imports": ["app"],
        "depends": ["lib"],
        "unvendored_tests": False,
    }
    assert packages["lib"]["depends"] == []


async def test_an_extra_that_another_package_requires_counts_as_a_dependency(micropip, fetcher, site_packages):
    await micropip.install("app[fast]")
    info = site_packages / "asker-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: asker\nVersion: 1\nRequires-Dist: app[fast]\n")
    packages = json.loads(micropip.freeze())["packages"]
    assert packages["app"]["depends"] == ["lib", "speedups"]
    assert "asker" not in packages  # its address is not known


async def test_mock_packages_are_left_out(micropip):
    micropip.add_mock_package("lib", "2.5")
    await micropip.install("app")
    packages = json.loads(micropip.freeze())["packages"]
    assert (list(packages), packages["app"]["depends"]) == (["app"], [])


def test_relative_addresses_start_at_a_base():
    entries = {"a": {"file_name": "a.whl"}, "b": {"file_name": "https://other.example.org/b.whl"}}
    override_base_url(entries, "https://example.org/packages/")
    assert [entry["file_name"] for entry in entries.values()] == [
        "https://example.org/packages/a.whl",
        "https://other.example.org/b.whl",
    ]

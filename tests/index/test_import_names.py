"""Installing the modules that code imports: all projects are known, or nothing is installed."""

from __future__ import annotations

import importlib.util
import json
import sys
from typing import TYPE_CHECKING, Any

import pytest

import wherry
from tests.harness.environments import PYODIDE_314
from tests.harness.index_files import make_wheel
from tests.harness.memory_fetcher import JSON_URL, MemoryFetcher
from wherry.formats.distribution_lock import parse_distribution_lock
from wherry.installation.scheme import Scheme
from wherry.installation.site_packages import SitePackages
from wherry.installer import Installer

if TYPE_CHECKING:
    from pathlib import Path

LOCKED = (
    (make_wheel("bowl-tests", "4"), ["soup_bowl", "spoon"]),
    (make_wheel("bowl", "4"), ["soup", "soup_more", "soup_bowl"]),
    (make_wheel("soup-bowl", "4"), ["soup_bowl", "spoon"]),
    (make_wheel("soup-bowl-with-all", "4"), ["soup_bowl", "spoon"]),
)
FILES = (
    make_wheel("says-so", "1", headers=("Import-Name: says_so",)),
    make_wheel("parts", "1", headers=("Import-Name: parts.one", "Import-Name: parts.hidden; private")),
    make_wheel("spaces", "1", headers=("Import-Namespace: spaces",)),
    make_wheel("silent", "1"),
    make_wheel("yaml", "1", headers=("Import-Name: evil",)),
    make_wheel("changed", "1", headers=("Import-Name: changed",)),
    make_wheel("changed", "2"),
    make_wheel("pyyaml", "6"),
    *(wheel for wheel, _ in LOCKED),
)


@pytest.fixture
def subject(tmp_path: Path) -> Installer:
    (tmp_path / "site").mkdir()
    scheme = Scheme(*(str(tmp_path / name) for name in ("site", "bin", "include", "data", "lib")))
    entries = {
        wheel.identity[0]: {
            "name": wheel.identity[0],
            "version": "4",
            "file_name": f"{wheel.sha256[:16]}/{wheel.filename}",
            "sha256": wheel.sha256,
            "depends": [],
            "imports": imports,
            "package_type": "package",
        }
        for wheel, imports in LOCKED
    }
    return Installer(
        index_urls=[JSON_URL],
        fetcher=MemoryFetcher(FILES),
        destination=SitePackages(scheme),
        environment=PYODIDE_314,
        distribution=parse_distribution_lock(
            json.dumps({"packages": entries}), lambda name: f"https://index.example.org/files/{name}"
        ),
    )


async def installed(subject: Installer, source: str, **options: Any) -> list[str]:
    report = await subject.install_imports(source, **options)
    return [str(one) for one in report.installed]


async def test_modules_of_the_distribution_are_found(subject: Installer) -> None:
    assert await installed(subject, "import soup.element, soup_more") == ["bowl 4"]


async def test_a_project_that_declares_the_module_is_installed(subject: Installer) -> None:
    assert await installed(subject, "import says_so\nfrom spaces.other import x") == ["says-so 1", "spaces 1"]
    assert await installed(subject, "from parts.one.two import x") == ["parts 1"]


@pytest.mark.parametrize("module", ["silent", "yaml", "parts", "parts.hidden", "nowhere", "changed"])
async def test_an_undeclared_module_is_not_guessed(subject: Installer, module: str) -> None:
    with pytest.raises(wherry.UnknownImports) as caught:
        await subject.install_imports(f"import {module}\nimport says_so")
    assert caught.value.imports == [module]
    top = module.partition(".")[0]
    assert str(caught.value) == (
        f"Cannot tell which project provides '{module}'. Name it: projects={{'{top}': '<project>'}}"
    )
    assert subject.installed() == ()


async def test_several_unknown_modules_are_named_in_one_error(subject: Installer) -> None:
    with pytest.raises(wherry.UnknownImports) as caught:
        await subject.install_imports("import silent, google.x.y, google.z")
    assert str(caught.value) == (
        "Cannot tell which projects provide 'silent', 'google.x.y' and 'google.z'. "
        "Name them: projects={'silent': '<project>', 'google': '<project>'}"
    )


async def test_the_package_with_the_name_of_the_module_is_preferred(subject: Installer) -> None:
    assert await installed(subject, "import soup_bowl") == ["soup-bowl 4"]


async def test_the_shortest_package_name_that_is_no_test_package_is_preferred(subject: Installer) -> None:
    assert await installed(subject, "%pip install spoon\nimport spoon") == ["soup-bowl 4"]


async def test_the_caller_can_name_the_project_of_a_module(subject: Installer) -> None:
    projects = {"yaml": "pyyaml>=6", "soup": "silent"}
    assert await installed(subject, "import yaml, soup.dammit", projects=projects) == ["pyyaml 6", "silent 1"]


async def test_found_modules_and_modules_of_python_are_ignored(subject: Installer) -> None:
    away = next(name for name in sorted(sys.stdlib_module_names) if importlib.util.find_spec(name) is None)
    assert await installed(subject, f"import sys, json, os.path, packaging.version, tests.harness, {away}") == []


async def test_an_optional_module_is_installed_only_from_a_known_project(subject: Installer) -> None:
    source = "try:\n    import silent, says_so, soup\nexcept ImportError:\n    pass"
    assert await installed(subject, source) == ["bowl 4"]


async def test_options_are_passed_to_install(subject: Installer) -> None:
    with pytest.raises(wherry.ResolutionConflict):
        await subject.install_imports("import says_so", constraints=["says-so>1"])
    told: list[object] = []
    await subject.install_imports("import says_so", on_progress=told.append)
    assert told

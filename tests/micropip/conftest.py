"""A default installer for tests of micropip's interface: an index in memory, real folders."""

from __future__ import annotations

import importlib
import site
import sys
from typing import TYPE_CHECKING, Any

import pytest

from tests.harness.environments import PYODIDE_314
from tests.harness.index_files import make_wheel
from tests.harness.memory_fetcher import JSON_URL, MemoryFetcher
from wherry import Installer, micropip as dropin
from wherry.default import use_default
from wherry.installation.scheme import Scheme
from wherry.installation.site_packages import SitePackages
from wherry.micropip import package_index
from wherry.micropip._mock_package import list_mock_packages, remove_mock_package

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from types import ModuleType

INDEX = (
    make_wheel("app", "1", requires=["lib<2"], extras=["fast"]),
    make_wheel("app", "2", requires=["lib>=2", 'speedups; extra == "fast"'], extras=["fast"]),
    make_wheel("lib", "1"),
    make_wheel("lib", "2"),
    make_wheel("lib", "3b1"),
    make_wheel("speedups", "1"),
    make_wheel("compiled", "1", tag="cp314-cp314-win_amd64"),
    make_wheel("other-compiled", "1", tag="cp314-cp314-win_amd64"),
    make_wheel("needs-compiled", "1", requires=["compiled", "other-compiled"]),
)


@pytest.fixture
def fetcher() -> MemoryFetcher:
    """The index."""
    return MemoryFetcher(INDEX)


@pytest.fixture
def site_packages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty folder of packages, which Python and micropip's interface take for their own."""
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.setattr(site, "getsitepackages", lambda: [str(folder)])
    monkeypatch.setattr(sys, "path", [str(folder), *sys.path])
    yield folder
    importlib.invalidate_caches()


@pytest.fixture
def micropip(site_packages: Path, fetcher: MemoryFetcher) -> Iterator[ModuleType]:
    """Micropip's interface over an installer of ``fetcher`` and ``site_packages``, as it is after its import."""
    names = ("bin", "include", "data", "lib")
    folders = [str(site_packages), *(str(site_packages.parent / name) for name in names)]
    use_default(
        lambda: Installer(
            index_urls=[JSON_URL],
            fetcher=fetcher,
            destination=SitePackages(Scheme(*folders)),
            environment=PYODIDE_314,
        )
    )
    yield dropin
    for name in list_mock_packages():
        remove_mock_package(name)
    dropin.set_index_urls(package_index.DEFAULT_INDEX_URLS)
    dropin.set_constraints([])
    reset: Any = Installer
    use_default(reset)

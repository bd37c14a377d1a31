"""An environment in a temporary folder, in memory."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.install.places import MEMORY
from wherry.install.scheme import Scheme
from wherry.install.site_packages import SitePackages

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def tmp_path() -> Iterator[Path]:
    """A folder in memory, beside which a test may write, too; both are removed after the test."""
    with tempfile.TemporaryDirectory(dir=MEMORY) as name:
        folder = Path(name, "root")
        folder.mkdir()
        yield folder


@pytest.fixture
def scheme(tmp_path: Path) -> Scheme:
    """The folders of a Python whose prefix is ``tmp_path``."""
    site_packages = tmp_path / "lib" / "python3.14" / "site-packages"
    site_packages.mkdir(parents=True)
    return Scheme(str(site_packages), str(tmp_path / "bin"), str(tmp_path / "include"), str(tmp_path))


@pytest.fixture
def site(scheme: Scheme) -> SitePackages:
    """Site-packages with nothing in it."""
    return SitePackages(scheme)

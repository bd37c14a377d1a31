"""Fixtures: an environment in a temporary folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from wherry.installation.scheme import Scheme
from wherry.installation.site_packages import SitePackages

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def scheme(tmp_path: Path) -> Scheme:
    """The folders of a Python whose prefix is ``tmp_path``."""
    site_packages = tmp_path / "lib" / "python3.14" / "site-packages"
    site_packages.mkdir(parents=True)
    return Scheme(str(site_packages), str(tmp_path / "bin"), str(tmp_path / "include"), str(tmp_path))


@pytest.fixture
def site(scheme: Scheme) -> SitePackages:
    """An empty site-packages."""
    return SitePackages(scheme)

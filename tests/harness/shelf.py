"""A read-only destination, for resolving."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wherry.installation.scheme import Scheme
from wherry.installation.site_packages import SitePackages

if TYPE_CHECKING:
    from wherry.model.distribution import InstalledDistribution

FOLDERS = ("site-packages", "bin", "include", "data")


def shelf(*installed: InstalledDistribution) -> SitePackages:
    """Return a destination that has ``installed``, and whose folders do not exist."""
    return SitePackages(Scheme(*(f"/nowhere/{folder}" for folder in FOLDERS)), installed)

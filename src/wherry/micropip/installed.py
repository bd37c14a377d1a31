"""The installed packages, with micropip's names for their sources."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from wherry.installation import installed
from wherry.micropip._mock_package import PERSISTENT
from wherry.micropip.package import PackageDict, PackageMetadata

if TYPE_CHECKING:
    from wherry.installer import Installer
    from wherry.model.distribution import InstalledDistribution

__all__ = ["folders_of", "list_installed", "read_note"]


def list_installed(installer: Installer) -> PackageDict:
    """Return the installed packages, without those of the runtime itself."""
    packages = PackageDict()
    for one in installer.installed():
        if one.location is not None or one.from_distribution or one.installer not in {None, "pyodide"}:
            packages[one.name] = PackageMetadata(one.name, one.version, _source(one))
    return packages


def read_note(distribution: InstalledDistribution, name: str) -> str:
    """Return the text of a file of ``.dist-info``; an empty string if there is none."""
    location = distribution.location
    return "" if location is None else (installed.read_note(location, name) or "").strip()


def folders_of(distribution: InstalledDistribution) -> list[str]:
    """Return the folders that its files are in, below site-packages; none if RECORD is missing."""
    root = Path(distribution.location or "").parent
    lines = read_note(distribution, "RECORD").splitlines()
    found = {parent for line in lines for parent in Path(line.partition(",")[0]).parents[:-1]}
    return sorted(str(root / folder) for folder in found if ".." not in folder.parts and folder.suffix != ".dist-info")


def _source(distribution: InstalledDistribution) -> str:
    """Return ``"pyodide"``, ``"pypi"``, the URL of a wheel that a caller named, or ``"mock"``."""
    if distribution.from_distribution:
        return "pyodide"
    if distribution.location is None or distribution.installer == PERSISTENT:
        return "mock"
    return read_note(distribution, "PYODIDE_SOURCE") or distribution.source or "pypi"

"""The distribution's lock file, ``pyodide-lock.json``."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from wherry.model.locked_package import LockedPackage
from wherry.model.project import ProjectFile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from packaging.utils import NormalizedName

__all__ = ["parse_distribution_lock"]


def parse_distribution_lock(text: str, locate: Callable[[str], str]) -> dict[NormalizedName, LockedPackage]:
    """Return the packages of a lock by normalized name; ``locate`` gives the URL of a file by its ``file_name``.

    The runtime has read the lock already, so it is well-formed. Passed over is what no requirement can name: unvendored
    tests, and versions that are none.
    """
    return {package.name: package for package in _packages(json.loads(text)["packages"], locate)}


def _packages(entries: Mapping[str, Any], locate: Callable[[str], str]) -> Iterator[LockedPackage]:
    names = {name for name, entry in entries.items() if _is_installable(entry)}
    for name in sorted(names):
        entry = entries[name]
        filename = str(entry["file_name"])
        try:
            version = Version(str(entry["version"]))
        except InvalidVersion:
            continue
        yield LockedPackage(
            name=canonicalize_name(name),
            version=version,
            file=ProjectFile(filename.rpartition("/")[2], locate(filename), {"sha256": entry["sha256"]}),
            depends=tuple(canonicalize_name(other) for other in entry["depends"] if other in names),
            is_shared_library=entry["package_type"] == "shared_library",
        )


def _is_installable(entry: Mapping[str, Any]) -> bool:
    return entry["package_type"] == "shared_library" or str(entry["file_name"]).endswith(".whl")

"""Read the distribution's lock file, ``pyodide-lock.json``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from packaging.utils import canonicalize_name
from packaging.version import Version

from wherry.model.locked_package import LockedPackage
from wherry.model.project import ProjectFile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from packaging.utils import NormalizedName

__all__ = ["parse_distribution_lock"]


def parse_distribution_lock(text: str, locate: Callable[[str], str]) -> Mapping[NormalizedName, LockedPackage]:
    """Return the packages of a lock by normalized name; ``locate`` gives the URL of a file by its ``file_name``.

    The runtime has read the lock already, so it is well-formed. Entries that no requirement can name are left out:
    unvendored tests, invalid versions, and files for which ``locate`` raises ``ValueError``.
    """
    return _LockedPackages(json.loads(text)["packages"], locate)


class _LockedPackages(Mapping["NormalizedName", LockedPackage]):
    """Packages that are read on access: an installation needs a few of hundreds."""

    def __init__(self, entries: Mapping[str, Any], locate: Callable[[str], str]) -> None:
        self._names = {key: canonicalize_name(key) for key, entry in entries.items() if _is_installable(entry)}
        self._entries = {name: entries[key] for key, name in self._names.items()}
        self._locate = locate
        self._read: dict[NormalizedName, LockedPackage | None] = {}

    def __getitem__(self, name: NormalizedName) -> LockedPackage:
        if name not in self._read:
            self._read[name] = self._package(name, self._entries[name])
        package = self._read[name]
        if package is None:
            raise KeyError(name)
        return package

    def __iter__(self) -> Iterator[NormalizedName]:
        return (name for name in self._entries if name in self)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def _package(self, name: NormalizedName, entry: Mapping[str, Any]) -> LockedPackage | None:
        filename = str(entry["file_name"])
        try:
            version = Version(str(entry["version"]))
            url = self._locate(filename)
        except ValueError:
            return None
        hashes = {"sha256": entry["sha256"]}
        return LockedPackage(
            name=name,
            version=version,
            # pyodide-build writes a metadata file beside each wheel; the lock has no hash of it.
            file=ProjectFile(filename.rpartition("/")[2], url, hashes, metadata_hashes={}),
            # These names are spelled as the projects spell them; the keys are normalized.
            depends=tuple(other for other in map(canonicalize_name, entry["depends"]) if other in self._entries),
            is_shared_library=entry["package_type"] == "shared_library",
            imports=tuple(entry.get("imports", ())),
        )


def _is_installable(entry: Mapping[str, Any]) -> bool:
    return entry["package_type"] == "shared_library" or str(entry["file_name"]).endswith(".whl")

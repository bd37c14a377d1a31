"""Turn a lock into the lock of Pyodide itself, ``pyodide-lock.json``.

``loadPyodide({ lockFileContents })`` and ``loadPackage`` of plain Pyodide install from it, without wherry.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from packaging.utils import canonicalize_name

from wherry.errors import InvalidLock
from wherry.formats.urls import absolute, is_web
from wherry.resolution.locks.members import LIBRARIES, ORIGIN

if TYPE_CHECKING:
    from collections.abc import Mapping

    from packaging.pylock import Package, PackageArchive, PackageWheel
    from packaging.utils import NormalizedName

    from wherry.resolution.locks.lock_file import LockFile

__all__ = ["to_pyodide_lock"]


def to_pyodide_lock(
    lock: LockFile,
    distribution: Mapping[str, Any],
    *,
    imports: Mapping[NormalizedName, tuple[str, ...]],
    others: bool = True,
    base: str | None = None,
) -> str:
    """Return the text of a ``pyodide-lock.json`` with the packages of ``lock``.

    ``distribution`` is the content of the runtime's own lock: its ``info``, and its entries, which are kept for members
    of the distribution. Its entries that the lock does not name are kept, too, unless ``others`` is false. ``imports``
    has the top-level modules of packages, as far as they are known. With ``base``, names of files are resolved against
    it; else those of the distribution stay relative.

    Raises :class:`~wherry.errors.InvalidLock` for a wheel without an address on the web, or without SHA-256.
    """
    known = {canonicalize_name(key): (key, entry) for key, entry in distribution["packages"].items()}
    entries: dict[str, Any] = {}
    for package in lock.content.packages:
        _, own = known.get(package.name, ("", None))
        is_member = own is not None and ((package.tool or {}).get("wherry") == ORIGIN) and _is_same(package, own)
        entries[package.name] = own if is_member else _entry(package, lock, imports.get(package.name))
    for library in lock.recorded.get(LIBRARIES, ()):
        if library["name"] not in known:
            lock.refuse(f"this Pyodide has no shared library {library['name']}")
        entries[library["name"]] = known[library["name"]][1]
    if others:
        entries = {**{str(name): entry for name, (_, entry) in known.items()}, **entries}
    for key, entry in entries.items():
        kept = [other for other in entry["depends"] if canonicalize_name(other) in entries]
        place = entry["file_name"] if base is None else absolute(entry["file_name"], base)
        entries[key] = {**entry, "file_name": place, "depends": kept}
    document = {**distribution, "packages": dict(sorted(entries.items()))}
    return json.dumps(document, indent=2, sort_keys=True) + "\n"


def _entry(package: Package, lock: LockFile, imports: tuple[str, ...] | None) -> dict[str, Any]:
    file: PackageWheel | PackageArchive | None = package.archive or next(iter(package.wheels or ()), None)
    digest = file.hashes.get("sha256") if file is not None else None
    if file is None or file.url is None or not is_web(file.url) or digest is None:
        problem = f"{package.name} has no wheel on the web with a SHA-256, which pyodide-lock.json needs"
        raise InvalidLock(lock.name, problem)
    return {
        "name": package.name,
        "version": str(package.version),
        "file_name": file.url,
        "install_dir": "site",
        "sha256": digest,
        "package_type": "package",
        # By convention, a module has the name of its project.
        "imports": list(imports if imports is not None else (package.name.replace("-", "_"),)),
        "depends": sorted(str(dependency["name"]) for dependency in package.dependencies or ()),
    }


def _is_same(package: Package, own: Mapping[str, Any]) -> bool:
    return any(wheel.hashes.get("sha256") == own["sha256"] for wheel in package.wheels or ())

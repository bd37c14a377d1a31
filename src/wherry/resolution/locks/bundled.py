"""The lock of a bundle: a folder with the files of a lock, some of them rewritten."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from packaging.pylock import PackageArchive, PackageWheel
from packaging.version import Version

from wherry.formats.pylock_text import write_lock
from wherry.resolution.locks.members import BUNDLE, LIBRARIES
from wherry.resolution.locks.selection import select

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from packaging.pylock import Package

    from wherry.model.environment import Environment
    from wherry.resolution.direct_urls import Locate
    from wherry.resolution.locks.lock_file import LockFile
    from wherry.resolution.locks.selection import Chosen
    from wherry.resolution.resolution import Pin

__all__ = ["BundledFile", "choose_all", "write_bundled_lock"]


@dataclass(frozen=True, slots=True)
class BundledFile:
    """A file of a bundle: its ``path`` relative to the lock, its ``size`` in bytes and its SHA-256 in hexadecimal.

    ``pin`` is the package that it is for.
    """

    pin: Pin
    path: str
    size: int
    sha256: str

    def facts(self) -> dict[str, Any]:
        """Return the fields of the file in a lock."""
        return {"path": self.path, "size": self.size, "hashes": {"sha256": self.sha256}}


def choose_all(lock: LockFile, environment: Environment, locate: Locate) -> tuple[Chosen, ...]:
    """Return the packages of ``lock`` for ``environment`` with all extras and groups together.

    Raises :class:`~wherry.errors.InvalidLock`, also for a package that applies only without an extra or a group.
    """
    content = lock.content
    groups = {*(content.dependency_groups or ()), *(content.default_groups or ())}
    chosen = select(lock, environment, extras=content.extras or (), groups=groups, locate=locate)
    together = {(one.name, one.version) for one in chosen}
    for one in select(lock, environment, locate=locate):
        if (one.name, one.version) not in together:
            problem = "it applies only without an extra or a group, but a bundle has all of them"
            lock.refuse(problem, content.packages.index(one.package))
    return chosen


def write_bundled_lock(
    lock: LockFile,
    environment: Environment,
    chosen: Iterable[Chosen],
    bundled: Iterable[BundledFile],
    settings: Mapping[str, Any],
) -> str:
    """Return the text of the lock of a bundle, which has the files ``bundled``, most of them of packages ``chosen``.

    The other ones are of shared libraries. ``settings`` tell how the bundle was made.
    """
    content = lock.content
    files = {file.pin.name: file for file in bundled}
    kept = {id(one.package): one for one in chosen if one.name in files}
    packages = [_package(kept[id(one)], files[one.name]) for one in content.packages if id(one) in kept]
    tool = {**lock.recorded, "platform": environment.platform, BUNDLE: dict(settings)}
    names = {one.name for one in kept.values()}
    libraries = [file for name, file in files.items() if name not in names]
    tool.pop(LIBRARIES, None)
    if libraries:
        tool[LIBRARIES] = [{"name": file.pin.name, "version": file.pin.version, **file.facts()} for file in libraries]
    return write_lock(
        replace(content, lock_version=Version("1.0"), packages=packages, tool={**(content.tool or {}), "wherry": tool})
    )


def _package(chosen: Chosen, file: BundledFile) -> Package:
    """Return the package with its file in the bundle alone."""
    package = chosen.package
    is_archive = package.archive is not None
    return replace(
        package,
        version=package.version or chosen.version,
        index=None,
        attestation_identities=None,
        sdist=None,
        archive=PackageArchive(**file.facts()) if is_archive else None,
        wheels=None if is_archive else [PackageWheel(**file.facts())],
    )

"""Sources of candidates, and their order.

An installed version that fits stays, unless an upgrade is wanted. Then comes the distribution's version if it fits,
then the index, newest first, and last a module of Python. A direct URL is the only source of its project. An index
reserved for a project is its only source besides the installed version.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from wherry.formats.urls import recorded_url
from wherry.resolution.standard_library import module_as_source

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from packaging.utils import NormalizedName
    from packaging.version import Version

    from wherry.model.distribution import InstalledDistribution
    from wherry.model.locked_package import LockedPackage
    from wherry.resolution.direct_urls import DirectFile
    from wherry.resolution.problem import Problem
    from wherry.resolution.releases import Release
    from wherry.resolution.requirements import ProjectRequirement

    Source: TypeAlias = InstalledDistribution | LockedPackage | DirectFile | Release
    """A place of a candidate: ``origin`` names its kind, ``file`` is the file to install, if there is one."""

__all__ = ["Origin", "Sources"]

Origin = Literal["index", "direct", "distribution", "installed"]


class Sources:
    """The sources of one project besides the index; ``None`` where there is none."""

    def __init__(self, name: NormalizedName, problem: Problem) -> None:
        self.installed = problem.installed.get(name)
        # Nothing can replace a distribution that the runtime itself provides.
        if problem.reinstall and self.installed is not None and self.installed.location is not None:
            self.installed = None
        self.locked = problem.distribution.get(name)
        is_library = self.locked is not None and self.locked.is_shared_library
        if name in problem.unavailable or (name in problem.reserved and not is_library):
            self.locked = None
        self.direct = problem.direct.get(name)
        if self.direct is not None:
            self.locked = None
            if self.installed is not None and self.installed.source != recorded_url(self.direct.file.url):
                self.installed = None
        is_elsewhere = self.installed or self.locked or self.direct
        self.module = None if is_elsewhere else module_as_source(name, problem)
        self._problem = problem

    @property
    def is_closed(self) -> bool:
        """Whether the index is no source: the runtime or a URL provides the project, or it is a shared library."""
        if self.direct is not None or (self.installed is not None and self.installed.location is None):
            return True
        return self.locked is not None and self.locked.is_shared_library

    def before(self, wanted: Sequence[ProjectRequirement]) -> Iterator[tuple[Version, Source]]:
        """Yield the sources to try before the index, with their versions."""
        installed = self.installed
        if installed is not None and self.stays and _admits(wanted, installed.metadata.version):
            yield installed.metadata.version, installed
        if self.direct is not None and _admits(wanted, self.direct.version):
            yield self.direct.version, self.direct
        if self.locked is not None and self._is_preferred(self.locked) and _admits(wanted, self.locked.version):
            yield self.locked.version, self._unless_installed(self.locked)

    def after(self, wanted: Sequence[ProjectRequirement]) -> Iterator[tuple[Version, Source]]:
        """Yield the sources to try after the index, with their versions."""
        if self.locked is not None and not self._is_preferred(self.locked) and _admits(wanted, self.locked.version):
            yield self.locked.version, self._unless_installed(self.locked)
        if self.module is not None and _admits(wanted, self.module.metadata.version):
            yield self.module.metadata.version, self.module

    def among(
        self, wanted: Sequence[ProjectRequirement], offered: Iterable[Release]
    ) -> Iterator[tuple[Version, Source]]:
        """Yield the releases of the index, with the installed version in its place: an upgrade never goes below it."""
        waiting = self.installed
        if waiting is not None and (self.stays or not _admits(wanted, waiting.metadata.version)):
            waiting = None
        for release in offered:
            version = release.version
            if waiting is not None and version <= waiting.metadata.version:
                yield waiting.metadata.version, waiting
                waiting = None
            if self.installed is None or version != self.installed.metadata.version:
                yield version, release
        if waiting is not None:
            yield waiting.metadata.version, waiting

    @property
    def stays(self) -> bool:
        """Whether the installed version comes first. Nothing can replace one that the runtime provides."""
        return self.installed is not None and (not self._problem.upgrade or self.installed.location is None)

    def _unless_installed(self, locked: LockedPackage) -> LockedPackage | InstalledDistribution:
        """Return the installed distribution if it has the same version: an upgrade does not fetch it again."""
        return self.installed if self.installed and self.installed.metadata.version == locked.version else locked

    def _is_preferred(self, locked: LockedPackage) -> bool:
        if locked.is_shared_library:
            return True
        if self._problem.hashes is not None and self._problem.hashes.refuses(locked.name, locked.file):
            return False
        # If the installed version must be replaced or upgraded, the distribution may be further back than the index.
        installed = self._problem.installed.get(locked.name)
        is_older = installed is not None and locked.version < installed.metadata.version
        return self._problem.prefer == "distribution" and not is_older


def _admits(wanted: Sequence[ProjectRequirement], version: Version) -> bool:
    return all(requirement.admits(version) for requirement in wanted)

"""Site-packages as a destination: real folders, whatever file system is below."""

from __future__ import annotations

import importlib
import os
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

from wherry.errors import InstallConflict, UninstallRefused
from wherry.install.imported import imported_modules
from wherry.install.installed import find_installed, read_installed
from wherry.install.journal import Journal
from wherry.install.staging import stage
from wherry.install.uninstalling import files_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from packaging.utils import NormalizedName

    from wherry.install.destination import Delivery, SharedLibrary
    from wherry.install.scheme import Scheme
    from wherry.install.staging import StagedFile
    from wherry.model.check import BrokenDistribution
    from wherry.model.distribution import InstalledDistribution

__all__ = ["SitePackages"]


class SitePackages:
    """Installs into the folders of ``scheme``.

    ``provided`` is what the runtime itself brings and counts as installed.
    """

    def __init__(self, scheme: Scheme, provided: Iterable[InstalledDistribution] = ()) -> None:
        self.scheme = scheme
        self._provided = {distribution.name: distribution for distribution in provided}

    def installed(self) -> Mapping[NormalizedName, InstalledDistribution]:
        """Return what is there, by normalized name."""
        return self._provided | find_installed(self.scheme.site_packages)

    def broken(self) -> tuple[BrokenDistribution, ...]:
        """Return what is damaged: unreadable, half there, or there twice."""
        from wherry.install.checking import find_broken

        return tuple(find_broken(self.scheme.site_packages))

    def imported(self, distribution: InstalledDistribution) -> list[str]:
        """Return the names of its modules that this interpreter has imported."""
        return imported_modules(self._known_files(distribution))

    def exchange(
        self,
        arriving: Sequence[Delivery],
        leaving: Sequence[InstalledDistribution],
        libraries: Sequence[SharedLibrary] = (),
    ) -> tuple[InstalledDistribution, ...]:
        """Take ``leaving`` out and put ``arriving`` in, all or nothing (see :class:`~.destination.Destination`)."""
        leaving_files = {path for distribution in leaving for path in files_of(distribution, self.scheme)}
        # Inside site-packages, because renaming works within one file system only; no import can see the name.
        workshop = os.path.join(self.scheme.site_packages, ".wherry")
        shutil.rmtree(workshop, ignore_errors=True)  # of a process that was interrupted
        try:
            staged = stage(arriving, self.scheme, os.path.join(workshop, "new"), libraries)
            self._check_owners(staged, leaving_files)
            with Journal(os.path.join(workshop, "old")) as journal:
                self._take_out(leaving_files, journal)
                for file in staged:
                    journal.move(file.path, file.target)
        finally:
            shutil.rmtree(workshop, ignore_errors=True)
            importlib.invalidate_caches()
        return tuple(self._arrived(delivery) for delivery in arriving)

    def _take_out(self, files: set[str], journal: Journal) -> None:
        for path in sorted(files):
            # Some RECORDs list folders, which may hold files of others by now.
            if os.path.lexists(path) and not _is_folder(path):
                journal.put_away(path)
            for compiled in _compiled(path):
                journal.put_away(compiled)
        roots = {os.path.dirname(path): root for path in files if (root := self.scheme.root(path))}
        for folder in sorted(roots, reverse=True):
            for empty in (os.path.join(folder, "__pycache__"), folder):
                journal.remove_empty_folders(empty, below=roots[folder])

    def _check_owners(self, staged: Sequence[StagedFile], leaving_files: set[str]) -> None:
        """Raise :class:`InstallConflict` where something of another distribution lies in a file's way."""
        taken = {path: file for path, file in _in_the_way(staged) if path not in leaving_files}
        if not taken:
            return
        folders = [path for path in taken if _is_folder(path)]
        for distribution in self.installed().values():
            for path in self._known_files(distribution):
                if path in leaving_files:
                    continue
                claimed = next((folder for folder in folders if path.startswith(f"{folder}/")), path)
                if claimed in taken:
                    raise InstallConflict(path, str(distribution), taken[claimed].owner)

    def _known_files(self, distribution: InstalledDistribution) -> list[str]:
        try:
            return files_of(distribution, self.scheme)
        except UninstallRefused:
            return []

    def _arrived(self, delivery: Delivery) -> InstalledDistribution:
        location = os.path.join(self.scheme.site_packages, delivery.wheel.dist_info)
        distribution = read_installed(location)
        if distribution is None:
            raise AssertionError(location)
        return replace(distribution, source=delivery.source)


def _in_the_way(staged: Sequence[StagedFile]) -> Iterator[tuple[str, StagedFile]]:
    """Yield what is where a staged file must be, or is a file where a folder of it must be."""
    folders: dict[str, StagedFile] = {}
    for file in staged:
        folders.setdefault(os.path.dirname(file.target), file)
        if os.path.lexists(file.target):
            yield file.target, file
    for folder, file in folders.items():
        existing = folder
        while not os.path.lexists(existing):
            existing = os.path.dirname(existing)
        if not os.path.isdir(existing):
            yield existing, file


def _is_folder(path: str) -> bool:
    return os.path.isdir(path) and not os.path.islink(path)


def _compiled(path: str) -> list[str]:
    """Return the bytecode files that the interpreter has made of a source file (PEP 3147)."""
    folder, name = os.path.split(path)
    cache = os.path.join(folder, "__pycache__")
    if not name.endswith(".py") or not os.path.isdir(cache):
        return []
    stem = name.removesuffix("py")
    return [os.path.join(cache, found) for found in sorted(os.listdir(cache)) if found.startswith(stem)]

"""Site-packages as a destination: real folders, whatever file system is below."""

from __future__ import annotations

import importlib
import os
import shutil
from dataclasses import replace
from typing import TYPE_CHECKING

from wherry.errors import InstallConflict, UninstallRefused
from wherry.install.installed import find_installed, read_installed
from wherry.install.journal import Journal
from wherry.install.staging import stage
from wherry.install.uninstalling import files_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from packaging.utils import NormalizedName

    from wherry.install.destination import Delivery
    from wherry.install.scheme import Scheme
    from wherry.install.staging import StagedFile
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

    def exchange(
        self, arriving: Sequence[Delivery], leaving: Sequence[InstalledDistribution]
    ) -> tuple[InstalledDistribution, ...]:
        """Take ``leaving`` out and put ``arriving`` in, all or nothing (see :class:`~.destination.Destination`)."""
        leaving_files = {path for distribution in leaving for path in files_of(distribution, self.scheme)}
        # Inside site-packages, because renaming works within one file system only; no import can see the name.
        workshop = os.path.join(self.scheme.site_packages, ".wherry")
        try:
            staged = stage(arriving, self.scheme, os.path.join(workshop, "new"))
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
            if os.path.lexists(path):
                journal.put_away(path)
            for compiled in _compiled(path):
                journal.put_away(compiled)
        for folder in sorted({os.path.dirname(path) for path in files}, reverse=True):
            for empty in (os.path.join(folder, "__pycache__"), folder):
                journal.remove_empty_folders(empty, below=self.scheme.site_packages)

    def _check_owners(self, staged: Sequence[StagedFile], leaving_files: set[str]) -> None:
        taken = {file.target: file for file in staged if os.path.lexists(file.target)}
        for path in leaving_files:
            taken.pop(path, None)
        if not taken:
            return
        for distribution in self.installed().values():
            for path in self._known_files(distribution):
                if path in taken:
                    raise InstallConflict(path, str(distribution), taken[path].owner)

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


def _compiled(path: str) -> list[str]:
    """Return the bytecode files that the interpreter has made of a source file (PEP 3147)."""
    folder, name = os.path.split(path)
    cache = os.path.join(folder, "__pycache__")
    if not name.endswith(".py") or not os.path.isdir(cache):
        return []
    stem = name.removesuffix("py")
    return [os.path.join(cache, found) for found in sorted(os.listdir(cache)) if found.startswith(stem)]

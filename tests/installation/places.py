"""Helpers for the tests of the installation floor: deliver and install wheels, and list all files."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from wherry.formats.wheel_archive import WheelArchive, open_wheel
from wherry.installation.destination import Delivery
from wherry.installation.exchange.overlap import survey
from wherry.installation.staging.scripts import ScriptOwners
from wherry.installation.staging.staging import Staging

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from packaging.utils import NormalizedName

    from tests.harness.index_files import IndexFile
    from wherry.installation.destination import SharedLibrary
    from wherry.installation.scheme import Scheme
    from wherry.installation.site_packages import SitePackages
    from wherry.model.distribution import InstalledDistribution


@dataclass(frozen=True)
class StagedFile:
    """A file staged at ``path`` for ``target``."""

    path: str
    target: str


def tree(folder: Path) -> dict[str, bytes | None]:
    """Return every file below ``folder`` with its content, and every folder with ``None``, sorted."""
    return dict(sorted(_entries(str(folder), "")))


def _entries(folder: str, below: str) -> Iterator[tuple[str, bytes | None]]:
    # Some tests compare trees thousands of times: Path.rglob takes three times as long.
    with os.scandir(folder) as entries:
        for entry in entries:
            path = below + entry.name
            if not entry.is_dir():
                yield path, Path(entry.path).read_bytes()
            else:
                yield path, None
                if not entry.is_symlink():
                    yield from _entries(entry.path, f"{path}/")


@lru_cache(maxsize=16)
def _opened(file: IndexFile) -> WheelArchive:
    return open_wheel(file.content, filename=file.filename)


def deliver(file: IndexFile, *, requested: bool = False) -> Delivery:
    """Return the wheel as a delivery from the index."""
    return Delivery(_opened(file), f"https://example.org/{file.filename}", requested)


def stage(
    deliveries: Sequence[Delivery], scheme: Scheme, folder: str, libraries: Sequence[SharedLibrary] = ()
) -> list[StagedFile]:
    """Unpack wheels below ``folder``; no other distribution has scripts."""
    trees = Staging(scheme, folder).finish(deliveries, libraries, ScriptOwners())
    survey(trees, (), scheme.owns)
    return [StagedFile(tree.root + target, target) for tree in trees for target in tree.targets()]


def install(
    site: SitePackages, *files: IndexFile, overwrite: Collection[NormalizedName] = ()
) -> tuple[InstalledDistribution, ...]:
    """Install wheels in place of other versions of them; return the arrived distributions."""
    there = site.installed()
    leaving = [there[file.identity[0]] for file in files if file.identity[0] in there]
    return site.exchange([deliver(file) for file in files], leaving, (), overwrite).arrived


def uninstall(site: SitePackages, *names: str) -> tuple[str, ...]:
    """Uninstall distributions; ``names`` are normalized. Return the warnings."""
    return site.exchange(
        (), [distribution for name, distribution in site.installed().items() if name in names]
    ).warnings

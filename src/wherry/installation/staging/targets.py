"""Targets of the members of a wheel in the installation scheme."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wherry.errors import InvalidWheel
from wherry.formats.entry_points import script_name_problem
from wherry.installation.staging.unpacking import Batch
from wherry.installation.staging_root import STAGING_ROOT

if TYPE_CHECKING:
    from wherry.formats.record import RecordEntry
    from wherry.formats.wheel_archive import WheelArchive
    from wherry.installation.scheme import Scheme
    from wherry.installation.staging.tree import StagedTree

__all__ = ["FolderTarget", "FolderTargets", "target_of"]


@dataclass(slots=True)
class FolderTarget:
    """Target of the members of one folder of an archive; ``names`` are those of ordinary files.

    ``folder`` is absolute, and empty for the root of the file system.

    ``is_special`` tells that its files are not ordinary, ``is_for_scripts`` that they are the wheel's scripts.
    ``prefix`` is the folder in RECORD before their names, if it differs from the folder in the archive. If
    ``asks_for_each`` is set, each name must be checked on its own.
    """

    folder: str
    names: list[str]
    prefix: str | None
    is_special: bool
    is_for_scripts: bool
    asks_for_each: bool

    def recorded(self, entry: RecordEntry, name: str) -> RecordEntry:
        """Return the RECORD line of a member after its installation."""
        return entry if self.prefix is None else entry._replace(path=self.prefix + name)


class FolderTargets:
    """The targets of a wheel's members, found once for each folder of the archive; ``tree`` receives the files."""

    def __init__(self, wheel: WheelArchive, scheme: Scheme, tree: StagedTree) -> None:
        self._wheel = wheel
        self._scheme = scheme
        self._tree = tree
        self._targets: dict[str, FolderTarget] = {}

    @property
    def is_unmoved(self) -> bool:
        """Whether all members so far keep their paths of the archive."""
        return all(target.prefix is None for target in self._targets.values())

    def of(self, path: str, source: str) -> FolderTarget:
        """Return the target of the member at ``path``, in the folder ``source``; raises :class:`InvalidWheel`."""
        target = self._targets.get(source)
        if target is None:
            target = self._targets[source] = self._find(path, source)
        elif target.asks_for_each:
            target_of(path, self._wheel, self._scheme)
        return target

    def batches(self) -> list[Batch]:
        """Return the batches of ordinary files, and add these to the tree."""
        found = []
        for source, target in self._targets.items():
            if target.names:
                self._tree.names_in(target.folder or "/").extend(target.names)
                found.append(Batch(source, self._tree.root + target.folder, target.names))
        return found

    def _find(self, path: str, source: str) -> FolderTarget:
        scheme = self._scheme
        folder = target_of(path, self._wheel, scheme).rpartition("/")[0]
        top, _, below = f"{source}/".partition("/")
        is_data = top in self._wheel.data_folders
        prefix = os.path.relpath(folder or "/", scheme.site_packages) + "/" if is_data else None
        if prefix == "./":
            prefix = ""
        is_for_scripts = is_data and below.startswith("scripts/")
        in_scripts = f"{folder}/".startswith(scheme.scripts + "/")
        in_dist_info = f"{folder}/".startswith(os.path.join(scheme.site_packages, self._wheel.dist_info, ""))
        # Each name matters at the top of site-packages, in the folders around Python's own library, and beside Python.
        asks = is_for_scripts or folder == scheme.scripts or f"{scheme.site_packages}/".startswith(f"{folder}/")
        return FolderTarget(folder, [], prefix, in_dist_info or in_scripts, is_for_scripts, asks)


def target_of(path: str, wheel: WheelArchive, scheme: Scheme) -> str:
    """Return the target of the member at ``path``: in site-packages, or in the scheme's folder for its ``.data`` part.

    Raises :class:`~wherry.errors.InvalidWheel` if no file of this wheel may be there.
    """
    data = wheel.data_part(path)
    target = os.path.join(scheme.site_packages, path) if data is None else _data_target(path, *data, wheel, scheme)
    if target.startswith(scheme.site_packages + "/"):
        first = target[len(scheme.site_packages) + 1 :].partition("/")[0]
        if first.lower().endswith(".dist-info") and first != wheel.dist_info:
            raise InvalidWheel(wheel.filename, [f"{path} would be a file of {first}"])
        if first == STAGING_ROOT:
            raise InvalidWheel(wheel.filename, [f"{path} would be in the staging folder of wherry"])
    return target


def _data_target(path: str, part: str, rest: str, wheel: WheelArchive, scheme: Scheme) -> str:
    folder = scheme.folder(part)
    if folder is None or not rest:
        raise InvalidWheel(wheel.filename, [f"{path} is of an unknown .data scheme"])
    if part == "headers":
        # As in every installer since distutils: "#include <numpy/…>" names the project.
        folder = os.path.join(folder, wheel.metadata.name)
    target = os.path.join(folder, rest)
    above, _, name = target.rpartition("/")
    if above == scheme.scripts and (problem := script_name_problem(name)):
        raise InvalidWheel(wheel.filename, [f"the script {name!r} {problem}"])
    if not scheme.owns(target):
        raise InvalidWheel(wheel.filename, [f"{path} would be installed at {target}, which {scheme.refusal(target)}"])
    return target

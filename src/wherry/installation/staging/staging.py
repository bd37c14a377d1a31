"""Unpack wheels into a staging folder, and add their scripts and records."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from wherry.errors import InvalidWheel
from wherry.formats.entry_points import parse_script_entry_points
from wherry.formats.record import RecordEntry, encode_digest, write_record
from wherry.formats.urls import recorded_url
from wherry.installation.staging.scripts import script_of, with_interpreter
from wherry.installation.staging.targets import FolderTargets
from wherry.installation.staging.tree import StagedTree
from wherry.installation.staging.unpacking import VerifyingUnpacker, write_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from wherry.formats.entry_points import ScriptEntryPoint
    from wherry.formats.wheel_archive import WheelArchive
    from wherry.installation.destination import Delivery, SharedLibrary
    from wherry.installation.scheme import Scheme
    from wherry.installation.staging.scripts import ScriptOwners
    from wherry.installation.staging.unpacking import Unpacker

__all__ = ["INSTALLER", "Staging"]

INSTALLER = "wherry"
NOTES = frozenset(
    {"INSTALLER", "REQUESTED", "direct_url.json", "PYODIDE_SOURCE", "PYODIDE_URL", "PYODIDE_SHA256", "PYODIDE_REQUIRES"}
)


class Staging:
    """Unpacks wheels below ``folder`` as they arrive, and finishes their trees at the end.

    ``warnings`` name harmless faults of the wheels.
    """

    def __init__(self, scheme: Scheme, folder: str, unpacker: Unpacker | None = None) -> None:
        self._scheme = scheme
        self._folder = folder
        self._unpacker = unpacker or VerifyingUnpacker()
        self._trees = 0
        self._unpacked: dict[int, _Unpacked] = {}
        self.warnings: list[str] = []

    def unpack(self, delivery: Delivery) -> None:
        """Unpack the wheel's own files; raises :class:`InvalidWheel`."""
        wheel = delivery.wheel
        tree = self._new_tree(wheel.filename, wheel.metadata.name)
        unpacked = self._unpacked[id(delivery)] = _Unpacked(delivery, tree, self._dist_info(wheel))
        targets = FolderTargets(wheel, self._scheme, tree)
        apart: list[tuple[RecordEntry, str]] = []
        for entry in wheel.record.values():
            source, _, name = entry.path.rpartition("/")
            target = targets.of(entry.path, source)
            if target.folder == unpacked.dist_info and name in NOTES:
                continue  # A wheel made from an installation may still have the notes of that one.
            if target.is_for_scripts:
                unpacked.scripts[f"{target.folder}/{name}"] = with_interpreter(
                    wheel.read(entry.path), self._scheme.interpreter
                )
                continue
            unpacked.entries.append(target.recorded(entry, name))
            if target.is_special or entry.algorithm != "sha256":
                tree.names_in(target.folder or "/").append(name)
                apart.append((entry, target.folder))
            else:
                target.names.append(name)
        batches = targets.batches()
        unpacked.is_unmoved = targets.is_unmoved
        if not unpacked.is_unmoved:
            _refuse_collisions(tree, tree.files)
        self._unpacker.unpack(wheel, batches)
        for entry, folder in apart:
            self._write_apart(unpacked, entry, folder)

    def finish(
        self, deliveries: Sequence[Delivery], libraries: Sequence[SharedLibrary], owners: ScriptOwners
    ) -> list[StagedTree]:
        """Unpack the remaining deliveries, write scripts and records, and return all trees in order.

        Raises :class:`InvalidWheel`.
        """
        for delivery in deliveries:
            if id(delivery) not in self._unpacked:
                self.unpack(delivery)
        return [
            *(self._complete(self._unpacked[id(delivery)], owners) for delivery in deliveries),
            *map(self._unpack_library, libraries),
        ]

    def _unpack_library(self, library: SharedLibrary) -> StagedTree:
        tree = self._new_tree(library.name, library.name)
        for path, content in library.contents.items():
            self._write(tree, os.path.join(self._scheme.libraries, path), content)
        return tree

    def _write_apart(self, unpacked: _Unpacked, entry: RecordEntry, folder: str) -> None:
        """Write a member that the unpacker does not handle."""
        wheel = unpacked.delivery.wheel
        content = wheel.read(entry.path)
        target = f"{folder}/{entry.path.rpartition('/')[2]}"
        if target == f"{unpacked.dist_info}/entry_points.txt":
            unpacked.entry_points = _entry_points(content, wheel, self.warnings)
        self._write_file(unpacked.tree, target, content)

    def _complete(self, unpacked: _Unpacked, owners: ScriptOwners) -> StagedTree:
        """Write the wheel's scripts and the records of its installation."""
        tree, dist_info = unpacked.tree, unpacked.dist_info
        notes = {f"{dist_info}/{name}": content for name, content in _notes(unpacked.delivery).items()}
        made = {**self._scripts(unpacked, owners), **notes}
        record = f"{dist_info}/RECORD"
        for target in (*made, record):
            folder, _, name = target.rpartition("/")
            tree.names_in(folder).append(name)
        written = {target.rpartition("/")[0] for target in (*made, record)}
        _refuse_collisions(tree, written if unpacked.is_unmoved else tree.files)
        for target, content in made.items():
            self._write_file(tree, target, content)
        entries = [
            *unpacked.entries,
            *(_entry_of(self._recorded(target), content) for target, content in made.items()),
            RecordEntry(self._recorded(record)),
        ]
        self._write_file(tree, record, write_record(entries).encode())
        return tree

    def _scripts(self, unpacked: _Unpacked, owners: ScriptOwners) -> dict[str, bytes]:
        """Return the scripts by target. Entry points precede packed scripts: old build backends made both."""
        scripts = dict(unpacked.scripts)
        for entry_point in unpacked.entry_points:
            target = os.path.join(self._scheme.scripts, entry_point.name)
            script = script_of(entry_point, self._scheme.interpreter)
            if target in scripts or owners.claim(target, script, unpacked.tree):
                scripts[target] = script
        return scripts

    def _dist_info(self, wheel: WheelArchive) -> str:
        return os.path.join(self._scheme.site_packages, wheel.dist_info)

    def _recorded(self, target: str) -> str:
        inside = target.removeprefix(self._scheme.site_packages + "/")
        return os.path.relpath(target, self._scheme.site_packages) if inside == target else inside

    def _new_tree(self, owner: str, name: str) -> StagedTree:
        if not self._trees:
            os.makedirs(self._folder, exist_ok=True)
        self._trees += 1
        return StagedTree(owner, name, f"{self._folder}/{self._trees - 1}")

    def _write(self, tree: StagedTree, target: str, content: bytes) -> None:
        folder, _, name = target.rpartition("/")
        tree.names_in(folder or "/").append(name)
        self._write_file(tree, target, content)

    def _write_file(self, tree: StagedTree, target: str, content: bytes) -> None:
        path = tree.root + target
        try:
            write_file(path, content)
        except FileNotFoundError:
            os.makedirs(os.path.dirname(path))
            write_file(path, content)
        if target.startswith(self._scheme.scripts + "/"):
            os.chmod(path, 0o755)  # noqa: S103 - as the specification has it for scripts


@dataclass(slots=True)
class _Unpacked:
    """A wheel's tree, its lines for RECORD, its scripts by target, and its entry points.

    ``is_unmoved`` tells that all members keep their paths of the archive, which are distinct.
    """

    delivery: Delivery
    tree: StagedTree
    dist_info: str
    entries: list[RecordEntry] = field(default_factory=list)
    scripts: dict[str, bytes] = field(default_factory=dict)
    entry_points: tuple[ScriptEntryPoint, ...] = ()
    is_unmoved: bool = True


def _refuse_collisions(tree: StagedTree, folders: Iterable[str]) -> None:
    """Raise :class:`InvalidWheel` if two paths are the same, here or on a file system that ignores case."""
    folded: dict[str, str] = {}
    for target in _targets_in(tree, folders):
        if target in tree.folders:
            raise InvalidWheel(tree.owner, [f"{target} is a file and a folder"])
        other = folded.setdefault(target.casefold(), target)
        if other is not target:
            raise InvalidWheel(
                tree.owner, [f"{target} is there twice" if other == target else f"{target} and {other} collide"]
            )


def _targets_in(tree: StagedTree, folders: Iterable[str]) -> Iterator[str]:
    return (f"{folder.rstrip('/')}/{name}" for folder in folders for name in tree.files[folder])


def _entry_points(content: bytes, wheel: WheelArchive, warnings: list[str]) -> tuple[ScriptEntryPoint, ...]:
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        raise InvalidWheel(wheel.filename, ["entry_points.txt is not UTF-8"]) from error
    return parse_script_entry_points(text, filename=wheel.filename, warnings=warnings)


def _entry_of(path: str, content: bytes) -> RecordEntry:
    return RecordEntry(path, "sha256", encode_digest(hashlib.sha256(content).digest()), len(content))


def _notes(delivery: Delivery) -> dict[str, bytes]:
    """Return the files that record the installation itself (PEP 376, 610, 627), as Pyodide's own loader does."""
    notes = {"INSTALLER": f"{INSTALLER}\n".encode()}
    if delivery.requested:
        notes["REQUESTED"] = b""
    if delivery.origin == "direct":
        origin = {"url": recorded_url(delivery.source), "archive_info": {"hashes": dict(delivery.hashes)}}
        notes["direct_url.json"] = json.dumps(origin).encode()
    if delivery.origin == "distribution":
        notes["PYODIDE_SOURCE"] = b"pyodide"
    elif "sha256" in delivery.hashes:
        # As micropip does, so that either can write down later where the wheel came from.
        notes["PYODIDE_URL"] = recorded_url(delivery.source).encode()
        notes["PYODIDE_SHA256"] = delivery.hashes["sha256"].encode()
    return notes

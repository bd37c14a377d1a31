"""Unpacking wheels aside: every file verified and written, none of them visible yet."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from wherry.errors import InstallConflict, InvalidWheel
from wherry.formats.entry_points import parse_script_entry_points
from wherry.formats.record import RecordEntry, encode_digest, write_record
from wherry.formats.urls import recorded_url
from wherry.install.scripts import script_of, with_interpreter
from wherry.install.targets import target_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from wherry.formats.entry_points import ScriptEntryPoint
    from wherry.formats.wheel_archive import WheelArchive
    from wherry.install.destination import Delivery, SharedLibrary
    from wherry.install.scheme import Scheme
    from wherry.install.scripts import ScriptPlaces

__all__ = ["StagedFile", "Staging"]

INSTALLER = "wherry"
NOTES = ("INSTALLER", "REQUESTED", "direct_url.json", "PYODIDE_SOURCE")


@dataclass(frozen=True, slots=True)
class StagedFile:
    """A file written to ``path`` that belongs at ``target``; ``owner`` is the wheel's filename, or the library."""

    path: str
    target: str
    owner: str


class Staging:
    """Unpacks below ``folder``, each wheel as it comes, and in the end all that is to be placed."""

    def __init__(self, scheme: Scheme, folder: str) -> None:
        self._scheme = scheme
        self._folder = folder
        self._written = 0
        self._unpacked: dict[int, _Unpacked] = {}

    def unpack(self, delivery: Delivery) -> None:
        """Write the wheel's own files, each compared with RECORD; raises :class:`InvalidWheel`."""
        wheel, scheme = delivery.wheel, self._scheme
        dist_info = os.path.join(scheme.site_packages, wheel.dist_info)
        foreign_notes = {os.path.join(dist_info, name) for name in NOTES}
        unpacked = self._unpacked[id(delivery)] = _Unpacked(delivery)
        for entry, content in wheel.contents():
            target = target_of(entry.path, wheel, scheme)
            if target in foreign_notes:
                continue  # A wheel made from an installation may still tell of that one.
            if target == os.path.join(dist_info, "entry_points.txt"):
                unpacked.entry_points = _entry_points(content, wheel)
            if entry.path.startswith(f"{wheel.data_folder}/scripts/"):
                unpacked.scripts[target] = with_interpreter(content, scheme.interpreter)
            else:
                unpacked.files.append((self._write(target, content, wheel.filename), entry))

    def finish(
        self, deliveries: Sequence[Delivery], libraries: Sequence[SharedLibrary], places: ScriptPlaces
    ) -> list[StagedFile]:
        """Unpack what has not been yet, write what records the installation, and return all files in order.

        Raises :class:`InvalidWheel` and :class:`InstallConflict`.
        """
        staged: dict[str, StagedFile] = {}
        # One wheel's names must differ on every file system; those of two may be told apart where this one does.
        folded: dict[tuple[str, str], str] = {}
        for file in self._everything(deliveries, libraries, places):
            if file.target in staged:
                raise _clash(staged[file.target], file.owner)
            other = folded.setdefault((file.owner, file.target.casefold()), file.target)
            if other != file.target:
                raise InvalidWheel(file.owner, [f"{file.target} and {other} collide"])
            staged[file.target] = file
        return list(staged.values())

    def _everything(
        self, deliveries: Sequence[Delivery], libraries: Sequence[SharedLibrary], places: ScriptPlaces
    ) -> Iterator[StagedFile]:
        for delivery in deliveries:
            if id(delivery) not in self._unpacked:
                self.unpack(delivery)
            yield from self._complete(self._unpacked[id(delivery)], places)
        for library in libraries:
            for path, content in library.contents.items():
                yield self._write(os.path.join(self._scheme.libraries, path), content, library.name)

    def _complete(self, unpacked: _Unpacked, places: ScriptPlaces) -> Iterator[StagedFile]:
        """Yield the wheel's files, its scripts, and what records the installation."""
        wheel = unpacked.delivery.wheel
        dist_info = os.path.join(self._scheme.site_packages, wheel.dist_info)
        notes = {os.path.join(dist_info, name): content for name, content in _notes(unpacked.delivery).items()}
        entries: list[RecordEntry] = []
        for file, entry in unpacked.files:
            path = self._recorded(file.target)
            entries.append(entry if entry.path == path else replace(entry, path=path))
            yield file
        for target, content in {**self._scripts(unpacked, places), **notes}.items():
            entries.append(_entry_of(self._recorded(target), content))
            yield self._write(target, content, wheel.filename)
        record = os.path.join(dist_info, "RECORD")
        entries.append(RecordEntry(self._recorded(record)))
        yield self._write(record, write_record(entries).encode(), wheel.filename)

    def _scripts(self, unpacked: _Unpacked, places: ScriptPlaces) -> dict[str, bytes]:
        """Return the scripts by target. One of an entry point goes before a packed one: old backends made both."""
        scripts = dict(unpacked.scripts)
        for entry_point in unpacked.entry_points:
            target = os.path.join(self._scheme.scripts, entry_point.name)
            if target in scripts or places.claim(target, unpacked.delivery.wheel.filename):
                scripts[target] = script_of(entry_point, self._scheme.interpreter)
        return scripts

    def _recorded(self, target: str) -> str:
        inside = target.removeprefix(self._scheme.site_packages + "/")
        return os.path.relpath(target, self._scheme.site_packages) if inside == target else inside

    def _write(self, target: str, content: bytes, owner: str) -> StagedFile:
        if not self._written:
            os.makedirs(self._folder, exist_ok=True)
        path = os.path.join(self._folder, str(self._written))
        self._written += 1
        # Unbuffered: the content is whole, and this is several times faster in Emscripten's file system.
        with open(path, "wb", 0) as file:
            file.write(content)
        if target.startswith(self._scheme.scripts + "/"):
            os.chmod(path, 0o755)  # noqa: S103 - as the specification has it for scripts
        return StagedFile(path, target, owner)


@dataclass(slots=True)
class _Unpacked:
    """A wheel's files, each with its line in RECORD, its scripts by target, and the scripts that it wants made."""

    delivery: Delivery
    files: list[tuple[StagedFile, RecordEntry]] = field(default_factory=list)
    scripts: dict[str, bytes] = field(default_factory=dict)
    entry_points: tuple[ScriptEntryPoint, ...] = ()


def _clash(file: StagedFile, newcomer: str) -> InstallConflict | InvalidWheel:
    if file.owner == newcomer:
        return InvalidWheel(newcomer, [f"{file.target} is there twice"])
    return InstallConflict(file.target, file.owner, newcomer)


def _entry_points(content: bytes, wheel: WheelArchive) -> tuple[ScriptEntryPoint, ...]:
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        raise InvalidWheel(wheel.filename, ["entry_points.txt is not UTF-8"]) from error
    return parse_script_entry_points(text, filename=wheel.filename)


def _entry_of(path: str, content: bytes) -> RecordEntry:
    return RecordEntry(path, "sha256", encode_digest(hashlib.sha256(content).digest()), len(content))


def _notes(delivery: Delivery) -> dict[str, bytes]:
    """Return the files that tell of the installation itself (PEP 376, 610, 627), as Pyodide's own loader does."""
    notes = {"INSTALLER": f"{INSTALLER}\n".encode()}
    if delivery.requested:
        notes["REQUESTED"] = b""
    if delivery.origin == "direct":
        origin = {"url": recorded_url(delivery.source), "archive_info": {"hashes": dict(delivery.hashes)}}
        notes["direct_url.json"] = json.dumps(origin).encode()
    if delivery.origin == "distribution":
        notes["PYODIDE_SOURCE"] = b"pyodide"
    return notes

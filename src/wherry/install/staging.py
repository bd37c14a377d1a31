"""Unpacking wheels aside: every file verified and written, none of them visible yet."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wherry.errors import InstallConflict, InvalidWheel
from wherry.formats.entry_points import parse_script_entry_points, script_name_problem
from wherry.formats.record import RecordEntry, encode_digest, write_record
from wherry.formats.urls import recorded_url
from wherry.install.scripts import ScriptPlaces, script_of, with_interpreter

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from wherry.formats.entry_points import ScriptEntryPoint
    from wherry.formats.wheel_archive import WheelArchive
    from wherry.install.destination import Delivery, SharedLibrary
    from wherry.install.scheme import Scheme

__all__ = ["StagedFile", "stage"]

INSTALLER = "wherry"
WORKSHOP = ".wherry"
NOTES = ("INSTALLER", "REQUESTED", "direct_url.json", "PYODIDE_SOURCE")


@dataclass(frozen=True, slots=True)
class StagedFile:
    """A file written to ``path`` that belongs at ``target``; ``owner`` is the wheel's filename, or the library."""

    path: str
    target: str
    owner: str


def stage(
    deliveries: Sequence[Delivery],
    scheme: Scheme,
    folder: str,
    libraries: Sequence[SharedLibrary] = (),
    places: ScriptPlaces | None = None,
) -> list[StagedFile]:
    """Unpack everything below ``folder``; raises :class:`InvalidWheel` and :class:`InstallConflict`."""
    places = places or ScriptPlaces()
    staged: dict[str, StagedFile] = {}
    # One wheel's names must differ on every file system; those of two may be told apart where this one does.
    folded: dict[tuple[str, str], str] = {}
    os.makedirs(folder, exist_ok=True)
    for owner, target, content in _everything(deliveries, libraries, scheme, places):
        if target in staged:
            raise _clash(staged[target], owner)
        other = folded.setdefault((owner, target.casefold()), target)
        if other != target:
            raise InvalidWheel(owner, [f"{target} and {other} collide"])
        path = os.path.join(folder, str(len(staged)))
        _write(path, content, executable=target.startswith(scheme.scripts + "/"))
        staged[target] = StagedFile(path, target, owner)
    return list(staged.values())


def _everything(
    deliveries: Sequence[Delivery], libraries: Sequence[SharedLibrary], scheme: Scheme, places: ScriptPlaces
) -> Iterator[tuple[str, str, bytes]]:
    """Yield owners, target paths and contents."""
    for delivery in deliveries:
        for target, content in _files(delivery, scheme, places):
            yield delivery.wheel.filename, target, content
    for library in libraries:
        for path, content in library.contents.items():
            yield library.name, os.path.join(scheme.libraries, path), content


def _clash(file: StagedFile, newcomer: str) -> InstallConflict | InvalidWheel:
    if file.owner == newcomer:
        return InvalidWheel(newcomer, [f"{file.target} is there twice"])
    return InstallConflict(file.target, file.owner, newcomer)


def _write(path: str, content: bytes, *, executable: bool) -> None:
    # Unbuffered: the content is whole, and this is several times faster in Emscripten's file system.
    with open(path, "wb", 0) as file:
        file.write(content)
    if executable:
        os.chmod(path, 0o755)  # noqa: S103 - as the specification has it for scripts


def _files(delivery: Delivery, scheme: Scheme, places: ScriptPlaces) -> Iterator[tuple[str, bytes]]:
    """Yield target paths and contents: the wheel's files, its scripts, then what records the installation."""
    entries: list[RecordEntry] = []
    for target, content, entry in _placed(delivery, scheme, places):
        path = os.path.relpath(target, scheme.site_packages)
        entries.append(
            RecordEntry(path, entry.algorithm, entry.digest, entry.size) if entry else _entry_of(path, content)
        )
        yield target, content
    record = f"{delivery.wheel.dist_info}/RECORD"
    entries.append(RecordEntry(record))
    yield os.path.join(scheme.site_packages, record), write_record(entries).encode()


def _placed(
    delivery: Delivery, scheme: Scheme, places: ScriptPlaces
) -> Iterator[tuple[str, bytes, RecordEntry | None]]:
    """Yield target paths and contents, and the wheel's own line about those that are as it has them."""
    wheel = delivery.wheel
    dist_info = os.path.join(scheme.site_packages, wheel.dist_info)
    foreign_notes = {os.path.join(dist_info, name) for name in NOTES}
    entry_points_file = os.path.join(dist_info, "entry_points.txt")
    scripts: dict[str, bytes] = {}
    entry_points: tuple[ScriptEntryPoint, ...] = ()
    for entry, content in wheel.contents():
        target = _target(entry.path, wheel, scheme)
        if target in foreign_notes:
            continue  # A wheel made from an installation may still tell of that one.
        if target == entry_points_file:
            entry_points = _entry_points(content, wheel)
        if entry.path.startswith(f"{wheel.data_folder}/scripts/"):
            scripts[target] = with_interpreter(content, scheme.interpreter)
        else:
            yield target, content, entry
    # An entry point's script takes the place of one of the same name: old backends made it themselves and packed it.
    for one in entry_points:
        target = os.path.join(scheme.scripts, one.name)
        if target in scripts or places.claim(target, wheel.filename):
            scripts[target] = script_of(one, scheme.interpreter)
    for target, content in scripts.items():
        yield target, content, None
    for name, content in _notes(delivery).items():
        yield os.path.join(dist_info, name), content, None


def _entry_points(content: bytes, wheel: WheelArchive) -> tuple[ScriptEntryPoint, ...]:
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        raise InvalidWheel(wheel.filename, ["entry_points.txt is not UTF-8"]) from error
    return parse_script_entry_points(text, filename=wheel.filename)


def _entry_of(path: str, content: bytes) -> RecordEntry:
    return RecordEntry(path, "sha256", encode_digest(hashlib.sha256(content).digest()), len(content))


def _target(path: str, wheel: WheelArchive, scheme: Scheme) -> str:
    """Return where a member belongs: site-packages, or where the scheme puts its ``.data`` part."""
    if path.startswith(wheel.data_folder + "/"):
        target = _data_target(path, wheel, scheme)
    else:
        target = os.path.join(scheme.site_packages, path)
    if target.startswith(scheme.site_packages + "/"):
        first = target[len(scheme.site_packages) + 1 :].partition("/")[0]
        if first.lower().endswith(".dist-info") and first != wheel.dist_info:
            raise InvalidWheel(wheel.filename, [f"{path} would pass for a file of {first}"])
        if first == WORKSHOP:
            raise InvalidWheel(wheel.filename, [f"{path} would go to where wherry does its work"])
    return target


def _data_target(path: str, wheel: WheelArchive, scheme: Scheme) -> str:
    part, _, rest = path.removeprefix(wheel.data_folder + "/").partition("/")
    folder = scheme.folder(part)
    if folder is None or not rest:
        raise InvalidWheel(wheel.filename, [f"{path} is of an unknown .data scheme"])
    if part == "scripts" and "/" not in rest and (problem := script_name_problem(rest)):
        raise InvalidWheel(wheel.filename, [f"the script {rest!r} {problem}"])
    if part == "headers":
        # As every installer has it since distutils: "#include <numpy/…>" says whose header it is.
        folder = os.path.join(folder, wheel.metadata.name)
    target = os.path.join(folder, rest)
    if not scheme.owns(target):
        raise InvalidWheel(wheel.filename, [f"{path} would go to {target}, which {scheme.refusal(target)}"])
    return target


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

"""Unpacking wheels aside: every file verified and written, none of them visible yet."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wherry.errors import InstallConflict, InvalidWheel
from wherry.formats.record import RecordEntry, encode_digest, write_record
from wherry.formats.urls import without_credentials

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from wherry.formats.wheel_archive import WheelArchive
    from wherry.install.destination import Delivery, SharedLibrary
    from wherry.install.scheme import Scheme

__all__ = ["StagedFile", "stage"]

INSTALLER = "wherry"
NOTES = ("INSTALLER", "REQUESTED", "direct_url.json", "PYODIDE_SOURCE")


@dataclass(frozen=True, slots=True)
class StagedFile:
    """A file written to ``path`` that belongs at ``target``; ``owner`` is the wheel's filename, or the library."""

    path: str
    target: str
    owner: str


def stage(
    deliveries: Sequence[Delivery], scheme: Scheme, folder: str, libraries: Sequence[SharedLibrary] = ()
) -> list[StagedFile]:
    """Unpack everything below ``folder``; raises :class:`InvalidWheel` and :class:`InstallConflict`."""
    staged: dict[str, StagedFile] = {}
    os.makedirs(folder, exist_ok=True)
    for owner, target, content in _everything(deliveries, libraries, scheme):
        if target in staged:
            raise _clash(staged[target], owner)
        path = os.path.join(folder, str(len(staged)))
        _write(path, content, executable=target.startswith(scheme.scripts + "/"))
        staged[target] = StagedFile(path, target, owner)
    return list(staged.values())


def _everything(
    deliveries: Sequence[Delivery], libraries: Sequence[SharedLibrary], scheme: Scheme
) -> Iterator[tuple[str, str, bytes]]:
    """Yield owners, target paths and contents."""
    for delivery in deliveries:
        for target, content in _files(delivery, scheme):
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


def _files(delivery: Delivery, scheme: Scheme) -> Iterator[tuple[str, bytes]]:
    """Yield target paths and contents: the wheel's files, then what records the installation."""
    wheel = delivery.wheel
    entries = []
    foreign_notes = {os.path.join(scheme.site_packages, wheel.dist_info, name) for name in NOTES}
    for entry, content in wheel.contents():
        target = _target(entry.path, wheel, scheme)
        # A wheel made from an installation may still tell of that one.
        if target not in foreign_notes:
            entries.append(_recorded(entry, target, scheme))
            yield target, content
    for name, content in _notes(delivery).items():
        path = f"{wheel.dist_info}/{name}"
        digest = encode_digest(hashlib.sha256(content).digest())
        entries.append(RecordEntry(path, "sha256", digest, len(content)))
        yield os.path.join(scheme.site_packages, path), content
    record = f"{wheel.dist_info}/RECORD"
    entries.append(RecordEntry(record))
    yield os.path.join(scheme.site_packages, record), write_record(entries).encode()


def _target(path: str, wheel: WheelArchive, scheme: Scheme) -> str:
    """Return where a member belongs: site-packages, or where the scheme puts its ``.data`` part."""
    if not path.startswith(wheel.data_folder + "/"):
        return os.path.join(scheme.site_packages, path)
    part, _, rest = path.removeprefix(wheel.data_folder + "/").partition("/")
    folder = scheme.folder(part)
    if folder is None or not rest:
        raise InvalidWheel(wheel.filename, [f"{path} is of an unknown .data scheme"])
    target = os.path.join(folder, rest)
    if not scheme.owns(target):
        raise InvalidWheel(wheel.filename, [f"{path} would go to {target}, which belongs to Python itself"])
    return target


def _recorded(entry: RecordEntry, target: str, scheme: Scheme) -> RecordEntry:
    path = os.path.relpath(target, scheme.site_packages)
    return RecordEntry(path, entry.algorithm, entry.digest, entry.size)


def _notes(delivery: Delivery) -> dict[str, bytes]:
    """Return the files that tell of the installation itself (PEP 376, 610, 627), as Pyodide's own loader does."""
    notes = {"INSTALLER": f"{INSTALLER}\n".encode()}
    if delivery.requested:
        notes["REQUESTED"] = b""
    if delivery.origin == "direct":
        origin = {"url": without_credentials(delivery.source), "archive_info": {"hashes": dict(delivery.hashes)}}
        notes["direct_url.json"] = json.dumps(origin).encode()
    if delivery.origin == "distribution":
        notes["PYODIDE_SOURCE"] = b"pyodide"
    return notes

"""Wheels: the archive, checked as a whole before anyone writes a byte of it (PEP 427).

https://packaging.python.org/en/latest/specifications/binary-distribution-format/
"""

from __future__ import annotations

import hashlib
import io
import stat
import zipfile
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name, parse_wheel_filename
from packaging.version import Version

from wherry.errors import InvalidMetadata, InvalidWheel
from wherry.formats.core_metadata import parse_core_metadata, parse_headers
from wherry.formats.member_paths import path_problems
from wherry.formats.record import encode_digest, parse_record
from wherry.model.hashes import STRONGEST_FIRST

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wherry.formats.record import RecordEntry
    from wherry.model.core_metadata import CoreMetadata

__all__ = ["WheelArchive", "open_wheel", "read_wheel_metadata"]

METHODS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
UNREADABLE = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, UnicodeError, ValueError)


@dataclass(frozen=True, slots=True)
class WheelArchive:
    """A wheel whose structure has been checked.

    ``record`` maps the path of every member (RECORD itself and its signatures excepted) to its line in RECORD.
    """

    filename: str
    dist_info: str
    metadata: CoreMetadata
    root_is_purelib: bool
    record: dict[str, RecordEntry]
    _zip: zipfile.ZipFile

    @property
    def data_folder(self) -> str:
        """The folder whose parts belong elsewhere, such as ``pkg-1.0.data``."""
        return self.dist_info.removesuffix(".dist-info") + ".data"

    def contents(self) -> Iterator[tuple[RecordEntry, bytes]]:
        """Yield every recorded member with its bytes, compared with RECORD; raises :class:`InvalidWheel`."""
        for entry in self.record.values():
            content = _read(self._zip, entry.path, self.filename)
            digest = encode_digest(hashlib.new(entry.algorithm, content).digest())
            if digest != entry.digest or entry.size not in {None, len(content)}:
                raise InvalidWheel(self.filename, [f"{entry.path} is not the file that RECORD lists"])
            yield entry, content


def open_wheel(archive: bytes, *, filename: str) -> WheelArchive:
    """Open and check a wheel; raises :class:`InvalidWheel` with all that was found.

    Checked are the members' paths, the one ``.dist-info`` folder, WHEEL, METADATA against the filename, and that
    RECORD lists all members and no others.
    """
    opened = _open(archive, filename)
    dist_info = _dist_info(opened, filename)
    record = parse_record(_text(opened, f"{dist_info}/RECORD", filename), filename=filename)
    return WheelArchive(
        filename=filename,
        dist_info=dist_info,
        metadata=_metadata(opened, dist_info, filename),
        root_is_purelib=_root_is_purelib(opened, dist_info, filename),
        record=_recorded(opened, dist_info, record, filename),
        _zip=opened,
    )


def read_wheel_metadata(archive: bytes, *, filename: str) -> CoreMetadata:
    """Read only the core metadata out of a wheel; raises :class:`InvalidWheel`."""
    opened = _open(archive, filename)
    return _metadata(opened, _dist_info(opened, filename), filename)


def _open(archive: bytes, filename: str) -> zipfile.ZipFile:
    try:
        opened = zipfile.ZipFile(io.BytesIO(archive))
    except UNREADABLE as error:
        raise InvalidWheel(filename, [f"the archive cannot be read ({error})"]) from error
    _check_members(opened, filename)
    return opened


def _read(opened: zipfile.ZipFile, path: str, filename: str) -> bytes:
    try:
        return opened.read(path)
    except KeyError:
        raise InvalidWheel(filename, [f"{path} is missing"]) from None
    except UNREADABLE as error:
        raise InvalidWheel(filename, [f"{path} cannot be read ({error})"]) from error


def _text(opened: zipfile.ZipFile, path: str, filename: str) -> str:
    try:
        return _read(opened, path, filename).decode("utf-8")
    except UnicodeDecodeError as error:
        raise InvalidWheel(filename, [f"{path} is not UTF-8"]) from error


def _check_members(opened: zipfile.ZipFile, filename: str) -> None:
    # The original names, for zipfile cuts a name at its first NUL.
    problems = list(path_problems(member.orig_filename for member in opened.infolist()))
    problems += [
        f"{member.filename!r} is a symbolic link"
        for member in opened.infolist()
        if stat.S_ISLNK(member.external_attr >> 16)
    ]
    problems += [
        f"{member.filename!r} is neither stored nor deflated"
        for member in opened.infolist()
        if member.compress_type not in METHODS
    ]
    if problems:
        raise InvalidWheel(filename, problems)


def _dist_info(opened: zipfile.ZipFile, filename: str) -> str:
    """Find "the one and only" ``{distribution}-{version}.dist-info`` and hold its name against the filename."""
    tops = {name.partition("/")[0] for name in opened.namelist() if "/" in name}
    found = sorted(top for top in tops if top.endswith(".dist-info"))
    if len(found) != 1:
        raise InvalidWheel(filename, [f"it has {len(found)} .dist-info folders instead of one"])
    name, version = _name_and_version(filename)
    folder_name, _, folder_version = found[0].removesuffix(".dist-info").partition("-")
    try:
        fits = canonicalize_name(folder_name) == name and Version(folder_version) == version
    except ValueError:  # InvalidVersion, or a number of more digits than Python reads
        fits = False
    if not fits:
        raise InvalidWheel(filename, [f"its folder {found[0]} belongs to something else"])
    return found[0]


def _name_and_version(filename: str) -> tuple[str, Version]:
    try:
        name, version, _, _ = parse_wheel_filename(filename)
    except ValueError as error:  # InvalidWheelFilename, or a number of more digits than Python reads
        raise InvalidWheel(filename, [str(error)]) from error
    return name, version


def _metadata(opened: zipfile.ZipFile, dist_info: str, filename: str) -> CoreMetadata:
    content = _read(opened, f"{dist_info}/METADATA", filename)
    try:
        metadata = parse_core_metadata(content, subject=filename)
    except InvalidMetadata as error:
        raise InvalidWheel(filename, [f"METADATA: {error.problem}"]) from error
    if (metadata.name, metadata.version) != _name_and_version(filename):
        raise InvalidWheel(filename, [f"METADATA is that of {metadata.name} {metadata.version}"])
    return metadata


def _root_is_purelib(opened: zipfile.ZipFile, dist_info: str, filename: str) -> bool:
    headers = parse_headers(_text(opened, f"{dist_info}/WHEEL", filename))
    version = headers.get("wheel-version", [""])[0]
    # The specification: installers fail on a greater major version, for the format has changed then.
    if version.partition(".")[0] != "1":
        raise InvalidWheel(filename, [f"Wheel-Version {version!r} is unknown"])
    return headers.get("root-is-purelib", [""])[0].lower() == "true"


def _recorded(
    opened: zipfile.ZipFile, dist_info: str, record: list[RecordEntry], filename: str
) -> dict[str, RecordEntry]:
    # Signatures are made after RECORD, which therefore lists neither them nor itself.
    unlisted = {f"{dist_info}/{name}" for name in ("RECORD", "RECORD.jws", "RECORD.p7s")}
    members = {member.filename for member in opened.infolist() if not member.is_dir()} - unlisted
    entries = {entry.path: entry for entry in record if entry.path not in unlisted}
    problems = [f"{path} is not in RECORD" for path in sorted(members - entries.keys())]
    problems += [f"RECORD lists {path}, which is missing" for path in sorted(entries.keys() - members)]
    # Backends have been seen to list a file twice; it must be the same line then.
    problems += [f"RECORD lists {entry.path} twice" for entry in record if entries.get(entry.path, entry) != entry]
    problems += [
        f"RECORD has no SHA-256 or stronger hash of {entry.path}"
        for entry in entries.values()
        if entry.algorithm not in STRONGEST_FIRST
    ]
    if problems:
        raise InvalidWheel(filename, problems)
    return entries

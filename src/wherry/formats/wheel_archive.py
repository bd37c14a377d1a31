"""Open wheels. An archive is checked as a whole before a byte of it is written (PEP 427).

https://packaging.python.org/en/latest/specifications/binary-distribution-format/
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from packaging.utils import NormalizedName, canonicalize_name
from packaging.version import Version

from wherry.errors import InvalidMetadata, InvalidWheel
from wherry.formats.core_metadata import parse_core_metadata
from wherry.formats.filenames import parse_wheel_name
from wherry.formats.record import digest_of, encode_digest
from wherry.formats.wheel_data import find_data_folders, is_data_folder
from wherry.formats.wheel_file import filename_build, parse_wheel_file
from wherry.formats.wheel_record import read_wheel_record
from wherry.formats.zip_archive import open_zip
from wherry.model.archive_limits import DEFAULT_LIMITS

if TYPE_CHECKING:
    from collections.abc import Callable

    from wherry.formats.record import RecordEntry
    from wherry.formats.zip_archive import ZipArchive
    from wherry.formats.zip_entries import Member
    from wherry.model.archive_limits import ArchiveLimits
    from wherry.model.core_metadata import CoreMetadata

__all__ = ["LENGTH_OF_SHA256", "SHA256_OF_NOTHING", "WheelArchive", "open_wheel", "read_wheel_metadata"]

T = TypeVar("T")

SHA256_OF_NOTHING = encode_digest(hashlib.sha256(b"").digest())
LENGTH_OF_SHA256 = len(SHA256_OF_NOTHING)
LARGEST_DESCRIPTION = 2**25  # bytes of METADATA, WHEEL or RECORD, which are read before a wheel is accepted


@dataclass(frozen=True, slots=True)
class WheelArchive:
    """A wheel whose structure has been checked.

    ``record`` maps the path of every member (RECORD itself and its signatures excepted) to its line in RECORD;
    ``archive`` has the packed members. ``data_folders`` are folders with parts for other places, such as
    ``pkg-1.0.data``. ``warnings`` describe harmless faults, each with the name of the wheel.
    """

    filename: str
    dist_info: str
    metadata: CoreMetadata
    root_is_purelib: bool
    record: dict[str, RecordEntry]
    archive: ZipArchive
    data_folders: frozenset[str] = frozenset()
    warnings: tuple[str, ...] = ()

    def data_part(self, path: str) -> tuple[str, str] | None:
        """Return the part of ``.data`` that ``path`` is in and its path below that; ``None`` for any other path."""
        folder, _, below = path.partition("/")
        if folder not in self.data_folders:
            return None
        part, _, rest = below.partition("/")
        return part, rest

    def read(self, path: str) -> bytes:
        """Return the bytes of one member. Raise :class:`InvalidWheel` if they differ from RECORD."""
        content = self.archive.read(path)
        entry = self.record.get(path)
        if entry and digest_of(content, entry) != entry.digest:
            raise self._differs(path)
        return content

    def refuse_impossible(self, member: Member, digest: str) -> None:
        """Raise :class:`InvalidWheel` if RECORD's SHA-256 ``digest`` cannot be that of ``member``."""
        if len(digest) != LENGTH_OF_SHA256 or (member.size == 0) != (digest == SHA256_OF_NOTHING):
            raise self._differs(member.path)

    def _differs(self, path: str) -> InvalidWheel:
        return InvalidWheel(self.filename, [f"{path} is not the file that RECORD lists: its hash differs"])

    def head(self, path: str, size: int) -> bytes:
        """Return the first ``size`` bytes of a member, not compared with RECORD. Raise :class:`InvalidWheel`."""
        return self.archive.head(path, size)


def open_wheel(
    archive: bytes,
    *,
    filename: str,
    limits: ArchiveLimits | None = DEFAULT_LIMITS,
    promised: CoreMetadata | None = None,
) -> WheelArchive:
    """Open and check a wheel. Raise :class:`InvalidWheel` with all problems.

    The checks are: the archive's structure, size and paths; one ``.dist-info`` folder; METADATA and WHEEL agree with
    the filename; RECORD lists all members with their sizes, and no others. Hashes are compared when members are read.
    If METADATA is the very file that ``promised`` was read from, it is not parsed again.
    """
    release = _name_and_version(filename)
    opened = open_zip(archive, filename=filename, limits=limits)
    dist_info = _dist_info(opened)
    problems: list[str] = []
    warnings: list[str] = []
    metadata = _listing(problems, lambda: _metadata(opened, dist_info, promised))
    wheel_file = _listing(
        problems,
        lambda: parse_wheel_file(_read(opened, f"{dist_info}/WHEEL"), filename=filename, warnings=warnings),
    )
    builds = {filename_build(filename), wheel_file.build if wheel_file else ""} - {""}
    data_folders = find_data_folders(
        opened.files, dist_info, lambda folder: is_data_folder(folder, release, builds), problems, warnings
    )
    record = _listing(problems, lambda: _record(opened, dist_info, warnings))
    if problems or metadata is None or wheel_file is None or record is None:
        raise InvalidWheel(filename, problems)
    named = tuple(f"{filename}: {warning}" for warning in warnings)
    return WheelArchive(filename, dist_info, metadata, wheel_file.root_is_purelib, record, opened, data_folders, named)


def read_wheel_metadata(archive: bytes, *, filename: str) -> CoreMetadata:
    """Read only the core metadata of a wheel. Raise :class:`InvalidWheel` if that is impossible."""
    _name_and_version(filename)
    # Without limits: nothing else is unpacked, and the caller's limits apply when the wheel is opened.
    opened = open_zip(archive, filename=filename)
    return _metadata(opened, _dist_info(opened))


def _listing(problems: list[str], check: Callable[[], T]) -> T | None:
    """Return the result of ``check``; if it raises, add its problems to ``problems`` and return ``None``."""
    try:
        return check()
    except InvalidWheel as error:
        problems += error.problems
        return None


def _read(opened: ZipArchive, path: str) -> bytes:
    if path in opened.members and opened.members[path].size > LARGEST_DESCRIPTION:
        raise InvalidWheel(opened.filename, [f"{path} is larger than {LARGEST_DESCRIPTION} bytes"])
    return opened.read(path)


def _name_and_version(filename: str) -> tuple[NormalizedName, Version]:
    try:
        name, version, _, _ = parse_wheel_name(filename)
    except ValueError as error:  # InvalidWheelFilename, or a number of more digits than Python reads
        raise InvalidWheel(filename, [str(error)]) from error
    return name, version


def _dist_info(opened: ZipArchive) -> str:
    """Find "the one and only" ``{distribution}-{version}.dist-info`` and compare its name with the filename."""
    tops = {path.partition("/")[0] for path in opened.members if "/" in path}
    found = sorted(top for top in tops if top.endswith(".dist-info"))
    if len(found) != 1:
        names = f" ({', '.join(found)})" if found else ""
        raise InvalidWheel(opened.filename, [f"it has {len(found)} .dist-info folders instead of one{names}"])
    folder_name, _, folder_version = found[0].removesuffix(".dist-info").partition("-")
    try:
        belongs = (canonicalize_name(folder_name), Version(folder_version)) == _name_and_version(opened.filename)
    except ValueError:  # InvalidVersion, or a number of more digits than Python reads
        belongs = False
    if not belongs:
        raise InvalidWheel(opened.filename, [f"its folder {found[0]} belongs to another release"])
    return found[0]


def _metadata(opened: ZipArchive, dist_info: str, promised: CoreMetadata | None = None) -> CoreMetadata:
    content = _read(opened, f"{dist_info}/METADATA")
    if promised is not None and promised.digest == hashlib.sha256(content).digest():
        metadata = promised
    else:
        metadata = _parse_metadata(content, opened)
    if (metadata.name, metadata.version) != _name_and_version(opened.filename):
        raise InvalidWheel(opened.filename, [f"METADATA is that of {metadata.name} {metadata.version}"])
    return metadata


def _parse_metadata(content: bytes, opened: ZipArchive) -> CoreMetadata:
    try:
        return parse_core_metadata(content, subject=opened.filename)
    except InvalidMetadata as error:
        raise InvalidWheel(opened.filename, [f"METADATA: {error.problem}"]) from error


def _record(opened: ZipArchive, dist_info: str, warnings: list[str]) -> dict[str, RecordEntry]:
    # Signatures are made after RECORD, which therefore lists neither them nor itself.
    unlisted = {f"{dist_info}/{name}" for name in ("RECORD", "RECORD.jws", "RECORD.p7s")}
    try:
        text = _read(opened, f"{dist_info}/RECORD").decode("utf-8")
    except UnicodeDecodeError as error:
        raise InvalidWheel(opened.filename, ["RECORD is not UTF-8"]) from error
    sizes = {path: member.size for path, member in opened.members.items()}
    return read_wheel_record(text, sizes, unlisted, filename=opened.filename, warnings=warnings)

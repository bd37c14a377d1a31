"""Read the entries of a ZIP archive: central directory and local headers, which must agree.

https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, 4.3.6 to 4.3.13 and 4.4
"""

from __future__ import annotations

import stat
import struct
from typing import TYPE_CHECKING, NamedTuple

from wherry.formats.zip_directory import CENTRAL_SIGNATURE
from wherry.formats.zip_extras import ZIP64, read_extras, unicode_path_problem, zip64_values

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from wherry.formats.zip_directory import Directory

__all__ = ["STORED", "Member", "read_members"]

# Without signature, "version made by", time, date and internal attributes.
CENTRAL = struct.Struct("<6x3H4x3I4H2x2I")
LOCAL = struct.Struct("<6x2H4x3I2H")
LOCAL_SIGNATURE = b"PK\3\4"
DESCRIPTOR_SIGNATURE = b"PK\7\x08"
# The bytes of a central header from "version needed" to "length of extra field". The local header repeats them.
SHARED_FROM, SHARED_TO = 6, 32

STORED, DEFLATED = 0, 8
ENCRYPTED, STREAMED, UTF_8 = 1, 1 << 3, 1 << 11
KNOWN_FLAGS = STREAMED | UTF_8 | 0b110  # the last two are the compression level
NEWEST_VERSION = 63
NOTHING_DEFLATED = 2  # bytes of an empty deflate stream; some writers deflate folders, too
DOS_FOLDER = 0x10


class Member(NamedTuple):
    """An entry. Archives have thousands, and making a tuple takes a fraction of a dataclass's time.

    ``packed`` is the number of its bytes in the archive, from ``start``; ``size`` that of its bytes unpacked.
    """

    path: str
    method: int
    checksum: int
    packed: int
    size: int
    start: int


class _Header(NamedTuple):
    """The fields that both headers of an entry have, with the values of ZIP64 filled in."""

    flags: int
    method: int
    checksum: int
    packed: int
    size: int
    name: bytes


def read_members(archive: bytes, directory: Directory) -> tuple[list[Member], list[str]]:
    """Return the readable entries, in the directory's order, and the problems of all entries."""
    reader = _Reader(archive, directory)
    reader.read()
    return reader.members, reader.problems


class _Reader:
    def __init__(self, archive: bytes, directory: Directory) -> None:
        self.members: list[Member] = []
        self.problems: list[str] = []
        self._archive = archive
        self._directory = directory
        # Where each entry begins and ends, its header and descriptor included.
        self._spans: list[tuple[int, int, str]] = []
        # The problems of each combination of properties; an archive has a handful of combinations.
        self._kinds: dict[tuple[int, ...], list[str]] = {}
        self._usual: set[tuple[int, ...]] = set()

    def read(self) -> None:
        position, end = self._directory.start, self._directory.end
        while (position := self._read_usual(position)) < end:
            if position + CENTRAL.size > end or not self._archive.startswith(CENTRAL_SIGNATURE, position):
                self.problems.append(f"the central directory breaks off after {len(self.members)} entries")
                return
            position = self._read_entry(position)
        count = len(self.members)
        if position != end:
            self.problems.append("the central directory reaches into the end record")
        if count != self._directory.entries:
            self.problems.append(f"the end record counts {self._directory.entries} entries, but there are {count}")
        self.problems += _stray_bytes(self._archive, self._spans, self._directory.start)

    def _read_usual(self, position: int) -> int:
        """Read the entries from ``position`` up to the first unusual one, and return its position.

        Nearly every entry of every wheel is usual: both headers are the same bytes, and no other record belongs to it.
        """
        archive, end = self._archive, self._directory.end - CENTRAL.size
        while position <= end and archive.startswith(CENTRAL_SIGNATURE, position):
            needed, flags, method, checksum, packed, size, in_name, extra, comment, disk, attributes, offset = (
                CENTRAL.unpack_from(archive, position)
            )
            name_start = position + CENTRAL.size
            name = archive[name_start : name_start + in_name]
            start = offset + LOCAL.size + in_name
            shared = archive[position + SHARED_FROM : position + SHARED_TO]
            if (
                archive[offset:start] != LOCAL_SIGNATURE + shared + name
                or extra
                or (
                    (kind := (needed, flags, method, attributes, disk, comment, name[-1:] == b"/")) not in self._usual
                    and not self._is_usual(kind)
                )
                or (method == STORED and size != packed)
                or not name.isascii()
            ):
                break
            path = name.decode("ascii")
            self._spans.append((offset, start + packed, path))
            # As the class makes one, without a Python call.
            self.members.append(tuple.__new__(Member, (path, method, checksum, packed, size, start)))
            position = name_start + in_name
        return position

    def _is_usual(self, kind: tuple[int, ...]) -> bool:
        """Return whether entries of this kind are files without problems, and without a data descriptor."""
        if self._problems_of(kind) or kind[-1] or kind[1] & STREAMED:
            return False
        self._usual.add(kind)
        return True

    def _problems_of(self, kind: tuple[int, ...]) -> list[str]:
        problems = self._kinds.get(kind)
        if problems is None:
            problems = self._kinds[kind] = list(_kind_problems(kind))
        return problems

    def _read_entry(self, position: int) -> int:
        """Read the entry whose central header is at ``position``; return the position of the next one."""
        archive = self._archive
        needed, flags, method, checksum, packed, size, in_name, in_extra, in_comment, disk, attributes, offset = (
            CENTRAL.unpack_from(archive, position)
        )
        extra_start = position + CENTRAL.size + in_name
        name = archive[position + CENTRAL.size : extra_start]
        start = offset + LOCAL.size + in_name
        is_folder = name[-1:] == b"/"
        kind = (needed, flags, method, attributes, disk, in_comment, is_folder)
        problems = self._problems_of(kind)
        path = name.decode("utf-8", "backslashreplace")
        shared = archive[position + SHARED_FROM : position + SHARED_TO]
        if archive[offset:start] == LOCAL_SIGNATURE + shared + name and not (in_extra or flags & STREAMED):
            self._spans.append((offset, start + packed, path))
        else:
            header = _Header(flags, method, checksum, packed, size, name)
            extra = archive[extra_start : extra_start + in_extra]
            header, start, found = self._compare(header, offset, extra, path)
            packed, size = header.packed, header.size
            problems = problems + found
        member = Member(path, method, checksum, packed, size, start)
        if is_folder or (method == STORED and size != packed) or not name.isascii():
            problems = [*problems, *_member_problems(member, name, flags)]
        if problems:
            self.problems += [f"{path!r} {problem}" for problem in problems]
        self.members.append(member)
        end: int = extra_start + in_extra + in_comment
        return end

    def _compare(self, header: _Header, offset: int, extra: bytes, path: str) -> tuple[_Header, int, list[str]]:
        """Compare central and local header; return the central header, the start of the data, and the problems."""
        fields, problems = read_extras(extra)
        values = zip64_values(fields, (header.size, header.packed, offset))
        if values is None:
            return header, 0, [*problems, "has a ZIP64 field that does not fit its header"]
        size, packed, offset = values
        header = header._replace(size=size, packed=packed)
        if problem := unicode_path_problem(fields, header.name):
            problems.append(problem)
        if offset + LOCAL.size > self._directory.start or not self._archive.startswith(LOCAL_SIGNATURE, offset):
            return header, 0, [*problems, "has no local header"]
        local, start, is_zip64, found = _local_header(self._archive, offset)
        problems += found
        if words := list(_disagreements(header, local)):
            problems.append(f"has a local header that disagrees about its {' and '.join(words)}")
        finish = start + packed
        if header.flags & STREAMED:
            descriptor = _descriptor_length(self._archive, finish, header, is_zip64=is_zip64)
            if not descriptor:
                problems.append("has a wrong data descriptor, or none")
            finish += descriptor
        self._spans.append((offset, finish, path))
        return header, start, problems


def _local_header(archive: bytes, offset: int) -> tuple[_Header, int, bool, list[str]]:
    """Return the local header at ``offset``, the start of its data, whether it has a ZIP64 field, and the problems."""
    flags, method, checksum, packed, size, in_name, in_extra = LOCAL.unpack_from(archive, offset)
    name_end = offset + LOCAL.size + in_name
    name = archive[offset + LOCAL.size : name_end]
    fields, problems = read_extras(archive[name_end : name_end + in_extra])
    problems = [f"{problem} in its local header" for problem in problems]
    values = zip64_values(fields, (size, packed), local=True)
    if values is None:
        problems.append("has a ZIP64 field that does not fit its local header")
        values = size, packed
    if problem := unicode_path_problem(fields, name):
        problems.append(f"{problem} of the local header")
    header = _Header(flags, method, checksum, values[1], values[0], name)
    return header, name_end + in_extra, ZIP64 in fields, problems


def _disagreements(central: _Header, local: _Header) -> Iterator[str]:
    if central.name != local.name:
        yield "name"
    if central.flags != local.flags:
        yield "flags"
    if central.method != local.method:
        yield "method"
    # Values unknown when the local header was written are zero there; the data descriptor has them.
    unknown = central.flags & STREAMED and not (local.checksum or local.packed or local.size)
    if unknown:
        return
    if central.checksum != local.checksum:
        yield "checksum"
    if (central.packed, central.size) != (local.packed, local.size):
        yield "size"


def _descriptor_length(archive: bytes, position: int, header: _Header, *, is_zip64: bool) -> int:
    """Return the length of the data descriptor at ``position``; zero if it is not that of ``header``."""
    try:
        content = struct.pack("<I2Q" if is_zip64 else "<3I", header.checksum, header.packed, header.size)
    except struct.error:
        return 0
    for descriptor in (DESCRIPTOR_SIGNATURE + content, content):
        if archive.startswith(descriptor, position):
            return len(descriptor)
    return 0


def _kind_problems(kind: tuple[int, ...]) -> Iterator[str]:
    needed, flags, method, attributes, disk, comment, is_folder = kind
    if flags & ENCRYPTED:
        yield "is encrypted"
    elif flags & ~KNOWN_FLAGS:
        yield f"has the unknown flags 0x{flags & ~KNOWN_FLAGS:04x}"
    if method not in {STORED, DEFLATED}:
        yield "is neither stored nor deflated"
    if needed & 0xFF > NEWEST_VERSION:
        yield f"needs version {needed & 0xFF} of ZIP"
    if disk:
        yield "is on another disk"
    if comment:
        yield "has a comment"
    file_type = stat.S_IFMT(attributes >> 16)
    if stat.S_ISLNK(file_type):
        yield "is a symbolic link"
    elif file_type not in {0, stat.S_IFREG, stat.S_IFDIR}:
        yield "is a special file"
    elif file_type == (stat.S_IFREG if is_folder else stat.S_IFDIR) or (attributes & DOS_FOLDER and not is_folder):
        yield "is a file and a folder"


def _member_problems(member: Member, name: bytes, flags: int) -> Iterator[str]:
    if member.method == STORED and member.packed != member.size:
        yield "is stored, but its packed size is not its size"
    if member.path.endswith("/") and (member.size or member.packed > NOTHING_DEFLATED):
        yield "is a folder with content"
    if name.isascii():
        return
    if not flags & UTF_8:
        yield "has a name that is not marked as UTF-8"
        return
    try:
        name.decode("utf-8")
    except UnicodeDecodeError:
        yield "has a name that is not UTF-8"


def _stray_bytes(archive: bytes, spans: Sequence[tuple[int, int, str]], end: int) -> Iterator[str]:
    """Yield the places where entries do not follow each other from the first byte to ``end``, the directory's start."""
    expected = 0
    for start, finish, path in sorted(spans):
        if start < expected:
            yield f"{path!r} overlaps the entry before it"
        elif start > expected:
            yield _stray(archive, expected, start, f"before {path!r}" if expected else "before the first entry")
        expected = max(expected, finish)
    if expected > end:
        yield "the last entry overlaps the central directory"
    elif expected < end:
        yield _stray(archive, expected, end, "before the central directory")


def _stray(archive: bytes, start: int, end: int, place: str) -> str:
    if archive.startswith(LOCAL_SIGNATURE, start):
        return f"there is an entry {place} that the central directory does not list"
    return f"there are {end - start} bytes {place} that belong to no entry"

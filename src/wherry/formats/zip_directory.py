"""Find the central directory of a ZIP archive by the records at its end.

https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, 4.3.14 to 4.3.16

Readers disagree about archives with bytes that belong to no record, so such bytes are refused: entries, central
directory and end records follow each other from the first byte to the last.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

from wherry.errors import InvalidWheel

__all__ = ["Directory", "find_directory"]

END = struct.Struct("<4s4H2IH")
END_SIGNATURE = b"PK\5\6"
LOCATOR = struct.Struct("<4sIQI")
LOCATOR_SIGNATURE = b"PK\6\7"
END_64 = struct.Struct("<4sQ2H2I4Q")
END_64_SIGNATURE = b"PK\6\6"
SIZE_OF_REST = END_64.size - 12  # "the size of the remaining record": signature and size itself are not in it
LONGEST_COMMENT = 0xFFFF
IN_ZIP64 = {2: 0xFFFF, 4: 0xFFFFFFFF}  # by the field's width in bytes: the value is in the ZIP64 record
CENTRAL_SIGNATURE = b"PK\1\2"


@dataclass(frozen=True, slots=True)
class Directory:
    """The central directory: from ``start`` up to ``end`` in bytes, with the number of ``entries``.

    ``problems`` are faults of the end records that do not prevent finding it.
    """

    start: int
    end: int
    entries: int
    problems: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _End:
    """An end record at ``position``, or the ZIP64 record that replaces it."""

    position: int
    disks: tuple[int, ...]
    entries_here: int
    entries: int
    size: int
    offset: int


def find_directory(archive: bytes, *, filename: str) -> Directory:
    """Find the central directory. Raise :class:`~wherry.errors.InvalidWheel` if that is impossible."""
    end, problems = _read_end(archive, filename)
    if end.position >= LOCATOR.size and archive.startswith(LOCATOR_SIGNATURE, end.position - LOCATOR.size):
        end, confusions = _read_end_64(archive, end, filename)
        problems += confusions
    elif IN_ZIP64[4] in {end.size, end.offset}:
        raise InvalidWheel(filename, ["the end record refers to a ZIP64 record, which is missing"])
    if any(end.disks):
        problems.append("it is one of several disks")
    if end.entries_here != end.entries:
        problems.append(f"the end record has two counts of entries, {end.entries_here} and {end.entries}")
    surplus = end.position - end.size - end.offset
    if surplus:
        raise InvalidWheel(filename, [*problems, _misplaced(archive, end, surplus)])
    return Directory(end.offset, end.position, end.entries, tuple(problems))


def _read_end(archive: bytes, filename: str) -> tuple[_End, list[str]]:
    position = archive.rfind(END_SIGNATURE, max(0, len(archive) - END.size - LONGEST_COMMENT))
    if position < 0:
        raise InvalidWheel(filename, ["the archive cannot be read: it has no end record, so it is truncated or no ZIP"])
    if position + END.size > len(archive):
        raise InvalidWheel(filename, ["the archive cannot be read: it is truncated in its end record"])
    _, disk, directory_disk, entries_here, entries, size, offset, comment = END.unpack_from(archive, position)
    after = len(archive) - position - END.size - comment
    if after < 0:
        raise InvalidWheel(filename, ["the archive cannot be read: it is truncated in its comment"])
    problems = [f"there are {after} bytes after its end"] if after else []
    # A comment is allowed, unless other readers may take it for records.
    if archive.find(b"PK", position + END.size) >= 0:
        problems.append("its comment looks like records of an archive")
    return _End(position, (disk, directory_disk), entries_here, entries, size, offset), problems


def _read_end_64(archive: bytes, end: _End, filename: str) -> tuple[_End, list[str]]:
    locator = end.position - LOCATOR.size
    _, disk, position, disks = LOCATOR.unpack_from(archive, locator)
    # The only position without a gap and without "extensible data", which readers treat differently.
    if position != locator - END_64.size or not archive.startswith(END_64_SIGNATURE, position):
        raise InvalidWheel(filename, ["its ZIP64 locator does not point to a ZIP64 record just before it"])
    _, rest, _, _, *on_disks, entries_here, entries, size, offset = END_64.unpack_from(archive, position)
    if rest != SIZE_OF_REST:
        raise InvalidWheel(filename, ["its ZIP64 record states a wrong size"])
    problems = []
    pairs = (
        (2, end.entries_here, entries_here),
        (2, end.entries, entries),
        (4, end.size, size),
        (4, end.offset, offset),
    )
    if any(short not in {long, IN_ZIP64[width]} for width, short, long in pairs):
        problems.append("the end record and its ZIP64 form disagree")
    return _End(position, (*end.disks, disk, disks - 1, *on_disks), entries_here, entries, size, offset), problems


def _misplaced(archive: bytes, end: _End, surplus: int) -> str:
    """Return the problem of a directory that ends ``surplus`` bytes before the end record instead of at it."""
    if surplus < 0:
        return "the central directory reaches beyond the end record"
    stray = archive[end.offset + end.size : end.position]
    if archive.startswith(CENTRAL_SIGNATURE, end.offset + surplus):
        stray = archive[:surplus]
    if END_SIGNATURE in stray or END_64_SIGNATURE in stray:
        return "it has several end records"
    place = "before the first entry" if stray == archive[:surplus] else "after the central directory"
    return f"there are {surplus} bytes {place}"

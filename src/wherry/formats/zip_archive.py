"""Read ZIP archives that have one interpretation only, and refuse all others before a byte is unpacked.

The usual readers, including ``zipfile``, accept ambiguous archives, each in its own way: one may show other files than
another unpacks. So every byte must belong to a record, and repeated values must agree.
"""

from __future__ import annotations

import zlib
from typing import TYPE_CHECKING

from wherry.errors import InvalidWheel
from wherry.formats.member_paths import count_folders, path_problems
from wherry.formats.zip_directory import find_directory
from wherry.formats.zip_entries import STORED, read_members

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from wherry.formats.zip_entries import Member
    from wherry.model.archive_limits import ArchiveLimits

__all__ = ["ZipArchive", "open_zip"]

LARGEST = 2**31 - 2  # one more is the largest size that zlib accepts on a 32-bit machine


class ZipArchive:
    """An archive whose structure has been checked; ``members`` are its entries, by path, and ``content`` its bytes."""

    __slots__ = ("_elsewhere", "content", "filename", "members")

    def __init__(self, filename: str, members: Mapping[str, Member], content: bytes) -> None:
        self.filename = filename
        self.members = members
        self.content = content
        self._elsewhere: Callable[[int, int], bytes] | None = None

    def keep_elsewhere(self, read: Callable[[int, int], bytes]) -> None:
        """Release ``content``: from now on ``read`` returns the bytes of the archive from a start up to an end."""
        self.content = b""
        self._elsewhere = read

    @property
    def files(self) -> list[str]:
        """The paths of all members that are not folders."""
        return [path for path in self.members if path[-1] != "/"]

    def read(self, path: str) -> bytes:
        """Unpack one file. Raise :class:`~wherry.errors.InvalidWheel` if size or checksum differ."""
        member = self.members.get(path)
        if member is None:
            raise InvalidWheel(self.filename, [f"{path} is missing"])
        packed = self._packed(member)
        content = bytes(packed) if member.method == STORED else self._inflate(packed, member)
        if len(content) != member.size or zlib.crc32(content) != member.checksum:
            raise self._unreadable(path, "its size or checksum differs from its header")
        return content

    def head(self, path: str, size: int) -> bytes:
        """Unpack the first ``size`` bytes of a file, without comparing them. Raise :class:`InvalidWheel`."""
        member = self.members.get(path)
        if member is None:
            raise InvalidWheel(self.filename, [f"{path} is missing"])
        packed = self._packed(member)
        if member.method == STORED:
            return bytes(packed[:size])
        try:
            return zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, size)
        except zlib.error as error:
            raise self._unreadable(path, str(error)) from error

    def _packed(self, member: Member) -> memoryview:
        start, end = member.start, member.start + member.packed
        if self._elsewhere is not None:
            return memoryview(self._elsewhere(start, end))
        return memoryview(self.content)[start:end]

    def _inflate(self, packed: memoryview, member: Member) -> bytes:
        inflater = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            # One byte more than expected: enough to reach the end of the stream, and to notice one that is too long.
            content = inflater.decompress(packed, min(member.size, LARGEST) + 1)
        except zlib.error as error:
            raise self._unreadable(member.path, str(error)) from error
        if inflater.unused_data:
            raise self._unreadable(member.path, "there are bytes after the end of its deflate stream")
        if not inflater.eof:
            raise self._unreadable(member.path, "its deflate stream is longer than its header says, or truncated")
        return content

    def _unreadable(self, path: str, why: str) -> InvalidWheel:
        return InvalidWheel(self.filename, [f"{path} cannot be read ({why})"])


def open_zip(archive: bytes, *, filename: str, limits: ArchiveLimits | None = None) -> ZipArchive:
    """Open an archive, and check its structure, its paths and ``limits``, if any.

    Raise :class:`~wherry.errors.InvalidWheel` with all problems.
    """
    directory = find_directory(archive, filename=filename)
    if limits is not None and directory.entries > limits.entries:
        raise InvalidWheel(filename, [_too_many(directory.entries, limits)])
    members, problems = read_members(archive, directory)
    problems = [*directory.problems, *problems, *path_problems([member.path for member in members])]
    if limits is not None:
        problems += _excesses(members, len(archive), limits)
    if problems:
        raise InvalidWheel(filename, problems)
    return ZipArchive(filename, {member.path: member for member in members}, archive)


def _too_many(entries: int, limits: ArchiveLimits) -> str:
    return f"it has {entries} entries, above the limit of {limits.entries}"


def _excesses(members: Sequence[Member], archive_size: int, limits: ArchiveLimits) -> Iterator[str]:
    if len(members) > limits.entries:
        yield _too_many(len(members), limits)
    elif len(members) + sum(member.path.count("/") for member in members) > limits.entries:
        files = sum(member.path[-1:] != "/" for member in members)
        folders = count_folders(member.path for member in members)
        if files + folders > limits.entries:
            yield f"it has {files} files in {folders} folders, above the limit of {limits.entries} of both together"
    size = sum(member.size for member in members)
    if size > limits.total_size:
        yield f"it unpacks to {size} bytes, above the limit of {limits.total_size}"
    if size > limits.ratio_from and size > limits.ratio * archive_size:
        yield f"it unpacks to {size / archive_size:.0f} times its size, above the limit of {limits.ratio:g}"

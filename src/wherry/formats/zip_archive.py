"""ZIP archives that can be read in one way only; all others are refused before a byte of them is unpacked.

The usual readers, ``zipfile`` among them, take what they can get out of an archive, each in its own way: what one
shows, another need not unpack. So every byte must have its place, and whatever is said twice must be the same.
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

LARGEST = 2**31 - 2  # one more is the most that zlib can be told on a 32-bit machine


class ZipArchive:
    """An archive whose structure has been checked; ``members`` are its entries, by path, and ``content`` its bytes."""

    __slots__ = ("_elsewhere", "content", "filename", "members")

    def __init__(self, filename: str, members: Mapping[str, Member], content: bytes) -> None:
        self.filename = filename
        self.members = members
        self.content = content
        self._elsewhere: Callable[[int, int], bytes] | None = None

    def keep_elsewhere(self, read: Callable[[int, int], bytes]) -> None:
        """Let go of ``content``: from now on ``read`` returns the bytes of the archive from a start up to an end."""
        self.content = b""
        self._elsewhere = read

    @property
    def files(self) -> list[str]:
        """The paths of all that is no folder."""
        return [path for path in self.members if path[-1] != "/"]

    def read(self, path: str) -> bytes:
        """Unpack one file, compared with its size and checksum; raises :class:`~wherry.errors.InvalidWheel`."""
        member = self.members.get(path)
        if member is None:
            raise InvalidWheel(self.filename, [f"{path} is missing"])
        packed = self._packed(member)
        content = bytes(packed) if member.method == STORED else self._inflate(packed, member)
        if len(content) != member.size or zlib.crc32(content) != member.checksum:
            raise self._unreadable(path, "it has another size or checksum than its header says")
        return content

    def head(self, path: str, size: int) -> bytes:
        """Unpack the first ``size`` bytes of a file, which nothing is compared with; raises :class:`InvalidWheel`."""
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
            # One byte more than there should be: enough to see the end of the stream, and that it is too long.
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
    """Check the structure of an archive and the paths in it, and that it keeps within ``limits``, if any.

    Raises :class:`~wherry.errors.InvalidWheel` with all that was found.
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

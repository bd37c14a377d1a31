"""The port to how the ordinary files of a wheel get their contents."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wherry.formats.wheel_archive import WheelArchive

__all__ = ["Batch", "Unpacker", "VerifyingUnpacker", "write_file"]

NEW = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_CLOEXEC", 0)


class Batch(NamedTuple):
    """The members ``names`` of the archive's folder ``source``, which are to lie in ``folder`` (absolute)."""

    source: str
    folder: str
    names: list[str]

    def paths(self) -> list[str]:
        """Return the paths of the members in the archive."""
        return [f"{self.source}/{name}" for name in self.names] if self.source else self.names


class Unpacker(Protocol):
    """Makes files of a wheel's members, which RECORD lists with SHA-256."""

    def unpack(self, wheel: WheelArchive, batches: Sequence[Batch]) -> None:
        """Make the files of ``batches``, and the folders they are in.

        Nobody shall ever see a byte of one that is other than RECORD says. Raises
        :class:`~wherry.errors.InvalidWheel` or ``OSError``.
        """
        ...


class VerifyingUnpacker:
    """Writes the files out, each compared with RECORD before."""

    def unpack(self, wheel: WheelArchive, batches: Sequence[Batch]) -> None:
        """Write the files of ``batches`` (see :class:`Unpacker`)."""
        for batch in batches:
            os.makedirs(batch.folder, exist_ok=True)
            for name, path in zip(batch.names, batch.paths(), strict=True):
                write_file(f"{batch.folder}/{name}", wheel.read(path))


def write_file(path: str, content: bytes) -> None:
    """Write a file that is whole; a fraction of the time that ``open()`` takes in Emscripten's file system."""
    descriptor = os.open(path, NEW, 0o666)
    try:
        written = os.write(descriptor, content)
        while written < len(content):
            written += os.write(descriptor, memoryview(content)[written:])
    finally:
        os.close(descriptor)

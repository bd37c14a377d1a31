"""Port for writing the ordinary files of a wheel."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wherry.formats.wheel_archive import WheelArchive

__all__ = ["Batch", "Unpacker", "VerifyingUnpacker", "write_file"]

NEW = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_CLOEXEC", 0)


class Batch(NamedTuple):
    """The members ``names`` of the archive's folder ``source``, to be unpacked into ``folder`` (absolute)."""

    source: str
    folder: str
    names: list[str]

    def paths(self) -> list[str]:
        """Return the paths of the members in the archive."""
        return [f"{self.source}/{name}" for name in self.names] if self.source else self.names


class Unpacker(Protocol):
    """Unpacks members of a wheel that RECORD lists with SHA-256."""

    def unpack(self, wheel: WheelArchive, batches: Sequence[Batch]) -> None:
        """Make the files of ``batches`` and their folders.

        No reader may ever see a byte that differs from RECORD. Raises :class:`~wherry.errors.InvalidWheel` or
        ``OSError``.
        """
        ...


class VerifyingUnpacker:
    """Verifies each file against RECORD and writes it."""

    def unpack(self, wheel: WheelArchive, batches: Sequence[Batch]) -> None:
        """Write the files of ``batches`` (see :class:`Unpacker`)."""
        for batch in batches:
            os.makedirs(batch.folder, exist_ok=True)
            for name, path in zip(batch.names, batch.paths(), strict=True):
                write_file(f"{batch.folder}/{name}", wheel.read(path))


def write_file(path: str, content: bytes) -> None:
    """Write a complete file, in a fraction of the time that ``open()`` takes in Emscripten's file system."""
    descriptor = os.open(path, NEW, 0o666)
    try:
        written = os.write(descriptor, content)
        while written < len(content):
            written += os.write(descriptor, memoryview(content)[written:])
    finally:
        os.close(descriptor)

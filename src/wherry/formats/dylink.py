"""What a WebAssembly shared library needs: the ``dylink.0`` section, with which every one begins.

https://github.com/WebAssembly/tool-conventions/blob/main/DynamicLinking.md
"""

from __future__ import annotations

from dataclasses import dataclass

from wherry.errors import InvalidWheel

__all__ = ["Linking", "head_size", "read_linking"]

PREAMBLE = b"\0asm\1\0\0\0"
NAME = b"\x08dylink.0"
CUSTOM_SECTION = 0
NEEDED = 2
RUNTIME_PATH = 5
LONGEST_NUMBER = 5  # bytes of a varuint32


@dataclass(frozen=True, slots=True)
class Linking:
    """The names of the libraries that must be loaded before, and the folders where to look for them first.

    A runtime path may begin with ``$ORIGIN``, which is the folder of the library itself.
    """

    needed: tuple[str, ...] = ()
    runtime_paths: tuple[str, ...] = ()


class _MalformedError(Exception):
    """What is wrong with the section."""


def head_size(start: bytes) -> int | None:
    """Return how many bytes of a file its ``dylink.0`` section ends after; ``None`` if it is no shared library.

    ``start`` is the file's beginning: 32 bytes are enough.
    """
    section = _open(start)
    return None if section is None else section.end


def read_linking(head: bytes, *, path: str, filename: str) -> Linking:
    """Read a shared library's head, as long as :func:`head_size` says.

    ``path`` inside of the archive ``filename`` is named in :class:`~wherry.errors.InvalidWheel`, which a section that
    breaks its specification raises. Subsections of other kinds are passed over.
    """
    section = _open(head)
    if section is None or section.end > len(head):
        raise InvalidWheel(filename, [f"{path} is not a whole shared library"])
    try:
        return _read(section)
    except _MalformedError as error:
        raise InvalidWheel(filename, [f"the dylink.0 section of {path} is malformed: {error}"]) from None


def _open(start: bytes) -> _Reader | None:
    """Return a reader of the section, behind its name; ``None`` if the file does not begin with one."""
    if start[: len(PREAMBLE) + 1] != PREAMBLE + bytes([CUSTOM_SECTION]):
        return None
    reader = _Reader(start, len(PREAMBLE) + 1, len(start))
    try:
        size = reader.number()
        end = reader.position + size
        named = reader.bytes(len(NAME)) == NAME and reader.position <= end
    except _MalformedError:
        return None
    return _Reader(start, reader.position, end) if named else None


def _read(section: _Reader) -> Linking:
    lists: dict[int, tuple[str, ...]] = {}
    while section.position < section.end:
        (kind,) = section.bytes(1)
        size = section.number()
        start = section.position
        subsection = _Reader(section.content, start, start + len(section.bytes(size)))
        if kind not in {NEEDED, RUNTIME_PATH}:
            continue
        if kind in lists:
            raise _MalformedError(f"subsection {kind} is there twice")
        lists[kind] = subsection.names()
    return Linking(lists.get(NEEDED, ()), lists.get(RUNTIME_PATH, ()))


@dataclass(slots=True)
class _Reader:
    """Reads ``content`` from ``position`` to ``end`` and no further."""

    content: bytes
    position: int
    end: int

    def bytes(self, size: int) -> bytes:
        """Return the next ``size`` bytes."""
        if size > self.end - self.position:
            raise _MalformedError("something in it goes beyond its end")
        self.position += size
        return self.content[self.position - size : self.position]

    def number(self) -> int:
        """Return the next varuint32 (LEB128)."""
        number = 0
        for index in range(LONGEST_NUMBER):
            (byte,) = self.bytes(1)
            number |= (byte & 0x7F) << 7 * index
            if byte < 0x80:  # noqa: PLR2004 - the bit that says that more follow
                break
        else:
            raise _MalformedError("a number of it does not end")
        if number >> 32:
            raise _MalformedError("a number of it has more than 32 bits")
        return number

    def names(self) -> tuple[str, ...]:
        """Return the list of names that is all that is left."""
        names = tuple(self.name() for _ in range(self.number()))
        if self.position != self.end:
            raise _MalformedError("a list of names is shorter than said")
        return names

    def name(self) -> str:
        """Return the next name."""
        try:
            name = self.bytes(self.number()).decode()
        except UnicodeDecodeError:
            raise _MalformedError("a name is not UTF-8") from None
        if not name or "\0" in name:
            raise _MalformedError("a name is empty, or has a NUL")
        return name

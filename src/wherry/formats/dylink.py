"""Read which libraries a WebAssembly shared library needs, from the ``dylink.0`` section at its start.

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
    """The libraries to load first (``needed``), and the folders to search for them first (``runtime_paths``).

    A runtime path may begin with ``$ORIGIN``, the folder of the library itself.
    """

    needed: tuple[str, ...] = ()
    runtime_paths: tuple[str, ...] = ()


class _MalformedError(Exception):
    """A malformed section; the message names the fault."""


def head_size(start: bytes) -> int | None:
    """Return the position in bytes where the ``dylink.0`` section ends; ``None`` if the file is no shared library.

    ``start`` is the beginning of the file: 32 bytes are enough.
    """
    section = _open(start)
    return None if section is None else section.end


def read_linking(head: bytes, *, path: str, filename: str) -> Linking:
    """Read the head of a shared library, of the length that :func:`head_size` returns.

    Subsections of other kinds are skipped. Raise :class:`~wherry.errors.InvalidWheel` if the section breaks its
    specification; the error names ``path`` in the archive ``filename``.
    """
    section = _open(head)
    if section is None or section.end > len(head):
        raise InvalidWheel(filename, [f"{path} is not a complete shared library"])
    try:
        return _read(section)
    except _MalformedError as error:
        raise InvalidWheel(filename, [f"the dylink.0 section of {path} is malformed: {error}"]) from None


def _open(start: bytes) -> _Reader | None:
    """Return a reader of the section that starts after its name; ``None`` if the file does not begin with one."""
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
            raise _MalformedError(f"subsection {kind} occurs twice")
        lists[kind] = subsection.names()
    return Linking(lists.get(NEEDED, ()), lists.get(RUNTIME_PATH, ()))


@dataclass(slots=True)
class _Reader:
    """A reader of ``content`` from ``position`` up to ``end``."""

    content: bytes
    position: int
    end: int

    def bytes(self, size: int) -> bytes:
        """Return the next ``size`` bytes."""
        if size > self.end - self.position:
            raise _MalformedError("a field extends beyond its end")
        self.position += size
        return self.content[self.position - size : self.position]

    def number(self) -> int:
        """Return the next varuint32 (LEB128)."""
        number = 0
        for index in range(LONGEST_NUMBER):
            (byte,) = self.bytes(1)
            number |= (byte & 0x7F) << 7 * index
            if byte < 0x80:  # noqa: PLR2004 - the bit that marks that more follow
                break
        else:
            raise _MalformedError("a number does not end")
        if number >> 32:
            raise _MalformedError("a number has more than 32 bits")
        return number

    def names(self) -> tuple[str, ...]:
        """Return the list of names that fills the rest."""
        names = tuple(self.name() for _ in range(self.number()))
        if self.position != self.end:
            raise _MalformedError("bytes follow a list of names")
        return names

    def name(self) -> str:
        """Return the next name."""
        try:
            name = self.bytes(self.number()).decode()
        except UnicodeDecodeError:
            raise _MalformedError("a name is not UTF-8") from None
        if not name or "\0" in name:
            raise _MalformedError("a name is empty or contains a NUL")
        return name

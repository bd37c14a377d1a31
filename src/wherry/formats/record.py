"""RECORD: the list of an installed distribution's files (PEP 376, 627).

https://packaging.python.org/en/latest/specifications/recording-installed-packages/#the-record-file
"""

from __future__ import annotations

import base64
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wherry.errors import InvalidWheel

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["RecordEntry", "encode_digest", "parse_record", "write_record"]

QUOTE = '"'
SPECIAL = frozenset(',"\r\n')
LONGEST_LINE = 100_000  # characters; the field limit of csv is a little above
MOST_DIGITS = 20  # as many as 64 bits need; Python reads no integer of thousands


@dataclass(frozen=True, slots=True)
class RecordEntry:
    """One line: ``path`` relative to site-packages with ``/``, the hash as ``algorithm`` and digest, ``size`` in bytes.

    The digest is urlsafe base64 without padding, as the specification has it; both are empty where none is given.
    """

    path: str
    algorithm: str = ""
    digest: str = ""
    size: int | None = None


def encode_digest(digest: bytes) -> str:
    """Return a digest in RECORD's notation."""
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")


def parse_record(text: str, *, filename: str) -> list[RecordEntry]:
    """Read a RECORD; ``filename`` names the wheel in :class:`InvalidWheel`."""
    return [_entry(row, filename) for row in _rows(text, filename) if row]


def _rows(text: str, filename: str) -> list[list[str]]:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if '"' not in text and max(map(len, lines)) < LONGEST_LINE:
        return [line.split(",") for line in lines if line]
    # Importing it takes longer than reading most RECORDs, and few have quotes.
    import csv
    import io

    try:
        return list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        raise InvalidWheel(filename, [f"RECORD is not CSV ({error})"]) from error


def _entry(row: list[str], filename: str) -> RecordEntry:
    columns = 3
    if len(row) != columns:
        raise InvalidWheel(filename, [f"RECORD has a line of {len(row)} instead of {columns} fields: {row!r}"])
    path, checksum, size = row
    algorithm, _, digest = checksum.partition("=")
    if size and not (size.isascii() and size.isdigit() and len(size) <= MOST_DIGITS):
        raise InvalidWheel(filename, [f"RECORD gives {path} the size {size!r}"])
    return RecordEntry(path, algorithm.lower(), digest.rstrip("="), int(size) if size else None)


def write_record(entries: Iterable[RecordEntry]) -> str:
    """Return RECORD's text, in the order given."""
    return "".join(map(_line, entries))


def _line(entry: RecordEntry) -> str:
    # The other fields hold nothing that wants quotes.
    path = f'"{entry.path.replace(QUOTE, QUOTE * 2)}"' if SPECIAL.intersection(entry.path) else entry.path
    checksum = f"{entry.algorithm}={entry.digest}" if entry.digest else ""
    return f"{path},{checksum},{'' if entry.size is None else entry.size}\n"

"""RECORD: the list of an installed distribution's files (PEP 376, 627).

https://packaging.python.org/en/latest/specifications/recording-installed-packages/#the-record-file
"""

from __future__ import annotations

import base64
import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wherry.errors import InvalidWheel

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["RecordEntry", "encode_digest", "parse_record", "write_record"]

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
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        raise InvalidWheel(filename, [f"RECORD is not CSV ({error})"]) from error
    return [_entry(row, filename) for row in rows if row]


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
    lines = io.StringIO(newline="")
    writer = csv.writer(lines, lineterminator="\n")
    for entry in entries:
        checksum = f"{entry.algorithm}={entry.digest}" if entry.digest else ""
        writer.writerow((entry.path, checksum, "" if entry.size is None else entry.size))
    return lines.getvalue()

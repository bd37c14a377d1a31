"""Read and write RECORD, the list of an installed distribution's files (PEP 376, 627).

https://packaging.python.org/en/latest/specifications/recording-installed-packages/#the-record-file
"""

from __future__ import annotations

import base64
import hashlib
import re
from typing import TYPE_CHECKING, NamedTuple

from wherry.errors import InvalidWheel
from wherry.formats.wording import shorten, some

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["PROTECTING", "RecordEntry", "digest_of", "encode_digest", "parse_record", "write_record"]

QUOTE = '"'
SPECIAL = re.compile(r'[,"\r\n]')
# A line of the usual form, which needs no further checks.
USUAL = re.compile(
    r'^([^,"\r\n]+),(sha(?:256(?=.{44},)|384(?=.{65},)|512(?=.{87},)))=([\w-]+),([0-9]{1,20})$', re.ASCII | re.MULTILINE
)
HEXADECIMAL = re.compile(r"(?:[0-9A-Fa-f]{2})+")
PROTECTING = hashlib.algorithms_guaranteed - {"md5", "sha1"}
SHAKES = {"shake_128": hashlib.shake_128, "shake_256": hashlib.shake_256}
LONGEST_LINE = 100_000  # characters; the field limit of csv is a little above
MOST_DIGITS = 20  # enough for 64 bits; Python refuses integers of thousands of digits


class RecordEntry(NamedTuple):
    """One line: ``path`` relative to site-packages with ``/``, the hash as ``algorithm`` and digest, ``size`` in bytes.

    The digest is urlsafe base64 without padding, as the specification requires. Algorithm and digest are empty on a
    line without a hash.
    """

    path: str
    algorithm: str = ""
    digest: str = ""
    size: int | None = None


def encode_digest(digest: bytes) -> str:
    """Return a digest in RECORD's notation."""
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")


def digest_of(content: bytes, entry: RecordEntry) -> str:
    """Return the digest of ``content`` in RECORD's notation, with the algorithm and digest length of ``entry``."""
    if entry.algorithm in SHAKES:
        return encode_digest(SHAKES[entry.algorithm](content).digest(len(entry.digest) * 3 // 4))
    return encode_digest(hashlib.new(entry.algorithm, content, usedforsecurity=False).digest())


def parse_record(text: str, *, filename: str, warnings: list[str] | None = None) -> list[RecordEntry]:
    """Read a RECORD. Raise :class:`InvalidWheel` with the problems of all lines; ``filename`` names the wheel in it.

    A digest in hexadecimal or ordinary base64 is returned in RECORD's notation, and ``warnings`` receives a warning.
    """
    text = text.removeprefix("\ufeff")
    if (usual := _usual_entries(text)) is not None:
        return usual
    rows = [row for row in _rows(text, filename) if row]
    if problems := [problem for row in rows if (problem := _row_problem(row))]:
        raise InvalidWheel(filename, problems)
    odd: list[str] = []
    entries = [_entry(path, checksum, size, odd) for path, checksum, size in rows]
    if odd and warnings is not None:
        warnings.append(f"its RECORD has hashes in another notation: {some(odd)}")
    return entries


def _usual_entries(text: str) -> list[RecordEntry] | None:
    """Read a RECORD of usual lines and at most one without hash and size; return ``None`` for any other RECORD."""
    found = USUAL.findall(text)
    lines = text.removesuffix("\n").split("\n")
    unusual = [(number, line) for number, line in enumerate(lines) if line.endswith(",,")]
    if len(found) + len(unusual) != len(lines) or len(unusual) > 1 or max(map(len, lines)) >= LONGEST_LINE:
        return None
    # As the class makes them, without a Python call for each.
    make = tuple.__new__
    entries = [make(RecordEntry, (path, algorithm, digest, int(size))) for path, algorithm, digest, size in found]
    for number, line in unusual:
        path = line[:-2]
        if not path or SPECIAL.search(path):
            return None
        entries.insert(number, RecordEntry(path))
    return entries


def _rows(text: str, filename: str) -> list[list[str]]:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if '"' not in text and max(map(len, lines)) < LONGEST_LINE:
        return [line.split(",") for line in lines if line]
    # Importing csv takes longer than reading most RECORDs, and few have quotes.
    import csv
    import io

    try:
        return list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        raise InvalidWheel(filename, [f"RECORD is not CSV ({error})"]) from error


def _row_problem(row: list[str]) -> str | None:
    columns = 3
    if len(row) != columns:
        return f"RECORD has a line of {len(row)} instead of {columns} fields: {shorten(repr(row))}"
    path, _, size = row
    if size and not (size.isascii() and size.isdigit() and len(size) <= MOST_DIGITS):
        return f"RECORD gives {shorten(path)} the invalid size {shorten(size)!r}"
    return None


def _entry(path: str, checksum: str, size: str, odd: list[str]) -> RecordEntry:
    algorithm, _, stated = checksum.partition("=")
    algorithm, stated = algorithm.lower(), stated.rstrip("=")
    digest = _in_notation(algorithm, stated)
    if digest != stated:
        odd.append(path)
    return RecordEntry(path, algorithm, digest, int(size) if size else None)


def _in_notation(algorithm: str, stated: str) -> str:
    """Return a digest in RECORD's notation. ``stated`` may be in another."""
    is_hexadecimal = algorithm in hashlib.algorithms_guaranteed and HEXADECIMAL.fullmatch(stated)
    if is_hexadecimal and len(stated) == _hexadecimal_length(algorithm, stated):
        return encode_digest(bytes.fromhex(stated))
    return stated.replace("+", "-").replace("/", "_")


def _hexadecimal_length(algorithm: str, stated: str) -> int:
    # No digest of a fixed length is as long in base64.
    return len(stated) if algorithm in SHAKES else 2 * hashlib.new(algorithm, usedforsecurity=False).digest_size


def write_record(entries: Iterable[RecordEntry]) -> str:
    """Return the text of a RECORD with ``entries``, in their order."""
    listed = list(entries)
    # Checked for all paths at once: few have any of these characters.
    if SPECIAL.search(" ".join([entry.path for entry in listed])):
        return "".join([_line(*entry) for entry in listed])
    return "".join(
        [
            f"{path},{algorithm}={digest},{size}\n"
            if digest and size is not None
            else _line(path, algorithm, digest, size)
            for path, algorithm, digest, size in listed
        ]
    )


def _line(path: str, algorithm: str, digest: str, size: int | None) -> str:
    # The other fields never need quotes.
    if SPECIAL.search(path):
        path = f'"{path.replace(QUOTE, QUOTE * 2)}"'
    checksum = f"{algorithm}={digest}" if digest else ""
    return f"{path},{checksum},{'' if size is None else size}\n"

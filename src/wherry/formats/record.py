"""RECORD: the list of an installed distribution's files (PEP 376, 627).

https://packaging.python.org/en/latest/specifications/recording-installed-packages/#the-record-file
"""

from __future__ import annotations

import base64
import re
from typing import TYPE_CHECKING, NamedTuple

from wherry.errors import InvalidWheel
from wherry.formats.member_paths import path_problem
from wherry.model.hashes import STRONGEST_FIRST

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

__all__ = ["RecordEntry", "encode_digest", "parse_record", "record_problems", "write_record"]

QUOTE = '"'
SPECIAL = re.compile(r'[,"\r\n]')
# A line as nearly all are, with nothing in it that would have to be looked at again.
USUAL = re.compile(r'^([^,"\r\n]+),(sha(?:256|384|512))=([\w-]+),([0-9]{1,20})$', re.ASCII | re.MULTILINE)
LONGEST_LINE = 100_000  # characters; the field limit of csv is a little above
MOST_DIGITS = 20  # as many as 64 bits need; Python reads no integer of thousands


class RecordEntry(NamedTuple):
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
    """Read a RECORD; ``filename`` names the wheel in :class:`InvalidWheel`, which lists the lines that are wrong."""
    if (usual := _usual_entries(text)) is not None:
        return usual
    rows = [row for row in _rows(text, filename) if row]
    if problems := [problem for row in rows if (problem := _row_problem(row))]:
        raise InvalidWheel(filename, problems)
    return [_entry(*row) for row in rows]


def _usual_entries(text: str) -> list[RecordEntry] | None:
    """Read a RECORD of usual lines and one without hash and size, its own; ``None`` for any other."""
    found = USUAL.findall(text)
    lines = text.removesuffix("\n").split("\n")
    unusual = [(number, line) for number, line in enumerate(lines) if line.endswith(",,")]
    if len(found) + len(unusual) != len(lines) or len(unusual) > 1 or max(map(len, lines)) >= LONGEST_LINE:
        return None
    # As the class itself makes them, but without the call that each takes in Python.
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
    # Importing it takes longer than reading most RECORDs, and few have quotes.
    import csv
    import io

    try:
        return list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except csv.Error as error:
        raise InvalidWheel(filename, [f"RECORD is not CSV ({error})"]) from error


def _row_problem(row: list[str]) -> str | None:
    columns = 3
    if len(row) != columns:
        return f"RECORD has a line of {len(row)} instead of {columns} fields: {row!r}"
    path, _, size = row
    if size and not (size.isascii() and size.isdigit() and len(size) <= MOST_DIGITS):
        return f"RECORD gives {path} the size {size!r}"
    return None


def _entry(path: str, checksum: str, size: str) -> RecordEntry:
    algorithm, _, digest = checksum.partition("=")
    return RecordEntry(path, algorithm.lower(), digest.rstrip("="), int(size) if size else None)


def record_problems(entries: Sequence[RecordEntry], sizes: Mapping[str, int]) -> Iterator[str]:
    """Say where the RECORD of a wheel does not list exactly its files, ``sizes`` by path, each with a good hash."""
    is_same = len(entries) == len(sizes) and {entry.path: entry.size for entry in entries} == sizes
    if is_same and {entry.algorithm for entry in entries} <= {*STRONGEST_FIRST}:
        return
    listed: dict[str, RecordEntry] = {}
    for entry in entries:
        # Backends have been seen to list a file twice; it must be the same line then.
        if listed.setdefault(entry.path, entry) != entry:
            yield f"RECORD lists {entry.path} twice"
        elif problem := _entry_problem(entry, sizes.get(entry.path)):
            yield problem
    yield from (f"{path} is not in RECORD" for path in sizes if path not in listed)


def _entry_problem(entry: RecordEntry, size: int | None) -> str | None:
    if size is None:
        escape = path_problem(entry.path)
        return (
            f"RECORD lists {entry.path!r}, which {escape}" if escape else f"RECORD lists {entry.path}, which is missing"
        )
    if entry.algorithm not in STRONGEST_FIRST:
        return f"RECORD has no SHA-256 or stronger hash of {entry.path}"
    if entry.size not in {None, size}:
        return f"{entry.path} is not the file that RECORD lists: it has {size} bytes instead of {entry.size}"
    return None


def write_record(entries: Iterable[RecordEntry]) -> str:
    """Return RECORD's text, in the order given."""
    listed = list(entries)
    # All at once, for nearly no path has any of these.
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
    # The other fields hold nothing that wants quotes.
    if SPECIAL.search(path):
        path = f'"{path.replace(QUOTE, QUOTE * 2)}"'
    checksum = f"{algorithm}={digest}" if digest else ""
    return f"{path},{checksum},{'' if size is None else size}\n"

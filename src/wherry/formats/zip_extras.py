"""Read the extra fields of ZIP headers that change values of the header.

https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, 4.5.3 and 4.6.9
"""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

__all__ = ["ZIP64", "read_extras", "unicode_path_problem", "zip64_values"]

ZIP64 = 0x0001
UNICODE_PATH = 0x7075
IN_ZIP64 = 0xFFFFFFFF  # stands in a header in place of a value that the ZIP64 field holds


def read_extras(content: bytes) -> tuple[dict[int, bytes], list[str]]:
    """Return the fields by their numbers, and their problems."""
    fields: dict[int, bytes] = {}
    problems = []
    for number, field in _fields(content):
        if field is None:
            problems.append("has a broken extra field")
        elif number in fields:
            problems.append(f"has the extra field 0x{number:04x} twice")
        else:
            fields[number] = field
    return fields, problems


def _fields(content: bytes) -> Iterator[tuple[int, bytes | None]]:
    position = 0
    while position < len(content):
        if position + 4 > len(content):
            yield 0, None
            return
        number, length = struct.unpack_from("<2H", content, position)
        position += 4 + length
        yield number, content[position - length : position] if position <= len(content) else None


def zip64_values(fields: Mapping[int, bytes], values: Sequence[int], *, local: bool = False) -> tuple[int, ...] | None:
    """Return ``values`` (size, packed size and perhaps offset), some replaced by those of the ZIP64 field.

    Return ``None`` if the field holds more or fewer values than refer to it. In a ``local`` header it may hold both
    sizes even if one or none refers to it, as the specification asks; then they must agree with the header.
    """
    held = fields.get(ZIP64)
    if held is None:
        return tuple(values)
    referring = [index for index, value in enumerate(values) if value == IN_ZIP64]
    if local and len(held) == 8 * len(values):
        referring = list(range(len(values)))
    if not referring or len(held) != 8 * len(referring):
        return None
    found = list(values)
    for index, value in zip(referring, struct.unpack(f"<{len(referring)}Q", held), strict=True):
        if values[index] not in {IN_ZIP64, value}:
            return None
        found[index] = value
    return tuple(found)


def unicode_path_problem(fields: Mapping[int, bytes], name: bytes) -> str | None:
    """Return the problem of a Unicode path field that differs from the header's ``name``; ``None`` without one."""
    field = fields.get(UNICODE_PATH)
    # Version 1, the checksum of the header's name, and the name.
    if field is None or field == struct.pack("<BI", 1, zlib.crc32(name)) + name:
        return None
    return "has another name in its Unicode path field"

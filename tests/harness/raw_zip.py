"""ZIP archives assembled field by field, so that each field can be wrong.

https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, 4.3
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

STORED, DEFLATED = 0, 8
STREAMED, UTF_8 = 8, 1 << 11
IN_ZIP64 = 0xFFFFFFFF


@dataclass(frozen=True)
class Entry:
    """A member. ``local`` and ``central`` are wrong fields of these headers (see below).

    ``packed`` are the bytes in the archive, by default ``content`` packed with ``method``; ``descriptor`` follows them,
    ``stray`` precedes the local header. ``listed``: it has a central header; ``placed``: it has a local one.
    """

    name: bytes
    content: bytes = b""
    method: int = DEFLATED
    flags: int = 0
    packed: bytes | None = None
    local: Mapping[str, int | bytes] = field(default_factory=dict)
    central: Mapping[str, int | bytes] = field(default_factory=dict)
    descriptor: bytes = b""
    stray: bytes = b""
    listed: bool = True
    placed: bool = True

    @property
    def data(self) -> bytes:
        """The packed bytes in the archive."""
        if self.packed is not None:
            return self.packed
        return deflate(self.content) if self.method == DEFLATED else self.content

    def fields(self) -> dict[str, int | bytes]:
        """Return the correct fields that both headers have."""
        return {
            "needed": 20,
            "flags": self.flags,
            "method": self.method,
            "checksum": zlib.crc32(self.content),
            "packed": len(self.data),
            "size": len(self.content),
            "name": self.name,
            "extra": b"",
        }

    def local_header(self) -> bytes:
        """Return the local header."""
        values = {**self.fields(), **self.local}
        return _header("<4s5H3I2H", b"PK\3\4", values, [len(_bytes(values, "name")), len(_bytes(values, "extra"))])

    def central_header(self, offset: int) -> bytes:
        """Return the central header of an entry whose local one is at ``offset``."""
        attributes = 0o40755 << 16 | 0x10 if self.name.endswith(b"/") else 0o100644 << 16
        more: dict[str, int | bytes] = {
            "made_by": 3 << 8 | 20,
            "comment": b"",
            "disk": 0,
            "attributes": attributes,
            "offset": offset,
        }
        values = {**self.fields(), **more, **self.central}
        comment = _bytes(values, "comment")
        lengths = [len(_bytes(values, "name")), len(_bytes(values, "extra")), len(comment)]
        rest = [*lengths, values["disk"], 0, values["attributes"], values["offset"]]
        return _header("<4s6H3I5H2I", b"PK\1\2", values, rest) + comment


@dataclass(frozen=True)
class Framing:
    """The parts around the entries. ``end`` are wrong fields of the end record.

    ``zip64`` are those of the ZIP64 record and its locator, which exist if it is given. ``prefix``, ``gap`` (after the
    central directory), ``before_end`` (after the locator), ``comment`` and ``suffix`` are bytes; the prefix does not
    count in offsets.
    """

    end: Mapping[str, int] = field(default_factory=dict)
    zip64: Mapping[str, int] | None = None
    prefix: bytes = b""
    before_directory: bytes = b""
    gap: bytes = b""
    extensible: bytes = b""
    before_end: bytes = b""
    comment: bytes = b""
    suffix: bytes = b""


PLAIN = Framing()


def build(entries: Iterable[Entry], framing: Framing = PLAIN) -> bytes:
    """Return the archive."""
    content, directory, count = bytearray(), bytearray(), 0
    for entry in entries:
        content += entry.stray
        if entry.listed:
            directory += entry.central_header(len(content))
            count += 1
        if entry.placed:
            content += entry.local_header() + entry.data + entry.descriptor
    content += framing.before_directory
    truth = {"disk": 0, "directory_disk": 0, "here": count, "entries": count}
    truth |= {"size": len(directory), "offset": len(content)}
    content += directory + framing.gap
    if framing.zip64 is not None:
        content += _zip64_records({**truth, **framing.zip64}, len(content), framing.extensible)
    content += framing.before_end
    values = {**truth, **framing.end}
    content += struct.pack("<4s4H2I", b"PK\5\6", *(values[name] for name in truth))
    length = framing.end.get("comment_length", len(framing.comment))
    return framing.prefix + content + struct.pack("<H", length) + framing.comment + framing.suffix


def _zip64_records(values: Mapping[str, int], position: int, extensible: bytes) -> bytes:
    rest = values.get("rest", 44 + len(extensible))
    names = ("disk", "directory_disk", "here", "entries", "size", "offset")
    record = struct.pack("<4sQ2H2I4Q", b"PK\6\6", rest, 45, 45, *(values[name] for name in names)) + extensible
    return record + struct.pack(
        "<4sIQI", b"PK\6\7", values.get("locator_disk", 0), values.get("locator", position), values.get("disks", 1)
    )


def deflate(content: bytes) -> bytes:
    """Return ``content`` as a raw deflate stream."""
    deflater = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return deflater.compress(content) + deflater.flush()


def extra(number: int, content: bytes) -> bytes:
    """Return an extra field."""
    return struct.pack("<2H", number, len(content)) + content


def zip64_extra(*values: int) -> bytes:
    """Return the extra field that holds sizes and offset of ZIP64."""
    return extra(1, struct.pack(f"<{len(values)}Q", *values))


def unicode_path_extra(name: bytes, path: bytes) -> bytes:
    """Return the extra field that gives a member called ``name`` the path ``path``."""
    return extra(0x7075, struct.pack("<BI", 1, zlib.crc32(name)) + path)


def descriptor(entry: Entry, *, signed: bool = True, zip64: bool = False) -> bytes:
    """Return the correct data descriptor of ``entry``."""
    values = (zlib.crc32(entry.content), len(entry.data), len(entry.content))
    return (b"PK\7\x08" if signed else b"") + struct.pack("<I2Q" if zip64 else "<3I", *values)


def _header(form: str, signature: bytes, values: Mapping[str, int | bytes], rest: list[int | bytes]) -> bytes:
    made_by = [values["made_by"]] if "made_by" in values else []
    shared = [values["needed"], values["flags"], values["method"], 0, 0x21]
    sizes = [values["checksum"], values["packed"], values["size"]]
    header = struct.pack(form, signature, *made_by, *shared, *sizes, *rest)
    return header + _bytes(values, "name") + _bytes(values, "extra")


def _bytes(values: Mapping[str, int | bytes], name: str) -> bytes:
    value = values[name]
    assert isinstance(value, bytes)
    return value

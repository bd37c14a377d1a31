"""Hostile wheels with faults in the structure of their archive or in packed contents."""

from __future__ import annotations

import stat
import struct
from dataclasses import replace
from typing import TYPE_CHECKING

from tests.harness.hostile_wheel import (
    DEFLATED_PATH,
    FILES,
    STORED_PATH,
    HostileWheel,
    good_wheel,
    good_wheel_and,
    members,
    record_of,
)
from tests.harness.raw_zip import (
    IN_ZIP64,
    STORED,
    STREAMED,
    Entry,
    Framing,
    build,
    deflate,
    descriptor,
    extra,
    unicode_path_extra,
    zip64_extra,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["hostile_archives"]


def hostile_archives() -> Iterator[HostileWheel]:
    """Yield a wheel for every fault of an archive."""
    yield from _headers()
    yield from _directories()
    yield from _stray_bytes()
    yield from _zip64()
    yield from _descriptors()
    yield from _contents()


def _headers() -> Iterator[HostileWheel]:
    size, packed = len(FILES[DEFLATED_PATH]), len(deflate(FILES[DEFLATED_PATH]))
    for word, wrong in {
        "name": {"name": b"app/deflatex.py"},
        "method": {"method": STORED},
        "checksum": {"checksum": 0},
        "flags": {"flags": 2},
    }.items():
        yield HostileWheel(f"local {word} differs", good_wheel(local=wrong), f"disagrees about its {word}")
    yield HostileWheel("local size differs", good_wheel(local={"size": size + 1}), "disagrees about its size")
    yield HostileWheel("local packed size differs", good_wheel(local={"packed": packed - 1}), "about its size")
    yield HostileWheel("local name is longer", good_wheel(local={"name": b"app/deflated.pyc"}), "about its name")
    wrong = {"checksum": 0, "method": STORED}
    yield HostileWheel("both disagreements are named", good_wheel(local=wrong), "about its method and checksum")
    yield HostileWheel("encrypted", good_wheel(flags=1), "is encrypted")
    yield HostileWheel("central header encrypted", good_wheel(central={"flags": 1}), "is encrypted")
    yield HostileWheel("strong encryption", good_wheel(flags=1 << 6), "unknown flags 0x0040")
    yield HostileWheel("masked headers", good_wheel(flags=1 << 13), "unknown flags 0x2000")
    yield HostileWheel("patch", good_wheel(flags=1 << 5), "unknown flags 0x0020")
    for name, method in {"bzip2": 12, "lzma": 14, "zstandard": 93, "deflate64": 9}.items():
        yield HostileWheel(name, good_wheel(method=method, packed=b"BZh9"), "neither stored nor deflated")
    yield HostileWheel("newer than ZIP itself", good_wheel(local={"needed": 99}, central={"needed": 99}), "version 99")
    yield HostileWheel("on another disk", good_wheel(central={"disk": 1}), "is on another disk")
    yield HostileWheel("comment of an entry", good_wheel(central={"comment": b"PK"}), "has a comment")
    for name, mode in {"symbolic link": stat.S_IFLNK, "fifo": stat.S_IFIFO, "device": stat.S_IFCHR}.items():
        phrase = "is a symbolic link" if mode == stat.S_IFLNK else "is a special file"
        yield HostileWheel(name, good_wheel(central={"attributes": (mode | 0o777) << 16}), phrase)
    for name, attributes in {"folder by mode": stat.S_IFDIR << 16, "folder by DOS attribute": 0x10}.items():
        yield HostileWheel(name, good_wheel(central={"attributes": attributes}), "is a file and a folder")
    folder = Entry(b"app/folder/", b"hidden", STORED)
    yield HostileWheel("folder with content", good_wheel_and(folder), "is a folder with content")
    hidden = Entry(b"app/folder/", b"", packed=b"\3\0hidden")
    yield HostileWheel("folder with hidden content", good_wheel_and(hidden), "is a folder with content")
    link = replace(hidden, packed=b"", method=STORED, central={"attributes": stat.S_IFREG << 16})
    yield HostileWheel("folder that is a file", good_wheel_and(link), "is a file and a folder")


def _directories() -> Iterator[HostileWheel]:
    more = Entry(b"app/more.py", b"import evil\n")
    count = len(FILES) + 1
    lonely = replace(more, placed=False)
    yield HostileWheel(
        "not in the central directory", good_wheel_and(replace(more, listed=False)), "directory does not list"
    )
    yield HostileWheel("first one not in it", build([replace(more, listed=False), *members()]), "does not list")
    yield HostileWheel("only in the central directory", good_wheel_and(lonely), "'app/more.py' has no local header")
    same = replace(lonely, name=DEFLATED_PATH.encode(), central={"offset": 0})
    yield HostileWheel(
        "two names for one entry", good_wheel_and(replace(lonely, central={"offset": 0})), "about its name"
    )
    yield HostileWheel("same name for another entry", good_wheel_and(same), "occurs twice")
    yield HostileWheel("offset outside", good_wheel(central={"offset": 10**9}), "has no local header")
    yield HostileWheel("offset in the directory", good_wheel(central={"offset": 700}), "has no local header")
    for path in (STORED_PATH, DEFLATED_PATH):
        twice = Entry(path.encode(), b"import evil\n", STORED)
        yield HostileWheel(f"{path} twice", good_wheel_and(twice), f"{path!r} occurs twice")
    folder = Entry(b"app/", b"", STORED)
    yield HostileWheel("folder twice", good_wheel_and(folder, folder), "'app/' occurs twice")
    for name, wrong in {"few": count - 1, "many": count + 1, "none": 0}.items():
        content = good_wheel_and(framing=Framing(end={"entries": wrong, "here": wrong}))
        yield HostileWheel(f"counts too {name}", content, f"counts {wrong} entries, but there are {count}")
    yield HostileWheel(
        "two counts", good_wheel_and(framing=Framing(end={"here": 1})), f"has two counts of entries, 1 and {count}"
    )
    yield HostileWheel("second disk", good_wheel_and(framing=Framing(end={"disk": 1})), "one of several disks")
    yield HostileWheel(
        "directory elsewhere", good_wheel_and(framing=Framing(end={"directory_disk": 1})), "of several disks"
    )
    yield HostileWheel(
        "directory too long", good_wheel_and(framing=Framing(end={"size": 10**6})), "beyond the end record"
    )
    yield HostileWheel(
        "directory too short", good_wheel_and(framing=Framing(end={"size": 100})), "after the central directory"
    )
    yield HostileWheel("wrong signature", good_wheel_and().replace(b"PK\1\2", b"PK\1\3"), "breaks off after 0 entries")
    long_name = replace(more, central={"name": b"app/" + b"m" * 60}, local={"name": b"app/" + b"m" * 60})
    shifted = good_wheel_and(long_name).replace(struct.pack("<3H", 64, 0, 0), struct.pack("<3H", 65, 0, 0))
    yield HostileWheel("name into the end record", shifted, "reaches into the end record")


def _stray_bytes() -> Iterator[HostileWheel]:
    good = good_wheel_and()
    second = Entry(b"second.py", b"")
    yield HostileWheel("prefix", b"#!/bin/sh\n" + good, "10 bytes before the first entry")
    yield HostileWheel("counted prefix", build([replace(members()[0], stray=b"MZ"), *members()[1:]]), "2 bytes before")
    yield HostileWheel("between entries", good_wheel(stray=b"stray"), "5 bytes before 'app/deflated.py'")
    before = Framing(before_directory=b"stray")
    yield HostileWheel("before the directory", good_wheel_and(framing=before), "5 bytes before the central directory")
    yield HostileWheel(
        "after the directory", good_wheel_and(framing=Framing(gap=b"stray")), "5 bytes after the central"
    )
    yield HostileWheel("after the end", good + b"stray", "5 bytes after its end")
    yield HostileWheel("newline after the end", good + b"\n", "1 bytes after its end")
    longer = {"packed": len(deflate(FILES[DEFLATED_PATH])) + 1}
    yield HostileWheel("overlap", good_wheel(local=longer, central=longer), "overlaps the entry before it")
    last = replace(members()[-1], local={"packed": 999}, central={"packed": 999})
    overlap = build([*members()[:-1], last])
    yield HostileWheel("overlap with the directory", overlap, "the last entry overlaps the central directory")
    yield HostileWheel("two archives", build([second]) + good, "several end records")
    yield HostileWheel("two end records", good + good[-22:], "several end records")
    yield HostileWheel(
        "end record in the comment", good_wheel_and(framing=Framing(comment=good[-22:])), "several end records"
    )
    for name, comment in {"central header": b"PK\1\2", "ZIP64 locator": b"PK\6\7", "entry": b"PK\3\4"}.items():
        content = good_wheel_and(framing=Framing(comment=comment + bytes(60)))
        yield HostileWheel(f"{name} in the comment", content, "looks like records of an archive")
    yield HostileWheel(
        "archive in the comment", good_wheel_and(framing=Framing(comment=build([second]))), "several end records"
    )
    yield HostileWheel(
        "comment cut off", good_wheel_and(framing=Framing(end={"comment_length": 9})), "truncated in its comment"
    )
    for name, length in {"end record": len(good) - 1, "directory": len(good) - 60, "data": 100, "header": 9}.items():
        yield HostileWheel(f"truncated in its {name}", good[:length], "truncated")
    yield HostileWheel("nothing", b"", "no ZIP")
    yield HostileWheel("HTML", b"<!DOCTYPE html>\n<html></html>\n", "no ZIP")
    yield HostileWheel("tar", b"\x1f\x8b\x08\0" + bytes(600), "no ZIP")


def _zip64() -> Iterator[HostileWheel]:
    size, packed = len(FILES[DEFLATED_PATH]), len(deflate(FILES[DEFLATED_PATH]))
    good = len(good_wheel_and()) - 22
    frames = {
        "locator elsewhere": (Framing(zip64={"locator": 0}), "locator does not point"),
        "locator one off": (Framing(zip64={"locator": good + 1}), "locator does not point"),
        "locator of another disk": (Framing(zip64={"locator_disk": 1}), "several disks"),
        "locator of two disks": (Framing(zip64={"disks": 2}), "several disks"),
        "other count": (Framing(zip64={"entries": 1, "here": 1}), "its ZIP64 form disagree"),
        "other size": (Framing(zip64={"size": 46}), "its ZIP64 form disagree"),
        "other offset": (Framing(zip64={"offset": 0}), "its ZIP64 form disagree"),
        "other disk": (Framing(zip64={"disk": 1}), "several disks"),
        "other length": (Framing(zip64={"rest": 45}), "ZIP64 record states a wrong size"),
        "extensible data": (Framing(zip64={}, extensible=b"more"), "locator does not point"),
        "gap before the end record": (Framing(zip64={}, before_end=b"gap"), "several end records"),
        "no record": (Framing(end={"size": IN_ZIP64, "offset": IN_ZIP64}), "ZIP64 record, which is missing"),
    }
    for name, (framing, phrase) in frames.items():
        yield HostileWheel(f"ZIP64: {name}", good_wheel_and(framing=framing), phrase)
    half = b"PK\6\7" + bytes(14) + good_wheel_and()[-22:]
    yield HostileWheel("ZIP64: half a locator and nothing else", half, "beyond the end record")
    record = struct.pack("<4sQ2H2I4Q", b"PK\6\6", 44, 45, 45, 0, 0, 1, 1, 46, 0)
    yield HostileWheel(
        "ZIP64: record without locator", good_wheel_and(framing=Framing(gap=record)), "several end records"
    )
    central = {
        "surplus": {"extra": zip64_extra(size, packed)},
        "surplus beside needed values": {"size": IN_ZIP64, "extra": zip64_extra(size, packed)},
        "too short": {"size": IN_ZIP64, "packed": IN_ZIP64, "extra": zip64_extra(size)},
        "empty": {"size": IN_ZIP64, "extra": zip64_extra()},
        "broken": {"size": IN_ZIP64, "extra": extra(1, b"1234")},
    }
    for name, wrong in central.items():
        yield HostileWheel(
            f"ZIP64 field: {name}", good_wheel(central=wrong), "ZIP64 field that does not fit its header"
        )
    local = {
        "other size": {"size": IN_ZIP64, "packed": IN_ZIP64, "extra": zip64_extra(size + 1, packed)},
        "other packed size": {"size": IN_ZIP64, "packed": IN_ZIP64, "extra": zip64_extra(size, packed - 1)},
        "unneeded and other": {"extra": zip64_extra(size, packed - 1)},
    }
    for name, wrong in local.items():
        yield HostileWheel(f"ZIP64 field of the local header: {name}", good_wheel(local=wrong), "local header")
    twice = extra(0x6666, b"1") + extra(0x6666, b"1")
    yield HostileWheel("extra twice", good_wheel(central={"extra": twice}), "the extra field 0x6666 twice")
    yield HostileWheel("local extra twice", good_wheel(local={"extra": twice}), "0x6666 twice in its local header")
    for name, broken in {"cut off": b"\x66\x66\x09\0abc", "three bytes": b"abc"}.items():
        yield HostileWheel(f"extra {name}", good_wheel(central={"extra": broken}), "has a broken extra field")
        yield HostileWheel(f"local extra {name}", good_wheel(local={"extra": broken}), "field in its local header")
    path = DEFLATED_PATH.encode()
    for name, field in {
        "another name": unicode_path_extra(path, b"app/evil.py"),
        "a stale checksum": unicode_path_extra(b"app/evil.py", path),
        "no name": unicode_path_extra(path, b""),
        "no UTF-8": unicode_path_extra(path, b"\xff"),
        "nothing": extra(0x7075, b""),
    }.items():
        phrase = "has another name in its Unicode path field"
        yield HostileWheel(f"Unicode path with {name}", good_wheel(central={"extra": field}), phrase)
        yield HostileWheel(f"local Unicode path with {name}", good_wheel(local={"extra": field}), phrase)


def _descriptors() -> Iterator[HostileWheel]:
    entry = members()[1]
    right = descriptor(entry)
    unknown = {"checksum": 0, "packed": 0, "size": 0}
    for name, wrong in {
        "missing": b"",
        "with another checksum": right[:4] + bytes(4) + right[8:],
        "with another packed size": right[:8] + bytes(4) + right[12:],
        "with another size": right[:12] + bytes(4),
        "without signature, with another size": right[4:12] + bytes(4),
        "cut off": right[:-1],
        "of ZIP64": descriptor(entry, zip64=True),
    }.items():
        content = good_wheel(flags=STREAMED, local=unknown, descriptor=wrong)
        yield HostileWheel(f"data descriptor {name}", content, "has a wrong data descriptor, or none")
    content = good_wheel(descriptor=right)
    yield HostileWheel("data descriptor unannounced", content, "16 bytes before 'app-1.0.dist-info/METADATA'")
    content = good_wheel(flags=STREAMED, local=unknown | {"size": 1}, descriptor=right)
    yield HostileWheel("data descriptor and another size", content, "disagrees about its checksum and size")
    content = good_wheel(local=unknown)
    yield HostileWheel("sizes left out", content, "disagrees about its checksum and size")


def _contents() -> Iterator[HostileWheel]:
    content = FILES[DEFLATED_PATH]
    size, packed = len(content), deflate(content)
    wrong = {"checksum": 7}
    for name, wheel, phrase in (
        ("checksum wrong", good_wheel(local=wrong, central=wrong), "its size or checksum differs from its header"),
        ("bytes after the stream", good_wheel(packed=packed + b"evil"), "after the end of its deflate"),
        ("two streams", good_wheel(packed=packed + deflate(b"evil")), "after the end of its deflate"),
        ("stream cut off", good_wheel(packed=packed[:-1]), "or truncated"),
        ("no stream", good_wheel(packed=b""), "or truncated"),
        ("broken stream", good_wheel(packed=b"\xff" * 9), "cannot be read (Error"),
    ):
        yield HostileWheel(name, wheel, phrase, in_contents=True)
    for name, claimed in {"longer": size - 1, "shorter": size + 1, "not empty": 0}.items():
        wrong = {"size": claimed}
        phrase = "is not the file that RECORD lists"  # the sizes are compared before anything is unpacked
        yield HostileWheel(f"stream {name} than said", good_wheel(local=wrong, central=wrong), phrase)
    record = record_of(FILES).replace(f",{size}\n".encode(), f",{size - 2}\n".encode())
    first, second, *others = members(record=record)
    wrong = {"size": size - 2}
    longer = build([first, replace(second, local=wrong, central=wrong), *others])
    yield HostileWheel("stream longer than all say", longer, "longer than its header says", in_contents=True)
    stored = good_wheel(method=STORED, packed=content + b"evil")
    yield HostileWheel("stored in another size", stored, "is stored, but its packed size is not its size")
    zeros = bytes(2**24 + 1)
    yield HostileWheel("bomb of one file", _bomb([zeros]), "times its size, above the limit of 100")
    yield HostileWheel("bomb of many files", _bomb([bytes(2**19)] * 33), "times its size, above the limit of 100")
    wrong = {"size": 2**30}
    yield HostileWheel("more than memory", good_wheel(local=wrong, central=wrong), "above the limit of 1073741824")
    yield HostileWheel("overlapping bomb", _overlapping(bytes(2**16)), "overlaps the entry before it")


def _bomb(contents: Iterable[bytes]) -> bytes:
    files = {f"app/zeros{number}.bin": content for number, content in enumerate(contents)}
    return build(members(FILES | files))


def _overlapping(kernel: bytes) -> bytes:
    """Return a wheel whose entries share their data: each begins within the one before it."""
    inner = Entry(b"app/inner.bin", kernel)
    whole = inner.local_header() + inner.data
    entries = [*members(), Entry(b"app/outer.bin", whole, STORED)]
    offset = build(entries).index(whole)
    return build([*entries, replace(inner, placed=False, central={"offset": offset})])

"""Wheels that must be refused, each for one fault in the archive, a path or the metadata. The rest of each is valid."""

from __future__ import annotations

import hashlib
import unicodedata
from dataclasses import replace
from typing import TYPE_CHECKING

from tests.harness.hostile_archives import hostile_archives
from tests.harness.hostile_wheel import (
    DEFLATED_PATH,
    FILES,
    INFO,
    METADATA,
    STORED_PATH,
    WHEEL,
    HostileWheel,
    digest,
    good_wheel_and,
    members,
    record_of,
)
from tests.harness.raw_zip import UTF_8, Entry, build

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["hostile_wheels"]


def hostile_wheels() -> Iterator[HostileWheel]:
    """Yield a wheel for every fault of an archive, a path or the metadata that must be refused."""
    yield from hostile_archives()
    yield from _paths()
    yield from _metadata()
    yield from _records()
    yield from _entry_points()
    yield from _data()


def _paths() -> Iterator[HostileWheel]:
    for path, phrase in {
        "../evil.py": "does not stay below its folder",
        "../../usr/lib/evil.so": "does not stay below its folder",
        "app/../../evil.py": "does not stay below its folder",
        "../site-packages-evil/evil.py": "does not stay below its folder",
        "app-1.0.data/purelib/../../evil.py": "does not stay below its folder",
        "app-1.0.data/scripts/../evil": "does not stay below its folder",
        "./evil.py": "does not stay below its folder",
        "app//evil.py": "does not stay below its folder",
        "": "does not stay below its folder",
        "/evil.py": "is absolute",
        "//host/evil.py": "is absolute",
        "app/__proto__": "has the name __proto__, which Pyodide's file system cannot hold",
        "__proto__/evil.py": "has the name __proto__, which",
        "app-1.0.data/scripts/__proto__": "has the name __proto__, which",
        f"{INFO}/__proto__": "has the name __proto__, which",
        "C:/evil.py": "is absolute",
        "C:evil.py": "is absolute",
        "..\\evil.py": "has a backslash or a control character",
        "app\\evil.py": "has a backslash or a control character",
        "app/evil.py\0.txt": "has a backslash or a control character",
        "app/evil\n.py": "has a backslash or a control character",
        "app/\x1b[2Jevil.py": "has a backslash or a control character",
        "app/evil\x7f.py": "has a backslash or a control character",
        "app/evil\x85.py": "has a backslash or a control character",
        "APP/Stored.PY": "'APP/Stored.PY' and 'app/stored.py' collide",
        "app": "'app' is a file and a folder",
        "app/stored.py/evil.py": "'app/stored.py' is a file and a folder",
        "app-1.0.data/stdlib/os.py": "is of an unknown .data scheme",
        "app-1.0.data/../evil.py": "does not stay below its folder",
        "app-1.0.data/evil.py": "is of an unknown .data scheme",
        "app-1.0.data/purelib": "is of an unknown .data scheme",
        "other-1.0.data/scripts/evil": "its folder other-1.0.data belongs to another release",
        "app-1.0.data/purelib/other-1.0.dist-info/METADATA": "would be the metadata of another distribution",
        "app-1.0.data/data/lib/python3.14/site-packages/other-1.0.dist-info/RECORD": "of another distribution",
        "app-1.0-7.data/scripts/evil": "its folder app-1.0-7.data belongs to another release",
        "app-2.0.data/scripts/evil": "its folder app-2.0.data belongs to another release",
        "app.data/scripts/evil": "its folder app.data belongs to another release",
        "App-1.0.data/stdlib/os.py": "is of an unknown .data scheme",
        "a/" * 30_000 + "evil.py": "is 60007 bytes long, above the limit of 1024",
        "app-1.0.data/data/share/" + "a/" * 63 + "evil": "is 66 folders deep, above the limit of 64",
        "app/" + "a" * 256: "has a name of 256 bytes, above the limit of 255",
        "app/" + "\u65e5" * 86: "has a name of 258 bytes, above the limit of 255",
    }.items():
        yield HostileWheel(f"path {path[:80]!r}", build(members(FILES | {path: b"import evil\n"})), phrase)
    six = {f"{'a/' * 30_000}{number}": b"" for number in range(6)}
    yield HostileWheel("six deep paths", build(members(FILES | six)), "is 60001 bytes long, above the limit of 1024")
    many = {f"{number}/{'a/' * 60}b": b"" for number in range(1700)}
    yield HostileWheel("folders by the hundred thousand", build(members(FILES | many)), "folders, above the limit of")
    names = {form: unicodedata.normalize(form, "app/caf\xe9.py") for form in ("NFC", "NFD")}
    both = build(members(FILES | dict.fromkeys(names.values(), b"")))
    yield HostileWheel("names equal but for normalization", both, "collide")
    yield HostileWheel(
        "name of no UTF-8", good_wheel_and(Entry(b"app/\xff.py", flags=UTF_8)), "a name that is not UTF-8"
    )
    yield HostileWheel("name not marked as UTF-8", good_wheel_and(Entry("app/\xe9.py".encode())), "not marked as UTF-8")


def _metadata() -> Iterator[HostileWheel]:
    def changed(**changes: bytes | None) -> bytes:
        files = FILES | {f"{INFO}/{name}": content for name, content in changes.items() if content is not None}
        return build(
            members({path: files[path] for path in files if changes.get(path.rpartition("/")[2], b"") is not None})
        )

    moved = {path.replace(INFO, "{}"): content for path, content in FILES.items()}
    for name, info in {
        "other name": "other-1.0.dist-info",
        "other version": "app-2.0.dist-info",
        "no version": "app.dist-info",
        "version that is none": "app-one.dist-info",
    }.items():
        entries = [Entry(path.format(info).encode(), content) for path, content in moved.items()]
        yield HostileWheel(f"dist-info of {name}", build(entries), f"{info} belongs to another release")
    bare = build([Entry(b"app/__init__.py", b"")])
    yield HostileWheel("no dist-info", bare, "it has 0 .dist-info folders instead of one")
    second = {"other-1.0.dist-info/METADATA": METADATA}
    yield HostileWheel("two dist-infos", build(members(FILES | second)), "it has 2 .dist-info folders instead of one")
    second = {"APP-1.0.dist-info/entry_points.txt": b""}
    yield HostileWheel("two dist-infos but for case", build(members(FILES | second)), "it has 2 .dist-info folders")
    yield HostileWheel("no METADATA", changed(METADATA=None), f"{INFO}/METADATA is missing")
    yield HostileWheel("no WHEEL", changed(WHEEL=None), f"{INFO}/WHEEL is missing")
    for name, (old, new, phrase) in {
        "other name": (b"Name: app", b"Name: other", "METADATA is that of other 1.0"),
        "other version": (b"\nVersion: 1.0", b"\nVersion: 2.0", "METADATA is that of app 2.0"),
        "no name": (b"Name: app\n", b"", "Name is missing"),
        "two names": (b"Name: app\n", b"Name: app\nName: other\n", "Name is given 2 times"),
        "no version": (b"\nVersion: 1.0", b"", "Version is missing"),
        "version that is none": (b"\nVersion: 1.0", b"\nVersion: one", "Version 'one' is invalid"),
        "unknown major version": (b"Version: 2.1", b"Version: 3.0", "Metadata-Version '3.0' is unknown"),
        "no metadata version": (b"Metadata-Version: 2.1\n", b"", "Metadata-Version is missing"),
        "bad requirement": (b"Version: 1.0\n", b"Version: 1.0\nRequires-Dist: b>>1\n", "'b>>1' is not a requirement"),
        "requirement of no version": (
            b"Version: 1.0\n",
            b"Version: 1.0\nRequires-Dist: b>dev\n",
            "Requires-Dist 'b>dev'",
        ),
        "requirement of two clauses": (b"Version: 1.0\n", b"Version: 1.0\nRequires-Dist: b>=1, c\n", "'b>=1, c'"),
        "requirement of a marker without an operator": (
            b"Version: 1.0\n",
            b"Version: 1.0\nRequires-Dist: b; python_version < 3\n",
            "'b; python_version < 3' is not a requirement",
        ),
        "no UTF-8": (b"Version: 1.0\n", b"Version: 1.0\nSummary: \xff\n", "it is not UTF-8"),
        "long name": (b"Name: app", b"Name: " + b"a" * 60_000, "Name has 60000 characters, above the limit of 255"),
        "long version": (b"\nVersion: 1.0", b"\nVersion: 1" + b".0" * 200, "Version has 401 characters, above"),
        "requirements without an end": (
            b"Version: 1.0\n",
            b"Version: 1.0\n" + b"Requires-Dist: b\n" * 10_001,
            "Requires-Dist is given 10001 times, above the limit of 10000",
        ),
        "deep requirement": (
            b"Version: 1.0\n",
            b"Version: 1.0\nRequires-Dist: b; " + b"(" * 200 + b"os_name" + b")" * 200 + b"\n",
            "is not a requirement",
        ),
        "lines that importlib.metadata takes for empty": (b"\n", b"\r\r\n", "Name is missing"),
        "line that ends the headers": (b"Name: ", b"no header\nName: ", "Name is missing"),
        "field with a space before its colon": (b"Name: ", b"Name : ", "Name is missing"),
        "field with a space in it": (b"Name: ", b"Project URL: x\nName: ", "Name is missing"),
        "byte order mark": (b"Metadata-Version", b"\xef\xbb\xbfMetadata-Version", "Metadata-Version is missing"),
    }.items():
        yield HostileWheel(f"METADATA: {name}", changed(METADATA=METADATA.replace(old, new)), phrase)
    for name, (old, new, phrase) in {
        "unknown major version": (b"Version: 1.0", b"Version: 2.0", "unknown Wheel-Version '2.0'"),
        "no version": (b"Wheel-Version: 1.0\n", b"", "unknown Wheel-Version nothing"),
        "other tag": (b"py3-none-any", b"py2-none-any", "WHEEL has the tags 'py2-none-any', but the filename says py3"),
        "more tags": (b"Tag: ", b"Tag: py2-none-any\nTag: ", "but the filename says py3-none-any"),
        "empty tag beside another": (b"Tag: py3", b"Tag:\nTag: py2", "but the filename says py3-none-any"),
        "tag that is none": (b"py3-none-any", b"any", "WHEEL has the tags 'any'"),
        "tags by the billion": (b"py3", b".".join([b"py3"] * 999), "but the filename says py3-none-any"),
        "several builds": (b"Tag: ", b"Build: 7\nBuild: 8\nTag: ", "WHEEL has the build '7', '8', but the filename"),
        "no UTF-8": (b"wherry", b"\xff", "WHEEL is not UTF-8"),
    }.items():
        yield HostileWheel(f"WHEEL: {name}", changed(WHEEL=WHEEL.replace(old, new)), phrase)


def _records() -> Iterator[HostileWheel]:
    content = FILES[DEFLATED_PATH]
    line = f"{DEFLATED_PATH},sha256={digest('sha256', content)},{len(content)}\n"
    right = record_of(FILES).decode()
    yield HostileWheel("no RECORD", build(members()[:-1]), f"{INFO}/RECORD is missing")
    swapped, phrase = _swapped(content), "is not the file that RECORD lists"
    yield HostileWheel("file that is other than RECORD's", swapped, phrase, in_contents=True)
    for name, (new, phrase) in {
        "incomplete": ("", f"{DEFLATED_PATH} is not in RECORD"),
        "ghost": (f"{line}app/ghost.py,sha256={digest('sha256', b'')},0\n", "lists app/ghost.py, which is missing"),
        "no hash": (f"{DEFLATED_PATH},,{len(content)}\n", "no SHA-256 or stronger hash"),
        "neither hash nor size": (f"{DEFLATED_PATH},,\n", "no SHA-256 or stronger hash"),
        "MD5": (f"{DEFLATED_PATH},md5={digest('md5', content)},{len(content)}\n", "no SHA-256 or stronger hash"),
        "SHA-1": (f"{DEFLATED_PATH},sha1={digest('sha1', content)},{len(content)}\n", "no SHA-256 or stronger"),
        "unknown hash": (line.replace("sha256", "sha257"), "no SHA-256 or stronger hash"),
        "other hash": (
            line.replace(digest("sha256", content), digest("sha256", b"other")),
            "RECORD lists: its hash differs",
        ),
        "hash of nothing": (
            line.replace(digest("sha256", content), digest("sha256", b"")),
            "RECORD lists: its hash differs",
        ),
        "empty hash": (f"{DEFLATED_PATH},sha256=,{len(content)}\n", "RECORD lists: its hash differs"),
        "hash of another length": (line.replace("sha256", "sha512"), "RECORD lists: its hash differs"),
        "other size": (line.replace(f",{len(content)}", ",1"), f"it has {len(content)} bytes instead of 1"),
        "size that is none": (line.replace(f",{len(content)}", ",-1"), "the invalid size '-1'"),
        "other hash in hexadecimal": (f"{DEFLATED_PATH},sha256={'0' * 64},{len(content)}\n", "its hash differs"),
        "half a hash in hexadecimal": (
            f"{DEFLATED_PATH},sha256={hashlib.sha256(content).hexdigest()[:32]},{len(content)}\n",
            "its hash differs",
        ),
        "MD5 in hexadecimal": (
            f"{DEFLATED_PATH},md5={hashlib.md5(content, usedforsecurity=False).hexdigest()},{len(content)}\n",
            "no SHA-256 or stronger hash",
        ),
        "short hash of any length": (
            f"{DEFLATED_PATH},shake_256={hashlib.shake_256(content).hexdigest(8)},{len(content)}\n",
            "no SHA-256 or stronger hash",
        ),
        "other hash of a rare kind": (
            f"{DEFLATED_PATH},blake2s={digest('blake2s', b'other')},{len(content)}\n",
            "its hash differs",
        ),
        "other hash of any length": (
            f"{DEFLATED_PATH},shake_128={hashlib.shake_128(b'other').hexdigest(32)},{len(content)}\n",
            "its hash differs",
        ),
        "absolute path without a hash": (f"/{DEFLATED_PATH},,\n", f"'/{DEFLATED_PATH}', which is absolute"),
        "absolute path beside the file's that differs": (
            f"{line}/{DEFLATED_PATH},sha256={digest('sha256', b'other')},{len(content)}\n",
            f"RECORD lists {DEFLATED_PATH} twice",
        ),
        "path by way of the folder above": (f"app/../{line}", "which does not stay below its folder"),
        "path with a drive": (f"C:/{line}", "which is absolute"),
        "folder that is not there": (f"{line}app/ghost/,,\n", "RECORD lists app/ghost/, which is missing"),
        "folder above": (f"{line}../,,\n", "'../', which does not stay below its folder"),
        "folder with a size": (f"{line}app/,,5\n", "RECORD gives the folder app/ a size"),
        "two lines that differ": (f"{line}{DEFLATED_PATH},,\n", f"RECORD lists {DEFLATED_PATH} twice"),
        "escape": (f"{line}../evil.py,,\n", "'../evil.py', which does not stay below its folder"),
        "absolute path": (f"{line}/evil.py,,\n", "'/evil.py', which is absolute"),
        "no CSV": (f'{line}"', "RECORD is not CSV"),
        "two fields": (f"{line}a,b\n", "2 instead of 3 fields"),
    }.items():
        record = right.replace(line, new).encode()
        yield HostileWheel(
            f"RECORD: {name}",
            build(members(record=record)),
            phrase,
            in_contents=name in {"other hash", "other hash in hexadecimal"},
        )
    library = [*members(), Entry(b"app/fast.so", b"\0asm")]
    yield HostileWheel("RECORD: unlisted library", build(library), "app/fast.so is not in RECORD")
    yield HostileWheel("RECORD: empty", build(members(record=b"")), f"{STORED_PATH} is not in RECORD")
    yield HostileWheel("RECORD: no UTF-8", build(members(record=b"\xff,,\n")), "RECORD is not UTF-8")


def _entry_points() -> Iterator[HostileWheel]:
    for name, (text, phrase) in {
        "comment that importlib.metadata cannot read": ("[console_scripts]\n; a comment\n", "a line without '='"),
        "comment in another group": ("[other]\n; a comment\n", "a line without '=': '; a comment'"),
        "line without a name": ("[other]\nx\n", "a line without '=': 'x'"),
        "line before the first group": ("x = y\n[other]\n", "a line before the first group"),
        "byte order mark": ("\ufeff[console_scripts]\nx = y:z\n", "a line before the first group"),
        "script twice in one group": ("[console_scripts]\nx = y:z\nx = y:z\n", "the script 'x' is declared twice"),
        "scripts equal but for case": ("[console_scripts]\nx = y:z\n[gui_scripts]\nX = y:z\n", "collide"),
        "script named as Python": ("[gui_scripts]\npython3 = y:z\n", "has the name of Python itself"),
    }.items():
        files = FILES | {f"{INFO}/entry_points.txt": text.encode()}
        yield HostileWheel(f"entry points: {name}", build(members(files)), phrase, in_staging=True)


def _data() -> Iterator[HostileWheel]:
    for name, (paths, phrase) in {
        "data folders that collide": (
            ("app-1.0.data/purelib/one.py", "App-1.0.data/purelib/one.py"),
            "collide",
        ),
        "data folders with the same file": (
            ("app-1.0.data/purelib/one.py", "App-1.0.data/platlib/one.py"),
            "one.py is there twice",
        ),
        "data folders with a file and a folder": (
            ("app-1.0.data/purelib/one", "App-1.0.data/platlib/one/two"),
            "is a file and a folder",
        ),
        "data beside Python": (("app-1.0.data/data/bin/python3",), "has the name of Python itself"),
        "data of Python's library": (("app-1.0.data/data/lib/python3.14/os.py",), "belongs to Python itself"),
        "data among devices": (("app-1.0.data/data/dev/app",), "belongs to the runtime itself"),
        "data in place of the folder of all": (("app-1.0.data/data/lib",), "/lib is a file and a folder"),
        "data in place of the folder of scripts": (
            ("app-1.0.data/data/bin", "app-1.0.data/scripts/x"),
            "/bin is a file and a folder",
        ),
        "data in place of a script": (("app-1.0.data/data/bin/x", "app-1.0.data/scripts/x"), "is there twice"),
    }.items():
        files = FILES | dict.fromkeys(paths, b"")
        is_early = "collide" in phrase
        yield HostileWheel(name, build(members(files)), phrase, in_staging=not is_early)


def _swapped(content: bytes) -> bytes:
    """Return a wheel with a file whose content differs from RECORD's hash and has the same size."""
    first, second, *others = members()
    return build([first, replace(second, content=content.swapcase()), *others])

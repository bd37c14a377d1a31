"""Wheels with harmless faults, which are accepted: some with a warning, some without."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.harness.hostile_wheel import (
    DEFLATED_PATH,
    FILENAME,
    FILES,
    INFO,
    METADATA,
    STORED_PATH,
    WHEEL,
    digest,
    members,
    record_of,
)
from tests.harness.index_files import IndexFile
from tests.harness.raw_zip import Entry, build

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["OddWheel", "odd_wheels"]


@dataclass(frozen=True)
class OddWheel:
    """An archive, and the warnings that its installation must give, if any."""

    name: str
    content: bytes
    warnings: tuple[str, ...] = ()
    filename: str = FILENAME

    @property
    def file(self) -> IndexFile:
        """The file that an index offers."""
        return IndexFile(self.filename, self.content)


def odd_wheels() -> Iterator[OddWheel]:
    """Yield a wheel for every harmless fault."""
    yield from _records()
    yield from _wheel_files()
    yield from _data_folders()
    yield from _entry_points()
    yield from _metadata()
    yield from _names()


CONTENT = FILES[DEFLATED_PATH]
SIZE = len(CONTENT)
LINE = f"{DEFLATED_PATH},sha256={digest('sha256', CONTENT)},{SIZE}\n"
NOTATION = f"its RECORD has hashes in another notation: {DEFLATED_PATH}"


def _records() -> Iterator[OddWheel]:
    right = record_of(FILES).decode()
    hexadecimal = hashlib.sha256(CONTENT).hexdigest()
    ordinary = base64.b64encode(hashlib.sha512(CONTENT).digest()).decode()
    assert {"+", "/"} & {*ordinary}
    for name, (new, *warnings) in {
        "hash in hexadecimal": (f"{DEFLATED_PATH},sha256={hexadecimal},{SIZE}\n", NOTATION),
        "hash in upper-case hexadecimal": (f"{DEFLATED_PATH},sha256={hexadecimal.upper()},{SIZE}\n", NOTATION),
        "SHA-512 in hexadecimal": (f"{DEFLATED_PATH},sha512={hashlib.sha512(CONTENT).hexdigest()},\n", NOTATION),
        "hash in ordinary base64": (f"{DEFLATED_PATH},sha512={ordinary},{SIZE}\n", NOTATION),
        "hash with padding": (LINE.replace(f",{SIZE}", f"=,{SIZE}"),),
        "algorithm in upper case": (LINE.replace("sha256", "SHA256"),),
        "no size": (LINE.replace(f",{SIZE}", ","),),
        "same line twice": (LINE * 2,),
        "quoted name": (LINE.replace(DEFLATED_PATH, f'"{DEFLATED_PATH}"'),),
        "empty line": (f"\n{LINE}",),
        "folder": (f"{LINE}app/,,\n", "its RECORD lists folders: app/"),
        "folder without slash": (f"{LINE}app,,\n", "its RECORD lists folders: app"),
        "folder with size and hash": (
            f"{LINE}app/,sha256={digest('sha256', b'')},0\n",
            "its RECORD lists folders: app/",
        ),
        "folders": (
            f"{LINE}app/,,\n{INFO}/,,\n",
            f"its RECORD lists folders: app/, {INFO}/",
        ),
        "path that looks absolute": (f"/{LINE}", f"its RECORD has paths in another spelling: /{DEFLATED_PATH}"),
        "path from here": (f"./{LINE}", f"its RECORD has paths in another spelling: ./{DEFLATED_PATH}"),
        "path with backslashes": (
            LINE.replace("/", "\\", 1),
            "its RECORD has paths in another spelling: app\\deflated.py",
        ),
        "path in two spellings": (f"{LINE}./{LINE}", f"its RECORD has paths in another spelling: ./{DEFLATED_PATH}"),
        "line of RECORD that looks absolute": (
            f"{LINE}/{INFO}/RECORD,,\n",
            f"its RECORD has paths in another spelling: /{INFO}/RECORD",
        ),
        "line of RECORD with hash": (f"{LINE}{INFO}/RECORD,sha256={digest('sha256', b'x')},1\n",),
        "line of a signature": (f"{LINE}{INFO}/RECORD.jws,,\n{INFO}/RECORD.p7s,,\n",),
    }.items():
        yield OddWheel(f"RECORD: {name}", build(members(record=right.replace(LINE, new).encode())), tuple(warnings))
    for algorithm in sorted(hashlib.algorithms_guaranteed - {"md5", "sha1"}):
        for notation in ("base64", "hexadecimal"):
            line = f"{DEFLATED_PATH},{algorithm}={_stated(algorithm, notation)},{SIZE}\n"
            warnings = []
            if notation == "hexadecimal":
                warnings.append(NOTATION)
            if algorithm not in {"sha256", "sha384", "sha512"}:
                warnings.append(f"its RECORD has hashes of rare algorithms: {algorithm}")
            content = build(members(record=right.replace(LINE, line).encode()))
            yield OddWheel(f"RECORD: {algorithm} in {notation}", content, tuple(warnings))
    for name, record in {
        "byte order mark": f"\ufeff{right}",
        "lines that end with CR and LF": right.replace("\n", "\r\n"),
        "byte order mark, CR and LF": "\ufeff" + right.replace("\n", "\r\n"),
        "no line of its own": right.replace(f"{INFO}/RECORD,,\n", ""),
        "last line without an end": right.removesuffix("\n"),
    }.items():
        yield OddWheel(f"RECORD: {name}", build(members(record=record.encode())))
    rows = [f"{path},sha256={hashlib.sha256(FILES[path]).hexdigest()},{len(FILES[path])}\n" for path in FILES]
    shown = f"{STORED_PATH}, {DEFLATED_PATH}, {INFO}/METADATA and 1 more"
    every = build(members(record="".join(rows).encode()))
    yield OddWheel("RECORD: all in hexadecimal", every, (f"its RECORD has hashes in another notation: {shown}",))
    folder = [Entry(b"app/"), Entry(b"app/empty/"), *members(record=f"{right}app/empty/,,\n".encode())]
    yield OddWheel("RECORD: empty folder", build(folder), ("its RECORD lists folders: app/empty/",))
    signed = [*members(), Entry(f"{INFO}/RECORD.jws".encode(), b"{}"), Entry(f"{INFO}/RECORD.p7s".encode(), b"")]
    yield OddWheel("RECORD: signatures", build(signed))


def _stated(algorithm: str, notation: str) -> str:
    hashed = hashlib.new(algorithm, CONTENT)
    raw = hashed.digest(32) if algorithm.startswith("shake") else hashed.digest()  # type: ignore[call-arg]
    return raw.hex() if notation == "hexadecimal" else base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _wheel_files() -> Iterator[OddWheel]:
    def changed(name: str, old: bytes, new: bytes, *warnings: str, filename: str = FILENAME) -> OddWheel:
        content = build(members(FILES | {f"{INFO}/WHEEL": WHEEL.replace(old, new)}))
        return OddWheel(f"WHEEL: {name}", content, warnings, filename)

    tag, with_build = b"Tag: py3-none-any\n", "app-1.0-7-py3-none-any.whl"
    without = "its WHEEL has no Build, but the filename has 7"
    newer = "its WHEEL has the Wheel-Version 1.9, newer than the supported 1.0"
    lost = "its WHEEL has the Build '7', but the filename has none"
    yield changed("no tag", tag, b"", "its WHEEL has no Tag")
    yield changed("empty tag", tag, b"Tag:\n", "its WHEEL has no Tag")
    yield changed("empty tag beside the right one", tag, b"Tag:\n" + tag, "its WHEEL has an empty Tag")
    yield changed("tag twice", tag, tag * 2)
    yield changed("lost build", tag, tag + b"Build: 7\n", lost)
    yield changed("gained build", tag, tag, without, filename=with_build)
    yield changed("empty build", tag, tag + b"Build:\n", without, filename=with_build)
    yield changed("build with zeros", tag, tag + b"Build: 007\n", filename=with_build)
    twice = tag + b"Build: 7\nBuild: 7\n"
    yield changed("build twice", tag, twice, "its WHEEL has the Build 2 times", filename=with_build)
    yield changed("no Root-Is-Purelib", b"Root-Is-Purelib: true\n", b"")
    yield changed("newer minor version", b"Version: 1.0", b"Version: 1.9", newer)
    yield changed("lines that end with CR and LF", b"\n", b"\r\n")


def _data_folders() -> Iterator[OddWheel]:
    def brings(*paths: str) -> bytes:
        return build(members(FILES | {path: f"{path}\n".encode() for path in paths}))

    for folder in ("App-1.0.data", "app-1.data", "APP-1.0.0.data"):
        content = brings(f"{folder}/purelib/more.py", f"{folder}/data/share/app/more")
        yield OddWheel(f"data folder {folder}", content, (f"its folder {folder} is read as app-1.0.data",))
    numbered = brings("app-1.0-7.data/scripts/app-tool")
    yield OddWheel(
        "data folder with the build of the filename",
        numbered,
        (
            "its WHEEL has no Build, but the filename has 7",
            "its folder app-1.0-7.data is read as app-1.0.data",
        ),
        "app-1.0-7-py3-none-any.whl",
    )
    stated = FILES | {f"{INFO}/WHEEL": WHEEL + b"Build: 7\n", "app-1.0-7.data/headers/app.h": b""}
    yield OddWheel(
        "data folder with the build of WHEEL",
        build(members(stated)),
        (
            "its WHEEL has the Build '7', but the filename has none",
            "its folder app-1.0-7.data is read as app-1.0.data",
        ),
    )
    yield OddWheel(
        "data folder in two spellings",
        brings("app-1.0.data/purelib/one.py", "App-1.0.data/purelib/two.py"),
        ("its folder App-1.0.data is read as app-1.0.data",),
    )
    yield OddWheel("data in shared folders", brings("app-1.0.data/data/share/app/x", "app-1.0.data/data/etc/app/x"))
    for below in ("LICENSE", "docs/index.html", "share", "home/pyodide/app-notes.txt", "opt/app/x", "tmp/app/x"):
        warning = f"it has files directly below sys.prefix: {below}"
        yield OddWheel(f"data {below}", brings(f"app-1.0.data/data/{below}"), (warning,))
    several = ("CHANGES", "LICENSE", "README", "docs/a", "docs/b")
    yield OddWheel(
        "data in five places",
        brings(*(f"app-1.0.data/data/{below}" for below in several)),
        ("it has files directly below sys.prefix: CHANGES, LICENSE, README and 2 more",),
    )


def _entry_points() -> Iterator[OddWheel]:
    both = "it has a script in console_scripts and gui_scripts: app-run"
    for name, (text, *warnings) in {
        "script in both groups": ("[console_scripts]\napp-run = app:x\n[gui_scripts]\napp-run = app:x\n", both),
        "script of both groups that differs": (
            "[gui_scripts]\napp-run = app:x\n[console_scripts]\napp-run = app:y\n",
            both,
        ),
        "comment with a number sign": ("# a comment\n[console_scripts]\n# another\napp-run = app:x\n",),
        "assignment after a semicolon": ("[console_scripts]\n; app-old = app:x\napp-run = app:x\n",),
        "semicolon before the first group": ("; a comment\n[console_scripts]\napp-run = app:x\n",),
        "lines that end with CR and LF": ("[console_scripts]\r\napp-run = app:x\r\n",),
    }.items():
        content = build(members(FILES | {f"{INFO}/entry_points.txt": text.encode()}))
        yield OddWheel(f"entry points: {name}", content, tuple(warnings))


def _metadata() -> Iterator[OddWheel]:
    for name, content in {
        "lines that end with CR and LF": METADATA.replace(b"\n", b"\r\n"),
        "lines that end with CR": METADATA.replace(b"\n", b"\r"),
        "line of an envelope": b"From app\n" + METADATA,
        "name in another spelling": METADATA.replace(b": app", b": App"),
    }.items():
        yield OddWheel(f"METADATA: {name}", build(members(FILES | {f"{INFO}/METADATA": content})))
    for text, rest in {
        "Requires-Python: >=3.6.*": "Requires-Python '>=3.6.*' is not a version specifier; it is read as '>=3.6'",
        "Requires-Python: >= 3.5.*": "Requires-Python '>= 3.5.*' is not a version specifier; it is read as '>=3.5'",
        "Requires-Python: !=3.3*": "Requires-Python '!=3.3*' is not a version specifier; it is read as '!=3.3.*'",
        'Requires-Python: ">=3.6"': "Requires-Python '\">=3.6\"' is not a version specifier; it is read as '>=3.6'",
        "Requires-Python: 3": "Requires-Python '3' is not a version specifier; it is ignored",
        "Requires-Python: ~=3": "Requires-Python '~=3' is not a version specifier; it is ignored",
        "Requires-Python: UNKNOWN": "Requires-Python 'UNKNOWN' is not a version specifier; it is ignored",
        "Requires-Python: >=3.6,": "Requires-Python '>=3.6,' is not a version specifier; it is read as '>=3.6'",
        **{
            f"Requires-Dist: {line}; extra == 'x'": (
                f"""Requires-Dist "{line}; extra == 'x'" is not a requirement; it is read as '{read}; extra == "x"'"""
            )
            for line, read in {
                "b>=4.0.*": "b>=4.0",
                "b>=1,": "b>=1",
                "b (>=1.0,)": "b>=1.0",
                "b>=1<2": "b<2,>=1",
                "b>=`1`": "b>=1",
            }.items()
        },
        "Requires-Dist: b; python_version ~= '3'": (
            'python_version ~= "3" is undefined and counts as false, in Requires-Dist "b; python_version ~= \'3\'"'
        ),
        "Requires-Dist: b; 'x' in extras": (
            '"x" in extras is undefined and counts as false, in Requires-Dist "b; \'x\' in extras"'
        ),
    }.items():
        content = build(members(FILES | {f"{INFO}/METADATA": METADATA + f"{text}\n".encode()}))
        yield OddWheel(f"METADATA: {text}", content, (rest,))


def _names() -> Iterator[OddWheel]:
    """Yield names that every object of JavaScript has."""
    for name in ("constructor", "toString", "hasOwnProperty", "valueOf", "__defineGetter__", "prototype"):
        for kind, paths in {
            "file": (name, f"app/{name}"),
            "module": (f"{name}.py", f"app/{name}.py"),
            "folder": (f"{name}/__init__.py", f"app/{name}/{name}/{name}"),
            "script": (f"app-1.0.data/scripts/{name}",),
        }.items():
            content = build(members(FILES | {path: f"{path}\n".encode() for path in paths}))
            yield OddWheel(f"{kind} named {name}", content)
        text = f"[console_scripts]\n{name} = app:{name}\n"
        yield OddWheel(f"entry point named {name}", build(members(FILES | {f"{INFO}/entry_points.txt": text.encode()})))

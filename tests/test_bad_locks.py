"""Locks that are refused: each with its error, and without a change."""

from __future__ import annotations

import asyncio
import contextlib
import re
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, strategies as st

import wherry
from tests.harness.environments import PYODIDE_314
from tests.harness.foreign_locks import pip_on_linux
from tests.harness.index_files import make_wheel
from tests.harness.locks import lock_text, make_installer, package_table, tree, url_of, wheel_table
from tests.harness.memory_fetcher import JSON_URL, MemoryFetcher
from tests.harness.shelf import shelf
from wherry.index.fetcher import Response
from wherry.installer import Installer

if TYPE_CHECKING:
    from collections.abc import Mapping

PLATFORM = "cp314-cp314-pyemscripten_2026_0_wasm32"
APP = make_wheel("app", "1", requires=["lib<2"])
LIB = make_wheel("lib", "1")
LIB_2 = make_wheel("lib", "2")
LINUX = make_wheel("lib", "1", tag="cp314-cp314-manylinux_2_28_x86_64")
OTHER_LIB = make_wheel("other", "1", files={"lib.py": "other"})
OLD = make_wheel("old", "1", requires_python="<3.14")
INDEX = (APP, LIB, LIB_2, LINUX, OTHER_LIB, OLD)
MAKE = "make a lock in the runtime that will use it: await wherry.lock(…)"
REMOTE = "https://index.example.org/app/pylock.toml"
ABSENT = "https://index.example.org/app/none/pylock.toml"
LIBRARIES = "tool.wherry.shared-libraries"


@dataclass(frozen=True)
class Bad:
    """A lock, as text or bytes, with the class and the text of its error.

    ``at`` is the URL that it is read from, if any; ``instead`` has answers to requests.
    """

    lock: str | bytes
    message: str
    error: type[wherry.WherryError] = wherry.InvalidLock
    at: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)
    instead: Mapping[str, bytes] = field(default_factory=dict)


def of_wheel(**changes: Any) -> str:
    return lock_text(package_table(LIB, wheels=[wheel_table(LIB, **changes)]))


def of_library(*libraries: object) -> str:
    return lock_text(LIB, tool={"wherry": {"shared-libraries": [*libraries]}})


def of_tool(**tables: object) -> str:
    return lock_text(LIB, tool={"wherry": tables})


LIBRARY: dict[str, Any] = {
    "name": "libx",
    "version": "1",
    "url": "https://example.org/libx.zip",
    "hashes": {"sha256": "00"},
}
AT_LIB = "the given lock, line 4, packages[0] (lib): "
IN_LIBRARY = f"the given lock: {LIBRARIES}[0]: "
NOT_ON_THE_WEB = "cannot be followed; a lock on the web may name https: and http: only"
BAD: dict[str, Bad] = {
    "nothing": Bad("", "the given lock: it has no lock-version, so it is no pylock.toml"),
    "a web page": Bad("<!doctype html>\n", "the given lock, line 1: not valid TOML: Invalid statement"),
    "JSON": Bad("{}\n", "the given lock, line 1: not valid TOML: Invalid statement"),
    "a requirements file": Bad("app==1\n", "the given lock, line 1: not valid TOML: Invalid value"),
    "pyproject.toml": Bad("[project]\nname = 'x'\n", "the given lock: it has no lock-version, so it is no pylock.toml"),
    "an open array": Bad("a = [\n", "the given lock: not valid TOML: Invalid value"),
    "a key twice": Bad("a = 1\na = 2\n", "the given lock, line 2: not valid TOML: Cannot overwrite a value"),
    "a NUL": Bad("a = 1\n\0", "the given lock, line 2: not valid TOML: Invalid statement"),
    "deep nesting": Bad(f"a = {'[' * 99_999}\n", "the given lock: not valid TOML: it nests deeper than 50 levels"),
    "a deep key": Bad(f"{'a.' * 99_999}a = 1\n", "the given lock: not valid TOML: it nests deeper than 50 levels"),
    "no text": Bad(b"\xff\xfe\n", f"{REMOTE}: it is not text in UTF-8: invalid start byte", at=REMOTE),
    "a huge file": Bad(
        b"#" * (2**24 + 1),
        f"{REMOTE} is too large: it has more than 16.8 MB; to accept it, raise the limit with "
        "Network(max_metadata_size=…)",
        wherry.AnswerTooLarge,
        at=REMOTE,
    ),
    "no file": Bad("", f"{ABSENT} answered with HTTP status 404", wherry.RefusedByIndex, at=ABSENT),
    "no version": Bad(
        lock_text(LIB, lock_version=None), "the given lock: it has no lock-version, so it is no pylock.toml"
    ),
    **{
        f"version {version!r}": Bad(
            lock_text(LIB, lock_version=version),
            f"the given lock: lock-version {version!r} is not supported; update wherry, or make the lock again with a "
            "tool that writes version 1.0",
        )
        for version in ("2.0", "x", 1, 1.0, True, ["1.0"])
    },
    "no packages": Bad('lock-version = "1.0"\ncreated-by = "x"\n', "the given lock: packages is missing"),
    "no creator": Bad(lock_text(LIB, created_by=None), "the given lock: created-by is missing"),
    "packages that are a table": Bad(
        'lock-version = "1.0"\ncreated-by = "x"\n[packages]\n',
        "the given lock: packages: Unexpected type dict (expected Sequence)",
    ),
    "a package without a file": Bad(
        lock_text({"name": "lib", "version": "1"}),
        f"{AT_LIB}Exactly one of vcs, directory, archive must be set if sdist and wheels are not set",
    ),
    "a name with control characters": Bad(
        lock_text({"name": "lib\x1b[31m"}),
        "the given lock, line 4, packages[0] (lib\\x1b[31m): name: Name 'lib\\x1b[31m' is not normalized",
    ),
    "no hashes": Bad(of_wheel(hashes={}), f"{AT_LIB}wheels[0].hashes: At least one hash must be provided"),
    "no table of hashes": Bad(of_wheel(hashes=None), f"{AT_LIB}wheels[0].hashes is missing"),
    "MD5 alone": Bad(
        of_wheel(hashes={"md5": "00"}),
        f"{AT_LIB}{LIB.filename} has no hash that protects it (md5); a lock needs SHA-256 or a stronger one",
    ),
    "two versions that apply": Bad(
        lock_text(LIB, LIB_2),
        "the given lock, line 9, packages[1] (lib): packages[0] has the same name, and both apply here",
    ),
    "a wheel of another project": Bad(
        of_wheel(url=url_of(APP)),
        f"{AT_LIB}wheels[0]: Name in '{APP.filename}' is not consistent with package name 'lib'",
    ),
    "a wheel of another version": Bad(
        of_wheel(url=url_of(LIB_2)),
        f"{AT_LIB}wheels[0]: Version in '{LIB_2.filename}' is not consistent with package version '1'",
    ),
    "a wheel whose content is another project": Bad(
        of_wheel(name=LIB.filename, url=url_of(APP), hashes={"sha256": APP.sha256}, size=None),
        f"{LIB.filename} is not a valid wheel: its folder app-1.dist-info belongs to another release",
        wherry.InvalidWheel,
    ),
    "wheels of another platform": Bad(
        lock_text(APP, LINUX),
        f"the given lock: it has no file for this runtime ({PLATFORM}): lib 1 has manylinux_2_28_x86_64; {MAKE}",
    ),
    "pip's lock on Linux": Bad(
        pip_on_linux(),
        f"the given lock: it has no file for this runtime ({PLATFORM}): msgpack 1.2.4 has "
        f"manylinux2014_x86_64.manylinux_2_17_x86_64; {MAKE}",
    ),
    "an sdist alone": Bad(
        lock_text({"name": "lib", "version": "1", "sdist": {"path": "lib-1.tar.gz", "hashes": {"sha256": "00"}}}),
        f"the given lock: it has no file for this runtime ({PLATFORM}): lib 1 has only an sdist, which wherry never "
        f"builds; {MAKE}",
    ),
    "a repository": Bad(
        lock_text({"name": "lib", "vcs": {"type": "git", "url": "https://example.org/r", "commit-id": "00"}}),
        f"the given lock: it has no file for this runtime ({PLATFORM}): lib is source code, which wherry never builds; "
        f"{MAKE}",
    ),
    "a directory": Bad(
        lock_text({"name": "lib", "directory": {"path": "."}}),
        f"the given lock: it has no file for this runtime ({PLATFORM}): lib is source code, which wherry never builds; "
        f"{MAKE}",
    ),
    "a negative size": Bad(of_wheel(size=-1), f"{AT_LIB}{LIB.filename} cannot have -1 bytes"),
    "an impossible size": Bad(of_wheel(size=10**400), f"{AT_LIB}{LIB.filename} cannot have 1{'0' * 99}… bytes"),
    "a huge size": Bad(
        of_wheel(size=10**12),
        f"{url_of(LIB)} is too large: 1000.0 GB are announced, more than 536.9 MB; to accept it, raise the limit with "
        "Network(max_archive_size=…)",
        wherry.AnswerTooLarge,
    ),
    "a smaller size": Bad(
        of_wheel(size=9),
        f"{url_of(LIB)} does not match the given lock: expected 9 bytes, got more",
        wherry.IntegrityError,
    ),
    "a larger size": Bad(
        of_wheel(size=99_999),
        f"{url_of(LIB)} does not match the given lock: expected 99999 bytes, got {len(LIB.content)} bytes",
        wherry.IntegrityError,
    ),
    "a wrong hash": Bad(
        of_wheel(hashes={"sha256": "00"}),
        f"{url_of(LIB)} does not match the given lock: expected sha256 00, got sha256 {LIB.sha256}",
        wherry.IntegrityError,
    ),
    "a wrong hash of the second file": Bad(
        lock_text(APP, package_table(LIB, wheels=[wheel_table(LIB, hashes={"sha256": APP.sha256})])),
        f"{url_of(LIB)} does not match the given lock: expected sha256 {APP.sha256}, got sha256 {LIB.sha256}",
        wherry.IntegrityError,
    ),
    "another file since": Bad(
        lock_text(LIB),
        f"{url_of(LIB)} does not match the given lock: expected {len(LIB.content)} bytes, got more",
        wherry.IntegrityError,
        instead={url_of(LIB): LIB_2.content + b"more"},
    ),
    "a file that is gone": Bad(
        of_wheel(url=f"https://index.example.org/files/0/{LIB.filename}"),
        f"https://index.example.org/files/0/{LIB.filename} answered with HTTP status 404",
        wherry.RefusedByIndex,
    ),
    "another Pyodide": Bad(
        of_tool(platform="pyemscripten_2025_0_wasm32", pyodide="0.29.0", requirements=["lib"]),
        "the given lock: it was made for Pyodide 0.29.0 (pyemscripten_2025_0_wasm32); this is "
        "pyemscripten_2026_0_wasm32; make a lock in the runtime that will use it: await wherry.lock('lib')",
    ),
    "another Python": Bad(
        lock_text(LIB, requires_python=">=3.15"), f"the given lock: it requires Python >=3.15; this is 3.14.2; {MAKE}"
    ),
    "a package for another Python": Bad(
        lock_text(package_table(LIB, requires_python="<3.14")),
        f"{AT_LIB}it requires Python <3.14; this is 3.14.2; {MAKE}",
    ),
    "a wheel for another Python": Bad(
        lock_text(APP, OLD),
        f"{OLD.filename} requires Python <3.14, but this is Python 3.14.2",
        wherry.UnsupportedPython,
    ),
    "other environments": Bad(
        lock_text(LIB, environments=["sys_platform == 'win32'"]),
        "the given lock: it is for other environments than this (pyemscripten_2026_0_wasm32): "
        f'sys_platform == "win32"; {MAKE}',
    ),
    **{
        f"the path {path}": Bad(
            of_wheel(url=None, path=path), f"{AT_LIB}its path {path!r} {problem} the folder of the lock"
        )
        for path, problem in (
            (f"../{LIB.filename}", "leads out of"),
            (f"a/../../{LIB.filename}", "leads out of"),
            (f"..\\{LIB.filename}", "leads out of"),
            (f"/{LIB.filename}", "is not relative to"),
            (f"\\{LIB.filename}", "is not relative to"),
            (f"//example.org/{LIB.filename}", "is not relative to"),
            (f"C:\\{LIB.filename}", "is not relative to"),
            (f"a\n/{LIB.filename}", "is not relative to"),
        )
    },
    "an encoded path": Bad(
        of_wheel(url=None, path=f"%2e%2e/{LIB.filename}"),
        f"https://index.example.org/app/%252e%252e/{LIB.filename} answered with HTTP status 404",
        wherry.RefusedByIndex,
        at=REMOTE,
    ),
    **{
        f"the address {url}": Bad(
            of_wheel(url=url),
            f"{AT_LIB}its address {url!r} cannot be followed; write it as https://host/path",
        )
        for url in (
            *(f"ftp://example.org/{LIB.filename}", f"https:{LIB.filename}", f"data:,/{LIB.filename}"),
            *(f"javascript:/{LIB.filename}", f"https://exa mple.org/{LIB.filename}"),
        )
    },
    **{
        f"the address {url} on the web": Bad(
            of_wheel(url=url),
            f"{AT_LIB.replace('the given lock', REMOTE)}its address {url!r} {NOT_ON_THE_WEB}",
            at=REMOTE,
        )
        for url in (f"file:///{LIB.filename}", f"FILE:///{LIB.filename}", f"emfs:/{LIB.filename}")
    },
    "an unknown extra": Bad(
        lock_text(LIB, extras=["fast"]), "the given lock: it has no extra 'x'; it has: fast", options={"extras": ["x"]}
    ),
    "an unknown group": Bad(
        lock_text(LIB), "the given lock: it has no dependency group 'x', and no other", options={"groups": ["x"]}
    ),
    "a long marker": Bad(
        lock_text(package_table(LIB, marker=f"os_name == '{'x' * 5000}'")),
        f"{AT_LIB}marker: it has 5013 characters, above the limit of 4300",
    ),
    "a deep marker": Bad(
        lock_text(package_table(LIB, marker=f"{'(' * 99}os_name == 'x'{')' * 99}")),
        f"{AT_LIB}marker: its parentheses nest deeper than 50 levels",
    ),
    "a marker with an unknown variable": Bad(
        lock_text(package_table(LIB, marker="nonsense == 'x'")),
        f"{AT_LIB}marker: Expected a marker variable or quoted string: nonsense == 'x'",
    ),
    "a long name of a wheel": Bad(
        of_wheel(name=f"lib-1-{'a.' * 9999}b-none-any.whl"),
        f"{AT_LIB}wheels[0]: its name has 20018 characters, above the limit of 255",
    ),
    "libraries that are no array": Bad(
        of_tool(**{"shared-libraries": "x"}), f"the given lock: {LIBRARIES} must be an array of tables"
    ),
    **{
        f"a library that is {name}": Bad(of_library(value), f"{IN_LIBRARY}it needs a name, a version, a url and hashes")
        for name, value in {
            "no table": "x",
            "empty": {},
            "without hashes": {key: value for key, value in LIBRARY.items() if key != "hashes"},
            "of a wrong type": {**LIBRARY, "url": 1},
        }.items()
    },
    "a library with MD5 alone": Bad(
        of_library({**LIBRARY, "hashes": {"md5": "00"}}), f"{IN_LIBRARY}it has no SHA-256, nor a stronger hash"
    ),
    "a library with an invalid version": Bad(
        of_library({**LIBRARY, "version": "x"}), f"{IN_LIBRARY}Invalid version: 'x'"
    ),
    "a library out of the folder": Bad(
        of_library({**LIBRARY, "url": "../libx.zip"}),
        f"{IN_LIBRARY}its path '../libx.zip' leads out of the folder of the lock",
    ),
    "a library with a negative size": Bad(of_library({**LIBRARY, "size": -1}), f"{IN_LIBRARY}its size cannot be -1"),
    "a library twice": Bad(of_library(LIBRARY, LIBRARY), f"the given lock: {LIBRARIES}[1]: the lock has another libx"),
    "a library with the name of a package": Bad(
        of_library({**LIBRARY, "name": "Lib"}), f"{IN_LIBRARY}the lock has another lib"
    ),
    "a library with a wrong hash": Bad(
        of_library(LIBRARY),
        "https://example.org/libx.zip does not match the given lock: expected sha256 00, got sha256 "
        "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881",
        wherry.IntegrityError,
        instead={"https://example.org/libx.zip": b"x"},
    ),
}


async def refusal(folder: Path, bad: Bad) -> wherry.WherryError:
    content = bad.lock if isinstance(bad.lock, bytes) else bad.lock.encode()
    answers = {REMOTE: content, **bad.instead}
    instead = {url: Response(url, 200, body) for url, body in answers.items()}
    subject, _ = make_installer(folder, INDEX, instead=instead)
    await subject.install("app", deps=False)
    before = tree(folder)
    with pytest.raises(wherry.WherryError) as caught:
        await subject.install_lock(bad.at or str(bad.lock), **bad.options)
    assert tree(folder) == before
    return caught.value


@pytest.mark.parametrize("name", BAD)
async def test_a_bad_lock_is_refused_with_its_error_and_changes_nothing(tmp_path: Path, name: str) -> None:
    bad = BAD[name]
    error = await refusal(tmp_path, bad)
    assert (type(error), str(error)) == (bad.error, bad.message)
    assert error.facts()


async def test_files_that_would_replace_those_of_another_project_are_refused(tmp_path: Path) -> None:
    subject, _ = make_installer(tmp_path, INDEX)
    with pytest.raises(wherry.InstallConflict) as caught:
        await subject.install_lock(lock_text(OTHER_LIB, LIB))
    assert caught.value.overwrite
    assert subject.installed() == ()


LOCK = lock_text(
    package_table(APP, marker="'fast' in extras or os_name == 'posix'", requires_python=">=3.11"),
    package_table(LIB, dependencies=[{"name": "app"}]),
    package_table(OTHER_LIB, marker="sys_platform == 'win32'"),
    requires_python=">=3.11",
    extras=["fast"],
    tool={"wherry": {"requirements": ["app", "lib"], "platform": "pyemscripten_2026_0_wasm32"}},
)
WORDS = (
    "1",
    '"x"',
    "[]",
    "{}",
    '"sha256"',
    '"../x-1-py3-none-any.whl"',
    '"lib"',
    '"1"',
    "-1",
    '""',
    "\0",
    "true",
    "wherry",
)


def ends_well(lock: str) -> bool:
    """Return whether a lock is installed, or refused without a change."""
    with tempfile.TemporaryDirectory() as folder:
        subject, _ = make_installer(Path(folder), INDEX)
        before = tree(Path(folder))
        try:
            asyncio.run(subject.install_lock(lock))
        except wherry.WherryError as error:
            return bool(str(error)) and tree(Path(folder)) == before
        return not subject.check().broken


@given(
    st.lists(
        st.tuples(st.integers(0, len(LOCK)), st.integers(0, 30), st.sampled_from(WORDS) | st.text(max_size=3)),
        min_size=1,
        max_size=3,
    )
)
def test_a_mutated_lock_is_installed_or_refused(changes: list[tuple[int, int, str]]) -> None:
    text = LOCK
    for start, length, new in changes:
        text = text[:start] + new + text[start + length :]
    assert ends_well(text + "\n")


TOKENS = re.findall(r'"[^"]*"|[\w.-]+|\S', LOCK)


@given(st.integers(0, len(TOKENS) - 1), st.sampled_from(WORDS), st.integers(0, len(TOKENS) - 1), st.sampled_from(WORDS))
def test_a_lock_with_other_values_is_installed_or_refused(one: int, value: str, other: int, more: str) -> None:
    places = [found.span() for found in re.finditer(r'"[^"]*"|[\w.-]+|\S', LOCK)]
    text = LOCK
    for number, new in sorted({one: value, other: more}.items(), reverse=True):
        start, end = places[number]
        text = text[:start] + new + text[end:]
    assert ends_well(text)


VALUES = st.recursive(
    st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(st.characters(codec="ascii"), max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*LIBRARY, "x"]), inner, max_size=4),
    max_leaves=6,
)
KEYS = ("platform", "pyodide", "requirements", "exclude-newer", "shared-libraries", "origin")


@given(VALUES | st.dictionaries(st.sampled_from(KEYS), VALUES), VALUES | st.just({"origin": "distribution"}))
def test_any_tables_of_wherry_are_used_or_refused(table: object, of_package: object) -> None:
    lock = lock_text(package_table(LIB, tool={"wherry": of_package}), tool={"wherry": table})
    assert asyncio.run(is_used_or_refused(lock))


async def is_used_or_refused(lock: str) -> bool:
    subject = Installer(
        index_urls=[JSON_URL],
        fetcher=MemoryFetcher([LIB]),
        destination=shelf(),
        environment=PYODIDE_314,
        distribution={},
    )
    made: list[wherry.Resolution | wherry.Lock] = []
    for attempt in (subject.resolve_lock(lock), subject.lock("lib", existing=lock)):
        with contextlib.suppress(wherry.WherryError):
            made.append(await attempt)
    return all(one.pins["lib"] == "1" for one in made)

"""Reading pylock.toml: what is accepted, and the place of each fault."""

from __future__ import annotations

import copy
import json
import logging
import tomllib
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, strategies as st
from packaging.version import Version

from tests.harness.index_files import make_wheel
from tests.harness.locks import lock_file, lock_text, package_table, wheel_table
from wherry.errors import InvalidLock
from wherry.formats.pylock import read_lock, read_lock_document
from wherry.formats.pylock_faults import entry_of, line_of

if TYPE_CHECKING:
    from packaging.pylock import Pylock

LIB = make_wheel("lib", "1")
APP = make_wheel("app", "1")
TIME = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
FULL: dict[str, Any] = {
    "lock-version": "1.0",
    "created-by": "a test",
    "requires-python": ">=3.11",
    "environments": ["sys_platform == 'emscripten'"],
    "extras": ["fast"],
    "dependency-groups": ["test"],
    "default-groups": ["default"],
    "packages": [
        {
            "name": "app",
            "version": "1",
            "marker": "'fast' in extras",
            "requires-python": ">=3.11",
            "index": "https://example.org/simple",
            "dependencies": [{"name": "lib"}],
            "sdist": {"name": "app-1.tar.gz", "path": "app-1.tar.gz", "hashes": {"sha256": "00"}},
            "wheels": [wheel_table(APP, **{"upload-time": "2026-01-02T03:04:05Z"})],
            "attestation-identities": [{"kind": "publisher"}],
            "tool": {"wherry": {"origin": "distribution"}},
        },
        {
            "name": "lib",
            "archive": {"path": "wheels/lib-1-py3-none-any.whl", "size": 9, "hashes": {"sha256": "00"}},
        },
        {"name": "repository", "vcs": {"type": "git", "url": "https://example.org/r", "commit-id": "00"}},
        {"name": "folder", "directory": {"path": "folder", "editable": True}},
    ],
    "tool": {"wherry": {"requirements": ["app"]}},
}


def read(text: str) -> Pylock:
    lock, warnings = read_lock(text, "pylock.toml")
    assert warnings == ()
    return lock


def refusal(text: str) -> InvalidLock:
    with pytest.raises(InvalidLock) as caught:
        read_lock(text, "pylock.toml")
    return caught.value


def test_a_lock_of_all_fields_is_read() -> None:
    lock, warnings = read_lock_document(FULL, "", "pylock.toml")
    assert warnings == ()
    assert [package.name for package in lock.packages] == ["app", "lib", "repository", "folder"]
    assert lock.packages[0].wheels is not None
    assert lock.packages[0].wheels[0].upload_time == TIME
    assert lock.packages[1].archive is not None
    assert lock.packages[1].archive.size == 9


@pytest.mark.parametrize("time", [TIME, TIME.isoformat(), "2026-01-02T03:04:05Z"], ids=str)
def test_upload_times_are_times_or_text_in_iso_8601(time: object) -> None:
    lock = read(lock_text(package_table(LIB, wheels=[wheel_table(LIB, **{"upload-time": time})])))
    assert lock.packages[0].wheels is not None
    assert lock.packages[0].wheels[0].upload_time == TIME


def test_a_document_without_times_equals_the_text_but_for_them() -> None:
    table = package_table(LIB, wheels=[wheel_table(LIB, **{"upload-time": TIME})])
    document = tomllib.loads(lock_text(package_table(LIB)))
    text = lock_text(table)
    found, _ = read_lock_document(json.loads(json.dumps(document)), text, "pylock.toml")
    assert found == read(lock_text(package_table(LIB)))


def test_a_newer_minor_version_is_read_with_one_warning(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        lock, warnings = read_lock(lock_text(LIB, lock_version="1.1", novelty=True), "pylock.toml")
    assert lock.lock_version == Version("1.1")
    said = "pylock.toml has the format 1.1; this wherry reads 1.0, and ignores what is new in it"
    assert warnings == (said,)
    assert caplog.records == []


def test_entries_have_their_position_their_name_and_their_line() -> None:
    text = lock_text(APP, LIB)
    assert entry_of(lock_file(APP, LIB).content, 1) == "packages[1] (lib)"
    assert text.splitlines()[line_of(text, 0) - 1] == "[[packages]]"  # type: ignore[operator]
    assert [line_of(text, position) for position in range(3)] == [4, 9, None]
    spaced = "packages = []\n [[ packages ]]  # the first\n\t[[packages]]"
    assert [line_of(spaced, position) for position in range(2)] == [2, 3]


NOT_TOML = {
    "": "pylock.toml: it has no lock-version, so it is no pylock.toml",
    "<!doctype html>\n": "pylock.toml, line 1: not valid TOML: Invalid statement",
    "{}": "pylock.toml, line 1: not valid TOML: Invalid statement",
    "a = 1\n\nb = ?\n": "pylock.toml, line 3: not valid TOML: Invalid value",
    "a = 1\na = 2\n": "pylock.toml, line 2: not valid TOML: Cannot overwrite a value",
    "[a]\n[a]\n": "pylock.toml, line 2: not valid TOML: Cannot declare ('a',) twice",
    "a = 'x\0'\n": "pylock.toml, line 1: not valid TOML: Found invalid character '\\x00'",
    "a = [": "pylock.toml: not valid TOML: Invalid value",
    f"a = {'9' * 5000}\n": "pylock.toml: not valid TOML: Exceeds the limit",
    f"a = {'[' * 5000}\n": "pylock.toml: not valid TOML: it nests deeper than 50 levels",
    f"{'a.' * 5000}b = 1\n": "pylock.toml: not valid TOML: it nests deeper than 50 levels",
    "a = 2026-13-01\n": "pylock.toml, line 1: not valid TOML: Expected newline or end of document",
}


@pytest.mark.parametrize("text", NOT_TOML, ids=lambda text: repr(text[:20]))
def test_what_is_not_toml_is_refused_with_its_line(text: str) -> None:
    assert str(refusal(text)).startswith(NOT_TOML[text])


@pytest.mark.parametrize("version", ["2.0", "2.0rc1", "0.9", "1.0rc1", "x", "", "1" * 99, 1, 1.0, True, [], {}])
def test_other_versions_of_the_format_are_refused(version: object) -> None:
    error = refusal(lock_text(LIB, lock_version=version))
    assert error.problem.startswith("lock-version ")
    assert error.problem.endswith(" is not supported")
    assert error.hint == "update wherry, or make the lock again with a tool that writes version 1.0"


def changed(path: str, value: object) -> dict[str, Any]:
    """Return ``FULL`` with another value at ``path``; ``None`` leaves the key out."""
    document = copy.deepcopy(FULL)
    *keys, last = [int(key) if key.isdecimal() else key for key in path.split(".")]
    table: Any = document
    for key in keys:
        table = table[key]
    if value is None:
        del table[last]
    else:
        table[last] = value
    return document


FAULTS: list[tuple[str, Any, str]] = [
    ("lock-version", None, "pylock.toml: it has no lock-version, so it is no pylock.toml"),
    ("created-by", None, "pylock.toml: created-by is missing"),
    ("created-by", 1, "pylock.toml: created-by: Unexpected type int (expected str)"),
    ("packages", None, "pylock.toml: packages is missing"),
    ("packages", {}, "pylock.toml: packages: Unexpected type dict (expected Sequence)"),
    ("packages", "x", "pylock.toml: packages: Unexpected type str (expected Sequence)"),
    ("packages", [1], "pylock.toml, packages[0] (without a name): Unexpected type int (expected Mapping)"),
    ("environments", "x", "pylock.toml: environments: Unexpected type str (expected Sequence)"),
    ("environments", [1], "pylock.toml: environments[0]: Unexpected type int (expected str)"),
    (
        "environments",
        ["nonsense"],
        "pylock.toml: environments[0]: Expected a marker variable or quoted string: nonsense",
    ),
    ("environments", ["x" * 4301], "pylock.toml: environments: it has 4301 characters, above the limit of 4300"),
    ("requires-python", "3", "pylock.toml: requires-python: Invalid specifier: '3'"),
    ("requires-python", 3, "pylock.toml: requires-python: Unexpected type int (expected str)"),
    ("extras", ["Not_Normal"], "pylock.toml: extras[0]: Name 'Not_Normal' is not normalized"),
    ("dependency-groups", [1], "pylock.toml: dependency-groups[0]: Unexpected type int (expected str)"),
    ("default-groups", 1, "pylock.toml: default-groups: Unexpected type int (expected Sequence)"),
    ("tool", 1, "pylock.toml: tool: Unexpected type int (expected Mapping)"),
    ("packages.0.name", None, "pylock.toml, packages[0] (without a name): name is missing"),
    ("packages.0.name", 1, "pylock.toml, packages[0] (1): name: Unexpected type int (expected str)"),
    ("packages.0.name", "x" * 999 + "_", f"pylock.toml, packages[0] ({'x' * 100}…): name: Name '{'x' * 294}…"),
    ("packages.0.name", "App", "pylock.toml, packages[0] (App): name: Name 'App' is not normalized"),
    ("packages.0.name", "a\0p", "pylock.toml, packages[0] (a\\x00p): name: Name 'a\\x00p' is not normalized"),
    (
        "packages.0.name",
        "a\x1b[31m",
        "pylock.toml, packages[0] (a\\x1b[31m): name: Name 'a\\x1b[31m' is not normalized",
    ),
    ("packages.0.version", "x", "pylock.toml, packages[0] (app): version: Invalid version: 'x'"),
    ("packages.0.version", 1, "pylock.toml, packages[0] (app): version: Unexpected type int (expected str)"),
    (
        "packages.0.version",
        "9" * 4301,
        "pylock.toml, packages[0] (app): version: it has 4301 characters, above the limit of 4300",
    ),
    ("packages.0.marker", "os_name", "pylock.toml, packages[0] (app): marker: Expected marker operator, one of <="),
    ("packages.0.marker", "nonsense == 'x'", "pylock.toml, packages[0] (app): marker: Expected a marker variable"),
    (
        "packages.0.marker",
        f"{'(' * 51}os_name == 'x'{')' * 51}",
        "pylock.toml, packages[0] (app): marker: its parentheses nest deeper than 50 levels",
    ),
    ("packages.0.requires-python", "x", "pylock.toml, packages[0] (app): requires-python: Invalid specifier: 'x'"),
    (
        "packages.0.dependencies",
        [1],
        "pylock.toml, packages[0] (app): dependencies[0]: Unexpected type int (expected Mapping)",
    ),
    ("packages.0.index", 1, "pylock.toml, packages[0] (app): index: Unexpected type int (expected str)"),
    ("packages.0.tool", [], "pylock.toml, packages[0] (app): tool: Unexpected type list (expected Mapping)"),
    (
        "packages.0.attestation-identities",
        [{}],
        "pylock.toml, packages[0] (app): attestation-identities[0].kind is missing",
    ),
    (
        "packages.0.sdist.name",
        "other-1.tar.gz",
        "pylock.toml, packages[0] (app): sdist: Name in 'other-1.tar.gz' is not consistent with package name 'app'",
    ),
    (
        "packages.0.sdist.name",
        "x" * 256,
        "pylock.toml, packages[0] (app): sdist: its name has 256 characters, above the limit of 255",
    ),
    ("packages.0.sdist.hashes", {}, "pylock.toml, packages[0] (app): sdist.hashes: At least one hash must be provided"),
    ("packages.0.wheels", {}, "pylock.toml, packages[0] (app): wheels: Unexpected type dict (expected Sequence)"),
    ("packages.0.wheels", ["x"], "pylock.toml, packages[0] (app): wheels[0]: Unexpected type str (expected Mapping)"),
    ("packages.0.wheels.0.hashes", None, "pylock.toml, packages[0] (app): wheels[0].hashes is missing"),
    (
        "packages.0.wheels.0.hashes",
        {},
        "pylock.toml, packages[0] (app): wheels[0].hashes: At least one hash must be provided",
    ),
    (
        "packages.0.wheels.0.hashes",
        {"sha256": 1},
        "pylock.toml, packages[0] (app): wheels[0].hashes: Hash values must be strings",
    ),
    (
        "packages.0.wheels.0.hashes",
        "x",
        "pylock.toml, packages[0] (app): wheels[0].hashes: Unexpected type str (expected Mapping)",
    ),
    (
        "packages.0.wheels.0.size",
        "9",
        "pylock.toml, packages[0] (app): wheels[0].size: Unexpected type str (expected int)",
    ),
    (
        "packages.0.wheels.0.size",
        True,
        "pylock.toml, packages[0] (app): wheels[0].size: Unexpected type bool (expected int)",
    ),
    (
        "packages.0.wheels.0.upload-time",
        "soon",
        "pylock.toml, packages[0] (app): wheels[0].upload-time: Unexpected type str (expected datetime)",
    ),
    ("packages.0.wheels.0.url", None, "pylock.toml, packages[0] (app): wheels[0]: path or url must be provided"),
    (
        "packages.0.wheels.0.name",
        "other-1-py3-none-any.whl",
        (
            "pylock.toml, packages[0] (app): wheels[0]: Name in 'other-1-py3-none-any.whl' is not consistent with "
            "package name 'app'"
        ),
    ),
    (
        "packages.0.wheels.0.name",
        "app-2-py3-none-any.whl",
        (
            "pylock.toml, packages[0] (app): wheels[0]: Version in 'app-2-py3-none-any.whl' is not consistent with "
            "package version '1'"
        ),
    ),
    (
        "packages.0.wheels.0.name",
        "app.whl",
        "pylock.toml, packages[0] (app): wheels[0]: Invalid wheel filename 'app.whl'",
    ),
    (
        "packages.0.vcs",
        {"type": "git", "url": "https://example.org/r", "commit-id": "00"},
        "pylock.toml, packages[0] (app): None of vcs, directory, archive must be set if sdist or wheels are set",
    ),
    (
        "packages.1.archive",
        None,
        (
            "pylock.toml, packages[1] (lib): Exactly one of vcs, directory, archive must be set if sdist and "
            "wheels are not set"
        ),
    ),
    ("packages.1.archive.path", None, "pylock.toml, packages[1] (lib): archive: path or url must be provided"),
    ("packages.2.vcs.commit-id", None, "pylock.toml, packages[2] (repository): vcs.commit-id is missing"),
    ("packages.3.directory.path", None, "pylock.toml, packages[3] (folder): directory.path is missing"),
]


@pytest.mark.parametrize(("path", "value", "message"), FAULTS)
def test_faults_have_their_place(path: str, value: object, message: str) -> None:
    with pytest.raises(InvalidLock) as caught:
        read_lock_document(changed(path, value), "", "pylock.toml")
    assert str(caught.value).startswith(message)


def test_a_fault_has_its_line_if_the_tables_are_written_one_by_one() -> None:
    error = refusal(lock_text(APP, package_table(LIB, version="x")))
    assert (error.line, error.entry) == (9, "packages[1] (lib)")
    inline = "lock-version = '1.0'\ncreated-by = 'a test'\npackages = [{ name = 'lib', version = 'x' }]\n"
    assert (refusal(inline).line, refusal(inline).entry) == (None, "packages[0] (lib)")


@pytest.mark.parametrize("document", [None, [], "x", 1])
def test_a_document_that_is_no_table_is_refused(document: object) -> None:
    with pytest.raises(InvalidLock, match="it is no table"):
        read_lock_document(document, "", "pylock.toml")


TAGS = "lib-1-" + ".".join(f"py{number}" for number in range(3000)) + "-none-any.whl"
MANY_TAGS = "lib-1-" + "-".join([".".join("abcdefghijklmnopqrst")] * 3) + ".whl"


@pytest.mark.parametrize(
    "place",
    [
        {"name": TAGS},
        {"url": f"https://example.org/{TAGS}"},
        {"url": f"https://example.org/{TAGS}?x/lib-1-py3-none-any.whl"},
        {"url": None, "path": f"a/{TAGS}"},
        {"url": None, "path": f"a\\{TAGS}"},
        {"url": None, "path": f"a?/{TAGS}"},
    ],
    ids=["name", "url", "url with a query", "path", "path with a backslash", "path with a question mark"],
)
def test_names_of_wheels_are_limited_before_their_tags_are_multiplied(place: dict[str, str | None]) -> None:
    error = refusal(lock_text(package_table(LIB, wheels=[wheel_table(LIB, **place)])))
    assert error.problem == f"wheels[0]: its name has {len(TAGS)} characters, above the limit of 255"


def test_the_number_of_tags_in_a_name_is_limited() -> None:
    error = refusal(lock_text(package_table(LIB, wheels=[wheel_table(LIB, name=MANY_TAGS)])))
    assert error.problem == "wheels[0]: its name stands for 8000 tags, above the limit of 1000"


SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20)
VALUES = st.recursive(
    SCALARS | st.sampled_from(["1.0", ">=3", "os_name == 'x'", "https://example.org/lib-1-py3-none-any.whl", 10**400]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=5,
)


def places(value: object, path: str = "") -> list[str]:
    items: list[tuple[object, Any]] = []
    if isinstance(value, dict):
        items = list(value.items())
    elif isinstance(value, list):
        items = list(enumerate(value))
    found = [path.removeprefix(".")] if path else []
    return found + [place for key, item in items for place in places(item, f"{path}.{key}")]


PLACES = places(FULL)


def is_read_or_refused(text: str, document: object = None) -> bool:
    try:
        lock, _ = read_lock(text, "x") if document is None else read_lock_document(document, text, "x")
    except InvalidLock as error:
        return str(error).startswith("x")
    return len(lock.packages) >= 0


@given(st.text() | st.binary().map(lambda content: content.decode("latin-1")))
def test_any_text_is_read_or_refused(text: str) -> None:
    assert is_read_or_refused(text)


@given(st.sampled_from(PLACES), VALUES, st.sampled_from(PLACES), VALUES)
def test_a_lock_with_any_values_is_read_or_refused(one: str, value: object, other: str, more: object) -> None:
    first, second = changed(one, value), changed(other, more)
    key = other.partition(".")[0]
    mixed = {name: second.get(name) if name == key else first.get(name) for name in FULL}
    for document in (first, mixed):
        assert is_read_or_refused("", document)


LOCK = lock_text(
    package_table(APP, marker="'fast' in extras", requires_python=">=3.11", dependencies=[{"name": "lib"}]),
    package_table(LIB, wheels=[wheel_table(LIB, **{"upload-time": TIME})], tool={"wherry": {"origin": "distribution"}}),
    requires_python=">=3.11",
    environments=["sys_platform == 'emscripten'"],
    extras=["fast"],
)
MARKS = [
    "\n",
    '"',
    "'",
    "[",
    "]",
    "{",
    "}",
    "=",
    ",",
    ".",
    "#",
    "\\",
    "\0",
    "\ud800",
    "[[packages]]",
    "0" * 5000,
    "'''",
]


@given(
    st.lists(
        st.tuples(st.integers(0, len(LOCK)), st.integers(0, 20), st.sampled_from(MARKS) | st.text(max_size=4)),
        min_size=1,
        max_size=4,
    )
)
def test_a_mutated_lock_is_read_or_refused(changes: list[tuple[int, int, str]]) -> None:
    text = LOCK
    for start, length, new in changes:
        text = text[:start] + new + text[start + length :]
    assert is_read_or_refused(text)

"""Writing pylock.toml: valid, readable, and equal after reading."""

from __future__ import annotations

import tomllib
from datetime import UTC, datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, strategies as st
from packaging.pylock import Pylock
from packaging.version import Version

from wherry.formats.pylock import read_lock
from wherry.formats.pylock_text import write_lock

if TYPE_CHECKING:
    from collections.abc import Mapping

HEAD = {"lock-version": "1.0", "created-by": "a test"}
TIME = datetime(2026, 1, 2, 3, 4, 5, 600000, tzinfo=UTC)
WHEEL: dict[str, Any] = {
    "url": "https://example.org/lib-1-py3-none-any.whl",
    "upload-time": TIME,
    "size": 9,
    "hashes": {"sha256": "00"},
}


def written(*packages: Mapping[str, Any], **tables: object) -> str:
    return write_lock(Pylock.from_dict({**HEAD, "packages": packages, **tables}))


def test_the_text_is_as_other_tools_write_it() -> None:
    package = {
        "name": "lib",
        "version": "1",
        "marker": "'fast' in extras",
        "requires-python": ">=3.11",
        "index": "https://example.org/simple",
        "dependencies": [{"name": "other"}],
        "wheels": [{key: value for key, value in WHEEL.items() if key != "upload-time"}],
        "tool": {"wherry": {"origin": "distribution"}},
    }
    text = written(
        package,
        extras=["fast"],
        tool={"wherry": {"requirements": ["lib"], "shared-libraries": [{"name": "libx", "hashes": {"sha256": "00"}}]}},
    )
    assert (
        text
        == """lock-version = "1.0"
created-by = "a test"
extras = [
    "fast",
]

[[packages]]
name = "lib"
version = "1"
marker = '"fast" in extras'
requires-python = ">=3.11"
index = "https://example.org/simple"
dependencies = [
    { name = "other" },
]
wheels = [
    { url = "https://example.org/lib-1-py3-none-any.whl", size = 9, hashes = { sha256 = "00" } },
]

[packages.tool.wherry]
origin = "distribution"

[tool.wherry]
requirements = [
    "lib",
]

[[tool.wherry.shared-libraries]]
name = "libx"
hashes = { sha256 = "00" }
"""
    )


def test_a_lock_without_packages_is_written() -> None:
    lock = Pylock(lock_version=Version("1.0"), created_by="a test", packages=[], tool={"wherry": {"platform": "x"}})
    text = write_lock(lock)
    assert tomllib.loads(text) == {**HEAD, "packages": [], "tool": {"wherry": {"platform": "x"}}}
    assert read_lock(text, "pylock.toml") == (lock, ())


@pytest.mark.parametrize(
    ("time", "text"),
    [
        (TIME, "2026-01-02T03:04:05.600000Z"),
        (TIME.replace(microsecond=0, tzinfo=None), "2026-01-02T03:04:05Z"),
        (TIME.replace(microsecond=0, tzinfo=timezone(timedelta(hours=-1))), "2026-01-02T04:04:05Z"),
        (datetime.min.replace(tzinfo=timezone(timedelta(hours=1, seconds=1))), "0001-01-01T00:00:00Z"),
        (datetime.max.replace(tzinfo=timezone(timedelta(hours=-1))), "9999-12-31T23:59:59.999999Z"),
    ],
    ids=str,
)
def test_times_are_written_in_utc(time: datetime, text: str) -> None:
    found = written({"name": "lib", "wheels": [{**WHEEL, "upload-time": time}]})
    assert f"upload-time = {text}," in found
    assert tomllib.loads(found)


@pytest.mark.parametrize(
    "text",
    ["", '"', "'", "\"'", "\\", "\n", "\0", "\x7f", "\x80", "é", "\U0001f6a3", "a" * 99, "\u2028", "'''"],
    ids=repr,
)
def test_any_text_is_read_as_it_was(text: str) -> None:
    found = written(tool={"wherry": {"requirements": [text], text: text, "tables": [{text: text}]}})
    recorded = tomllib.loads(found)["tool"]["wherry"]
    assert recorded == {"requirements": [text], text: text, "tables": [{text: text}]}


def test_a_lone_surrogate_is_replaced() -> None:
    assert tomllib.loads(written(tool={"a": {"b": "\ud800"}}))["tool"] == {"a": {"b": "?"}}


TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=9)
NAMES = st.sampled_from(["a", "b", "lib", "a-b-c"])
HASHES = st.dictionaries(st.sampled_from(["sha256", "sha512", "md5"]), TEXTS, min_size=1)
TIMES = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=st.just(UTC))  # noqa: DTZ001 - a limit
PLAIN = TEXTS | st.booleans() | st.integers() | st.floats(allow_nan=False) | TIMES | st.dates() | st.times()
TOOLS = st.dictionaries(
    TEXTS,
    st.recursive(
        PLAIN, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3), max_leaves=6
    ),
    max_size=3,
)


def without_none(table: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in table.items() if value is not None}


def some(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Draw tables whose fields may be missing."""
    optional = {key.replace("_", "-"): st.none() | values for key, values in fields.items()}
    return st.fixed_dictionaries(optional).map(without_none)


FACTS = some(size=st.integers(), upload_time=TIMES)


@st.composite
def packages(draw: st.DrawFn) -> dict[str, Any]:
    name, facts, hashes = draw(NAMES), draw(FACTS), draw(HASHES)
    stem = f"{name.replace('-', '_')}-1"
    sources: dict[str, Any] = {
        "wheels": [{"name": f"{stem}-py3-none-any.whl", "path": "x", **facts, "hashes": hashes}],
        "sdist": {"url": f"https://example.org/{stem}.tar.gz", **facts, "hashes": hashes},
        "archive": {"url": f"https://example.org/{stem}-py3-none-any.whl", "hashes": hashes, "subdirectory": "x"},
        "vcs": {"type": "git", "url": draw(TEXTS) or "x", "commit-id": draw(TEXTS)},
        "directory": {"path": draw(TEXTS), "editable": draw(st.booleans())},
    }
    keys = draw(st.sampled_from([["wheels"], ["sdist"], ["wheels", "sdist"], ["archive"], ["vcs"], ["directory"]]))
    more = draw(
        some(
            version=st.just("1"),
            marker=st.sampled_from(['"x" in extras', "os_name == 'x' or 'y' in dependency_groups"]),
            requires_python=st.just(">=3.11"),
            index=TEXTS,
            dependencies=st.lists(st.dictionaries(TEXTS, TEXTS, max_size=2), max_size=2),
            attestation_identities=st.lists(st.fixed_dictionaries({"kind": TEXTS}), max_size=2),
            tool=TOOLS,
        )
    )
    return {"name": name, **more, **{key: sources[key] for key in keys}}


LOCKS = st.builds(
    lambda head, packages: Pylock.from_dict({**HEAD, **head, "packages": packages}),
    some(
        requires_python=st.just(">=3.11"),
        environments=st.lists(st.sampled_from(["os_name == 'x'", 'sys_platform == "y"']), max_size=2),
        extras=st.lists(NAMES, max_size=2),
        dependency_groups=st.lists(TEXTS, max_size=2),
        default_groups=st.lists(TEXTS, max_size=2),
        created_by=TEXTS,
        tool=TOOLS,
    ),
    st.lists(packages(), max_size=3),
)


@given(LOCKS)
def test_what_is_written_is_read_as_it_was(lock: Pylock) -> None:
    text = write_lock(lock)
    document = tomllib.loads(text)
    assert Pylock.from_dict(document) == lock
    assert read_lock(text, "pylock.toml") == (lock, ())
    assert write_lock(read_lock(text, "pylock.toml")[0]) == text

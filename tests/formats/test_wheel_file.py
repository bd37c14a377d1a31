from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from wherry.errors import InvalidWheel
from wherry.formats.wheel_file import WheelFile, parse_wheel_file


def lines(*more: str, version: str = "1.0", tags: tuple[str, ...] = ("py3-none-any",)) -> bytes:
    return "\n".join((f"Wheel-Version: {version}", *(f"Tag: {tag}" for tag in tags), *more)).encode()


def read(content: bytes, filename: str = "app-1-py3-none-any.whl", warnings: list[str] | None = None) -> WheelFile:
    return parse_wheel_file(content, filename=filename, warnings=[] if warnings is None else warnings)


@pytest.mark.parametrize(("value", "expected"), [("True", True), ("TRUE", True), ("false", False), ("", False)])
def test_root_is_purelib_is_read(value, expected):
    content = lines(f"Root-Is-Purelib: {value}", version="1.9")
    assert read(content) == WheelFile(expected)


def test_root_is_purelib_defaults_to_false():
    assert read(lines()) == WheelFile(root_is_purelib=False)


@pytest.mark.parametrize(
    ("filename", "tags"),
    [
        ("app-1-py2.py3-none-any.whl", ("py2-none-any", "py3-none-any")),
        ("app-1-py2.py3-none-any.whl", ("py3-none-any", "py2-none-any")),
        ("app-1-py2.py3-none-any.whl", ("py2.py3-none-any",)),
        ("app-1-py3-none-a_1.b_2.whl", ("py3-none-a_1", "py3-none-b_2")),
        ("app-1-CP314-CP314-Any.whl", ("cp314-cp314-any",)),
        ("app-1-7-py3-none-any.whl", ("py3-none-any",)),
    ],
)
def test_tags_of_the_filename_are_accepted(filename, tags):
    assert read(lines(tags=tags), filename) == WheelFile(root_is_purelib=False)


@pytest.mark.parametrize(
    ("filename", "tags"),
    [
        ("app-1-py2.py3-none-any.whl", ("py3-none-any",)),
        ("app-1-py3-none-any.whl", ("py3-none-any", "py2-none-any")),
        ("app-1-py3-none-any.whl", ("py3-none-any", "py3-none")),
        ("app-1-py3-none-any.whl", ("py3-none-any-more",)),
        ("app-1-py3-none-any.whl", ("", "py2-none-any")),
    ],
)
def test_other_tags_are_refused(filename, tags):
    with pytest.raises(InvalidWheel, match="WHEEL has the tags"):
        read(lines(tags=tags), filename)


@pytest.mark.parametrize(("build", "stated"), [("7", "7"), ("07", "7"), ("7", "007"), ("7a", "7a")])
def test_the_build_of_the_filename_is_accepted(build, stated):
    assert read(lines(f"Build: {stated}"), f"app-1-{build}-py3-none-any.whl").build == stated


@pytest.mark.parametrize(("build", "stated"), [("7", "8"), ("7", "7a"), ("7", "70"), ("7", "7\nBuild: 8")])
def test_another_build_is_refused(build, stated):
    with pytest.raises(InvalidWheel, match="WHEEL has the build"):
        read(lines(f"Build: {stated}"), f"app-1-{build}-py3-none-any.whl")


@pytest.mark.parametrize(
    ("content", "filename", "warning"),
    [
        (lines(tags=()), "app-1-py3-none-any.whl", "its WHEEL has no Tag"),
        (lines(tags=("",)), "app-1-py3-none-any.whl", "its WHEEL has no Tag"),
        (lines(tags=("", "py3-none-any")), "app-1-py3-none-any.whl", "its WHEEL has an empty Tag"),
        (lines(), "app-1-7-py3-none-any.whl", "its WHEEL has no Build, but the filename has 7"),
        (lines("Build: 7"), "app-1-py3-none-any.whl", "its WHEEL has the Build '7', but the filename has none"),
        (lines("Build: 7", "Build: 07"), "app-1-7-py3-none-any.whl", "its WHEEL has the Build 2 times"),
        (
            lines(version="1.2"),
            "app-1-py3-none-any.whl",
            "its WHEEL has the Wheel-Version 1.2, newer than the supported 1.0",
        ),
    ],
)
def test_harmless_faults_are_warnings(content, filename, warning):
    warnings: list[str] = []
    read(content, filename, warnings)
    assert warnings == [warning]


@given(st.binary() | st.text(alphabet="Tag: py3-none-any.\n").map(str.encode))
def test_any_bytes_are_refused_or_read(content):
    try:
        read(content)
    except InvalidWheel:
        return
    assert b"Wheel-Version" in content


@pytest.mark.parametrize(
    "fields",
    [
        "Wheel-Version: " + "9" * 100_000,
        "Wheel-Version: 1.0\nTag: " + "x" * 100_000,
        "Wheel-Version: 1.0\n" + "Tag: x\n" * 10_000,
    ],
    ids=["version", "tag", "tags"],
)
def test_no_row_of_an_error_is_long(fields):
    with pytest.raises(InvalidWheel) as caught:
        parse_wheel_file(f"{fields}\n".encode(), filename="app-1-py3-none-any.whl", warnings=[])
    assert max(map(len, caught.value.problems)) < 350

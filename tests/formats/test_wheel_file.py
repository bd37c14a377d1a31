from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wherry.errors import InvalidWheel
from wherry.formats.wheel_file import WheelFile, parse_wheel_file


def lines(*more: str, version: str = "1.0", tags: tuple[str, ...] = ("py3-none-any",)) -> bytes:
    return "\n".join((f"Wheel-Version: {version}", *(f"Tag: {tag}" for tag in tags), *more)).encode()


@pytest.mark.parametrize(("value", "expected"), [("True", True), ("TRUE", True), ("false", False), ("", False)])
def test_root_is_purelib_is_read(value, expected):
    content = lines(f"Root-Is-Purelib: {value}", version="1.9")
    assert parse_wheel_file(content, filename="app-1-py3-none-any.whl") == WheelFile(expected)


def test_without_root_is_purelib_it_is_not():
    assert parse_wheel_file(lines(), filename="app-1-py3-none-any.whl") == WheelFile(root_is_purelib=False)


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
def test_tags_that_are_the_filenames_are_good(filename, tags):
    assert parse_wheel_file(lines(tags=tags), filename=filename) == WheelFile(root_is_purelib=False)


@pytest.mark.parametrize(
    ("filename", "tags"),
    [
        ("app-1-py2.py3-none-any.whl", ("py3-none-any",)),
        ("app-1-py3-none-any.whl", ("py3-none-any", "py2-none-any")),
        ("app-1-py3-none-any.whl", ("py3-none-any", "py3-none")),
        ("app-1-py3-none-any.whl", ("py3-none-any-more",)),
        ("app-1-py3-none-any.whl", ()),
    ],
)
def test_other_tags_are_refused(filename, tags):
    with pytest.raises(InvalidWheel, match="WHEEL has the tags"):
        parse_wheel_file(lines(tags=tags), filename=filename)


@pytest.mark.parametrize(("build", "stated"), [("7", "7"), ("07", "7"), ("7", "007"), ("7a", "7a")])
def test_a_build_that_is_the_filenames_is_good(build, stated):
    parse_wheel_file(lines(f"Build: {stated}"), filename=f"app-1-{build}-py3-none-any.whl")


@pytest.mark.parametrize(("build", "stated"), [("7-", "8"), ("7-", "7a"), ("7-", "70"), ("", "7"), ("7-", "")])
def test_another_build_is_refused(build, stated):
    with pytest.raises(InvalidWheel, match="WHEEL has the build"):
        parse_wheel_file(lines(f"Build: {stated}"), filename=f"app-1-{build}py3-none-any.whl")


@given(st.binary() | st.text(alphabet="Tag: py3-none-any.\n").map(str.encode))
def test_any_bytes_are_refused_or_read(content):
    try:
        parse_wheel_file(content, filename="app-1-py3-none-any.whl")
    except InvalidWheel:
        return
    assert b"Wheel-Version" in content

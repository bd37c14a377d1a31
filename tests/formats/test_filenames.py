from __future__ import annotations

import posixpath

import pytest
from hypothesis import given, strategies as st
from packaging.utils import InvalidWheelFilename, parse_wheel_filename

from wherry.formats.filenames import check_filename, parse_wheel_name, shown_filename


@pytest.mark.parametrize("filename", ["app-1.0-py3-none-any.whl", "app-1.0+cpu.tar.gz", "ä pp%20.zip"])
def test_a_plain_name_passes(filename):
    assert check_filename(filename) == filename


@pytest.mark.parametrize(
    "filename",
    [
        None,
        "",
        7,
        ["a.whl"],
        "..",
        ".hidden.whl",
        "../a.whl",
        "/a.whl",
        "a\\b.whl",
        "a\0.whl",
        "a\n.whl",
        "..%2Fa.whl",
        "a%5cb.whl",
    ],
)
def test_a_name_that_is_not_plain_is_refused(filename):
    with pytest.raises(ValueError, match="name"):
        check_filename(filename)
    assert shown_filename(filename).isprintable()


@given(st.text(alphabet="a./\\\0\n", max_size=6))
def test_a_name_that_passes_stays_in_its_folder(filename):
    try:
        check_filename(filename)
    except ValueError:
        return
    assert posixpath.dirname(posixpath.normpath(f"/folder/{filename}")) == "/folder"


@pytest.mark.parametrize(
    ("filename", "problem"),
    [
        (f"a-{'1.' * 30_000}1-py3-none-any.whl", "its name has 60020 characters, above the limit of 255"),
        (f"a-1-{'p.' * 30}p-{'n.' * 30}n-{'x.' * 30}x.whl", "its name stands for 29791 tags, above the limit of 1000"),
    ],
)
def test_a_name_above_a_limit_is_refused(filename, problem):
    with pytest.raises(InvalidWheelFilename, match=problem):
        parse_wheel_name(filename)


@given(st.from_regex(r"[a-z]{1,3}-[0-9.]{1,3}(-[0-9][a-z]?)?-[a-z.]{1,5}-[a-z.]{1,5}-[a-z.]{1,5}\.whl", fullmatch=True))
def test_names_within_the_limits_are_read_as_packaging_does(filename):
    try:
        expected = parse_wheel_filename(filename)
    except InvalidWheelFilename:
        with pytest.raises(InvalidWheelFilename):
            parse_wheel_name(filename)
    else:
        assert parse_wheel_name(filename) == expected

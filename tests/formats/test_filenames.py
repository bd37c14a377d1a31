from __future__ import annotations

import posixpath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wherry.formats.filenames import check_filename, shown_filename


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
def test_what_is_no_plain_name_is_refused(filename):
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

from __future__ import annotations

from urllib.parse import urljoin

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wherry.errors import InvalidIndexPage
from wherry.formats.urls import absolute, last_segment, recorded_url, split_hash

BASE = "https://example.org/simple/app/"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("a.whl", "https://example.org/simple/app/a.whl"),
        ("../../files/a.whl", "https://example.org/files/a.whl"),
        ("/files/a.whl", "https://example.org/files/a.whl"),
        ("//files.example.org/a.whl", "https://files.example.org/a.whl"),
        ("http://other.example.org/a.whl", "http://other.example.org/a.whl"),
        ("HTTPS://other.example.org/a.whl", "https://other.example.org/a.whl"),
    ],
)
def test_a_url_is_resolved_against_its_page(url, expected):
    assert absolute(url, BASE) == expected


def test_what_is_no_url_is_refused():
    with pytest.raises(InvalidIndexPage, match=r"\[bad"):
        absolute("//[bad/a.whl", BASE)


@given(st.text(alphabet="ab:/.?#[]@%é ", max_size=20))
def test_any_text_is_resolved_as_the_standard_library_does_or_refused(url):
    try:
        expected = urljoin(BASE, url)
    except ValueError:
        with pytest.raises(InvalidIndexPage):
            absolute(url, BASE)
    else:
        assert absolute(url, BASE) == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://example.org/files/a-1.0.whl", "a-1.0.whl"),
        ("a-1.0.whl?token=x/y#sha256=/", "a-1.0.whl"),
        ("a-1.0%2Bcpu.whl", "a-1.0+cpu.whl"),
        ("files/..%2Fevil.whl", "../evil.whl"),
        ("files/", ""),
        ("", ""),
    ],
)
def test_the_last_segment_is_percent_decoded(url, expected):
    assert last_segment(url) == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("a.whl#sha256=AB12", ("a.whl", {"sha256": "ab12"})),
        ("a.whl#SHA512=ab", ("a.whl", {"sha512": "ab"})),
        ("a.whl", ("a.whl", {})),
        ("a.whl#egg", ("a.whl", {})),
        ("a.whl#sha256=", ("a.whl", {})),
    ],
)
def test_the_fragment_holds_the_hash(url, expected):
    assert split_hash(url) == expected


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://user:secret@example.org/a.whl", "https://example.org/a.whl"),
        ("file:///home/a.whl", "file:///home/a.whl"),
        ("emfs:/home/a.whl", "emfs:/home/a.whl"),
        ("/home/a.whl", "emfs:/home/a.whl"),
        ("../a:b/a.whl", "emfs:../a:b/a.whl"),
    ],
)
def test_what_is_recorded_is_a_url_without_secrets(url, expected):
    assert recorded_url(url) == expected

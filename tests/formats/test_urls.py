from __future__ import annotations

from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import given, strategies as st

from tests.harness.odd_links import IMPOSSIBLE_URLS
from wherry.formats.urls import (
    absolute,
    authorization,
    file_location,
    is_web,
    last_segment,
    origin,
    recorded_url,
    split_hash,
    without_credentials,
)

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


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("../../a.whl", "emfs:/home/a.whl"),
        ("a.whl", "emfs:/home/simple/app/a.whl"),
        ("https://example.org/a.whl", "https://example.org/a.whl"),
    ],
)
def test_a_local_page_links_to_its_neighbours(url, expected):
    assert absolute(url, "emfs:/home/simple/app/") == expected


def test_text_that_is_no_url_is_refused():
    with pytest.raises(ValueError, match=r"\[bad"):
        absolute("//[bad/a.whl", BASE)


@given(st.text(alphabet="ab:/.?#[]@%é ", max_size=20))
def test_any_text_is_resolved_as_the_standard_library_does_or_refused(url):
    try:
        expected = urljoin(BASE, url)
    except ValueError:
        with pytest.raises(ValueError, match="is not a URL"):
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
        ("a.whl#egg=a&sha256=ab&subdirectory=b", ("a.whl", {"sha256": "ab"})),
        ("a.whl#sha256=ab&egg=a", ("a.whl", {"sha256": "ab"})),
        ("a.whl#EGG=a&other=b", ("a.whl", {})),
        ("a.whl#md5=ab&sha1=cd", ("a.whl", {"md5": "ab", "sha1": "cd"})),
    ],
)
def test_the_hash_is_read_from_the_fragment(url, expected):
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
def test_a_recorded_url_has_no_credentials(url, expected):
    assert recorded_url(url) == expected


@pytest.mark.parametrize(
    ("url", "bare", "secret"),
    [
        ("https://example.org/a.whl", "https://example.org/a.whl", None),
        ("https://user:pass@example.org/a.whl", "https://example.org/a.whl", "Basic dXNlcjpwYXNz"),
        ("https://user@example.org", "https://example.org", "Basic dXNlcjo="),
        ("https://us%65r:p%61ss@example.org:8080/", "https://example.org:8080/", "Basic dXNlcjpwYXNz"),
        ("https://user:pass@@example.org/", "https://example.org/", "Basic dXNlcjpwYXNzQA=="),
        ("https://example.org/@me/a@b", "https://example.org/@me/a@b", None),
        ("https://example.org?x=a@b", "https://example.org?x=a@b", None),
        ("https://example.org#a@b", "https://example.org#a@b", None),
        (r"https://example.org\@other", r"https://example.org\@other", None),
        ("../a@b.whl", "../a@b.whl", None),
    ],
)
def test_credentials_are_split_from_a_url(url, bare, secret):
    assert without_credentials(url) == bare
    assert authorization(url) == secret


@pytest.mark.parametrize(
    "url", ["https://example.org", "HTTPS://Example.ORG:443/x", "https://example.org?x", "https://example.org:443#x"]
)
def test_an_origin_is_normalized(url):
    assert origin(url) == "https://example.org:443"


@pytest.mark.parametrize("url", ["http://[::1]:8080/x", "http://[::1]:8080"])
def test_an_address_is_an_origin_too(url):
    assert origin(url) == "http://[::1]:8080"


@pytest.mark.parametrize("url", ["a.whl", "file:///x", "https:example.org/", "https://", "https://ex ample.org/"])
def test_an_ambiguous_url_has_no_origin(url):
    assert origin(url) is None


@pytest.mark.parametrize("page", [BASE, "file:///home/simple/app/"])
def test_a_page_may_link_to_the_web(page):
    location = file_location("https://user:pass@example.org/a.whl", page, page_url=page)
    assert location == "https://example.org/a.whl"


LOCAL_PAGE = "file:///home/simple/app/"


def test_a_local_page_leads_to_local_files():
    assert file_location("../../a.whl", LOCAL_PAGE, page_url=LOCAL_PAGE) == "file:///home/a.whl"


@pytest.mark.parametrize(
    "url", ["emfs:/home/a.whl", "javascript:a.whl", "//host/a.whl", "https:/a.whl", "http:///a.whl"]
)
def test_a_local_page_leads_to_nothing_else(url):
    with pytest.raises(ValueError, match="only https: and http:"):
        file_location(url, LOCAL_PAGE, page_url=LOCAL_PAGE)


@pytest.mark.parametrize("page", [BASE, "https://example.org:8080/", "http://127.0.0.1:1/simple/app/"])
@pytest.mark.parametrize("url", IMPOSSIBLE_URLS)
def test_a_page_from_the_web_may_link_only_to_the_web(url, page):
    other = "https" if page.startswith("http:") else "http"
    with pytest.raises(ValueError, match=r"is not a URL|only https: and http:") as caught:
        file_location(url.replace("http:", f"{other}:").replace("HTTP:", f"{other}:"), page, page_url=page)
    assert str(caught.value).isprintable()


@pytest.mark.parametrize(
    "url",
    [
        "https://example.org",
        "HTTPS://Example.ORG:443/x y",
        "https://bücher.example/ä.whl",
        "http://[::1]:8080/x",
        "http://127.0.0.1:/x",
        "https://a_b.example.org./x",
        "https://example.org?x=//[#",
    ],
)
def test_a_url_that_every_browser_fetches_is_of_the_web(url):
    assert is_web(url)


@given(st.text(alphabet="htps:/\\.@[]1%?#ab fiel\n\t", max_size=24), st.sampled_from([BASE, "http://127.0.0.1:1/a/"]))
def test_any_link_of_a_page_is_refused_or_of_the_web(url, page):
    try:
        found = file_location(url, page, page_url=page)
    except ValueError:
        return
    parts = urlsplit(found)
    assert parts.scheme in {"http", "https"}
    assert parts.hostname
    assert origin(found) is not None or parts.netloc.endswith(":") or "~" in parts.netloc


@given(
    st.dictionaries(st.sampled_from(["sha256", "md5", "egg", "x"]), st.text("0aF", min_size=1), max_size=4), st.data()
)
def test_hashes_are_found_anywhere_in_a_fragment(pairs, data):
    shuffled = data.draw(st.permutations([f"{name}={value}" for name, value in pairs.items()]))
    hashes = {name: value.lower() for name, value in pairs.items() if name in {"sha256", "md5"}}
    assert split_hash(f"a.whl#{'&'.join(shuffled)}") == ("a.whl", hashes)

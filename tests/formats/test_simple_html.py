from __future__ import annotations

import html

import pytest
from hypothesis import given, strategies as st
from packaging.utils import canonicalize_name

from tests.harness.odd_links import IMPOSSIBLE_NAMES, IMPOSSIBLE_URLS
from wherry.errors import InvalidIndexPage
from wherry.formats.simple_html import parse_html_page
from wherry.model.project import ProjectFile, ProjectPage

URL = "https://example.org/simple/app/"
WHEEL = "app-1.0-py3-none-any.whl"
VERSION = '<meta name="pypi:repository-version" content="1.3">'


def read(text: str) -> ProjectPage:
    return parse_html_page(text.encode(), url=URL, name=canonicalize_name("app"))


def link(attributes: str = "", href: str = WHEEL) -> str:
    return f'<a href="{href}" {attributes}>{WHEEL}</a>'


def test_all_attributes_of_a_file_are_read():
    attributes = 'data-requires-python="&gt;=3.9,&lt;4" data-yanked="a &amp; b" data-core-metadata="sha256=0A"'
    assert read(link(attributes, f"../../files/{WHEEL}#sha256=AB")).files == (
        ProjectFile(
            WHEEL,
            f"https://example.org/files/{WHEEL}",
            hashes={"sha256": "ab"},
            requires_python=">=3.9,<4",
            yanked="a & b",
            metadata_hashes={"sha256": "0a"},
        ),
    )


def test_a_bare_link_is_enough():
    assert read(f"<A HREF={WHEEL}>any text") == ProjectPage(
        canonicalize_name("app"), URL, (ProjectFile(WHEEL, URL + WHEEL),)
    )


def test_files_keep_the_order_of_the_page():
    names = ["b-1.tar.gz", "a-2.zip", "a-1.whl"]
    assert [file.filename for file in read("".join(link(href=name) for name in names)).files] == names


def test_links_to_other_files_are_skipped():
    others = '<a href="../">up</a><a name="top">top</a><a href="https://example.org/">home</a><a href="app.html">x</a>'
    assert [file.filename for file in read(others + link()).files] == [WHEEL]


@pytest.mark.parametrize(
    ("base", "expected"),
    [
        ('<base href="https://files.example.org/a/">', "https://files.example.org/a/"),
        ('<base href="../files/">', "https://example.org/simple/files/"),
        ('<base href="/one/"><base href="/two/">', "https://example.org/one/"),
        ("<base>", URL),
    ],
)
def test_relative_links_start_at_the_base(base, expected):
    assert read(base + link()).files[0].url == expected + WHEEL


def test_a_percent_encoded_name_is_decoded_and_its_url_is_not():
    assert read(link(href="app-1.0%2Bcpu.whl")).files == (ProjectFile("app-1.0+cpu.whl", f"{URL}app-1.0%2Bcpu.whl"),)


@pytest.mark.parametrize(
    ("attributes", "expected"), [("", None), ("data-yanked", ""), ('data-yanked=""', ""), ('data-yanked="x"', "x")]
)
def test_the_attribute_yanks_with_any_value(attributes, expected):
    assert read(link(attributes)).files[0].yanked == expected


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        ("", None),
        ('data-core-metadata="true"', {}),
        ('data-core-metadata="false"', None),
        ('data-core-metadata="sha256=aa"', {"sha256": "aa"}),
        ('data-dist-info-metadata="sha256=aa"', {"sha256": "aa"}),
        ('data-core-metadata="sha256=aa" data-dist-info-metadata="sha256=bb"', {"sha256": "aa"}),
    ],
)
def test_a_metadata_file_is_offered_with_or_without_hash(attributes, expected):
    assert read(link(attributes)).files[0].metadata_hashes == expected


def test_the_status_of_the_project_is_read():
    page = read(
        f'{VERSION}<meta name="pypi:project-status" content="archived">'
        '<meta name="pypi:project-status-reason" content="done"><meta name="viewport" content="x">'
    )
    assert (page.files, page.status, page.status_reason) == ((), "archived", "done")
    assert read(link()).status == "active"


def test_an_empty_page_that_names_its_version_is_a_project_without_files():
    assert read(VERSION).files == ()


@pytest.mark.parametrize(
    ("text", "fragment"),
    [
        pytest.param("", "without links", id="nothing"),
        pytest.param("<!DOCTYPE html><h1>Please sign in</h1><a href='/login'>in</a>", "without links", id="login"),
        pytest.param(VERSION.replace("1.3", "2.0") + link(), "version is '2.0'", id="version 2"),
        pytest.param(VERSION.replace("1.3", "") + link(), "version is ''", id="no version"),
    ],
)
def test_a_page_of_another_kind_is_refused(text, fragment):
    with pytest.raises(InvalidIndexPage) as caught:
        read(text)
    assert caught.value.url == URL
    assert fragment in str(caught.value)


@pytest.mark.parametrize("href", [*IMPOSSIBLE_NAMES, *(url for url in IMPOSSIBLE_URLS if "\ud800" not in url)])
def test_an_invalid_link_affects_only_its_own_file(href):
    first, *others = read(link(href=html.escape(href)) + link()).files
    assert others == [ProjectFile(WHEEL, URL + WHEEL)]
    assert first.fault
    assert first.url == ""
    assert first.filename.isprintable()


def test_spaces_around_a_link_are_ignored():
    assert read(link(href=f"\n {WHEEL}#sha256=ab \t")).files == (ProjectFile(WHEEL, URL + WHEEL, {"sha256": "ab"}),)


@pytest.mark.parametrize("base", ["//[bad/", "http://[x", " //[bad/"])
def test_a_base_that_is_no_url_is_ignored(base):
    assert read(f"<base href='{base}'>{link()}").files == (ProjectFile(WHEEL, URL + WHEEL),)


@pytest.mark.parametrize("base", ["file:///home/", "FILE:///home/", "http:/home/", "emfs:/home/", "data:,x", "blob:x"])
def test_a_base_outside_the_web_affects_only_relative_links(base):
    relative, whole = read(f"<base href='{base}'>{link()}{link(href=f'https://example.org/{WHEEL}')}").files
    assert "only https: and http:" in relative.fault
    assert whole == ProjectFile(WHEEL, f"https://example.org/{WHEEL}")


def test_a_fragment_without_hash_is_kept():
    (file,) = read(link(href=f"{WHEEL}#egg=app")).files
    assert (file.url, file.hashes, file.fragment) == (URL + WHEEL, {}, "egg=app")


PIECES = st.sampled_from(
    [
        "<",
        ">",
        "<!",
        "<![",
        "[",
        "]",
        "--",
        "<a ",
        "href",
        "=",
        '"',
        "'",
        "&#",
        ";",
        "<base ",
        "<meta ",
        WHEEL,
        "//",
        "%",
    ]
)


@given(st.binary() | st.lists(PIECES | st.text(max_size=3), max_size=20).map(lambda parts: "".join(parts).encode()))
def test_any_bytes_are_refused_or_read(body):
    try:
        page = parse_html_page(body, url=URL, name=canonicalize_name("app"))
    except InvalidIndexPage:
        return
    assert all(file.fault or ("/" not in file.filename and file.url.startswith("http")) for file in page.files)


def test_a_page_of_more_tags_than_can_be_read_is_refused():
    with pytest.raises(InvalidIndexPage, match="it has about 1000001 tags, above the limit of 1000000"):
        read("<a>" * 1_000_001)

from __future__ import annotations

import json
from typing import TYPE_CHECKING
from urllib.parse import unquote

import pytest
from hypothesis import given, strategies as st
from packaging.utils import canonicalize_name

from tests.harness.odd_links import IMPOSSIBLE_NAMES, IMPOSSIBLE_URLS
from wherry.errors import InvalidIndexPage
from wherry.formats.simple_json import parse_json_page
from wherry.model.project import ProjectFile, ProjectPage

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

URL = "https://example.org/simple/my-app/"
WHEEL = "my_app-1.0-py3-none-any.whl"
PLAIN_URL = f"https://files.example.org/{WHEEL}"


def read(body: bytes) -> ProjectPage:
    return parse_json_page(body, url=URL, name=canonicalize_name("my-app"))


def page(*files: object, **fields: object) -> bytes:
    return json.dumps({"meta": {"api-version": "1.1"}, "name": "My_App", "files": list(files)} | fields).encode()


def file(**fields: object) -> dict[str, object]:
    return {"filename": WHEEL, "url": f"../../files/{WHEEL}", "hashes": {}} | fields


def read_file(**fields: object) -> ProjectFile:
    return read(page(file(**fields))).files[0]


def test_all_attributes_of_a_file_are_read():
    assert read_file(
        **{"requires-python": ">=3.9", "upload-time": "2026-01-01T00:00:00Z", "core-metadata": {"sha256": "0A"}},
        hashes={"SHA256": "AB", "md5": "cd"},
        size=12,
        yanked="broken",
        unknown={},
    ) == ProjectFile(
        WHEEL,
        f"https://example.org/files/{WHEEL}",
        hashes={"sha256": "ab", "md5": "cd"},
        size=12,
        requires_python=">=3.9",
        yanked="broken",
        upload_time="2026-01-01T00:00:00Z",
        metadata_hashes={"sha256": "0a"},
    )


def test_filename_and_url_are_enough():
    assert read(page({"filename": WHEEL, "url": WHEEL})) == ProjectPage(
        canonicalize_name("my-app"), URL, (ProjectFile(WHEEL, URL + WHEEL),)
    )


def test_files_keep_the_order_of_the_page():
    names = ["b-1.tar.gz", "a-2.tar.gz", "a-1.tar.gz"]
    assert [entry.filename for entry in read(page(*(file(filename=name) for name in names))).files] == names


@pytest.mark.parametrize(
    ("value", "expected"), [(True, ""), ("why", "why"), (False, None), (None, None), ("", None)], ids=repr
)
def test_yanked_is_true_or_a_reason(value, expected):
    assert read_file(yanked=value).yanked == expected


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, None),
        ({"core-metadata": True}, {}),
        ({"core-metadata": False}, None),
        ({"core-metadata": {"sha256": "AA"}}, {"sha256": "aa"}),
        ({"dist-info-metadata": {"sha256": "aa"}}, {"sha256": "aa"}),
        ({"core-metadata": False, "dist-info-metadata": True}, None),
    ],
    ids=repr,
)
def test_a_metadata_file_is_offered_with_or_without_hash(fields, expected):
    assert read_file(**fields).metadata_hashes == expected


@pytest.mark.parametrize("size", [None, "12", -1, 1.5, True], ids=repr)
def test_an_invalid_size_is_ignored(size):
    assert read_file(size=size).size is None


def test_the_status_of_the_project_is_read():
    read_page = read(page(**{"project-status": {"status": "archived", "reason": "done"}}))
    assert (read_page.status, read_page.status_reason) == ("archived", "done")
    assert read(page(**{"project-status": {"status": "quarantined"}})).status == "quarantined"
    assert read(page()).status == "active"


@pytest.mark.parametrize(
    ("body", "fragment"),
    [
        pytest.param(b"", "not JSON", id="nothing"),
        pytest.param(b"<!DOCTYPE html>", "not JSON", id="HTML"),
        pytest.param(page(file())[:-2], "not JSON", id="truncated"),
        pytest.param(b"\xff\xfe\xfa", "not JSON", id="no text"),
        pytest.param(b"[" * 100_000, "not JSON", id="too deep"),
        pytest.param(b"[]", "not a JSON object", id="array"),
        pytest.param(b"{}", "meta is not a JSON object", id="no meta"),
        pytest.param(page(meta={"api-version": "2.0"}), "version is '2.0'", id="version 2"),
        pytest.param(page(meta={"api-version": "10.0"}), "version is '10.0'", id="version 10"),
        pytest.param(page(meta={}), "version is ''", id="no version"),
        pytest.param(page(name="other"), "page of 'other', not of 'my-app'", id="other project"),
        pytest.param(page(files={}), "no list of files", id="files are no list"),
        pytest.param(page(**{"project-status": "archived"}), "project-status is not", id="status is a string"),
    ],
)
def test_a_page_of_another_kind_is_refused(body, fragment):
    with pytest.raises(InvalidIndexPage) as caught:
        read(body)
    assert caught.value.url == URL
    assert fragment in str(caught.value)


@pytest.mark.parametrize(
    ("fault", "fragment"),
    [
        (7, "no name"),
        ([], "no name"),
        ({"url": WHEEL}, "no name"),
        (file(filename="", url=PLAIN_URL), "no name"),
        (file(filename=None, url=PLAIN_URL), "no name"),
        (file(filename=7, url=PLAIN_URL), "no name"),
        *((file(filename=unquote(name), url=PLAIN_URL), "is not a valid filename") for name in IMPOSSIBLE_NAMES),
        (file(filename="..", url=PLAIN_URL), "is not a valid filename"),
        (file(filename="a\tb.whl", url=PLAIN_URL), "is not a valid filename"),
        ({"filename": WHEEL}, "the index gives None as its url"),
        (file(url=""), "gives '' as its url"),
        (file(url=7), "gives 7 as its url"),
        (file(url="//[bad/"), "is not a URL"),
        *((file(url=url), "") for url in IMPOSSIBLE_URLS),
        (file(**{"requires-python": [3]}, url=PLAIN_URL), "gives [3] as its requires-python"),
        (file(**{"upload-time": 3}, url=PLAIN_URL), "gives 3 as its upload-time"),
    ],
    ids=repr,
)
def test_an_invalid_entry_affects_only_its_own_file(fault, fragment):
    plain = [file(url=PLAIN_URL), file(url=PLAIN_URL, **{"requires-python": ">=3", "upload-time": None})]
    files = read(page(*plain, fault, *plain)).files
    assert [*files[:2], *files[3:]] == [*read(page(*plain, *plain)).files]
    assert files[2].fault
    assert fragment in files[2].fault
    assert files[2].url == ""
    assert files[2].filename.isprintable()
    assert read(page(*plain, fault, *plain)).filenames[2] == files[2].filename


@pytest.mark.parametrize("url", [url for url in IMPOSSIBLE_URLS if "://" in url])
def test_a_url_that_looks_absolute_is_checked_too(url):
    assert read(page(file(url=PLAIN_URL), file(url=url.replace("http:/", "https:/")))).files[1].fault


NAMES = st.text(alphabet="aZ9.-_+! é~", min_size=1, max_size=6)


@given(st.lists(st.tuples(NAMES, st.booleans(), st.none() | st.just(">=3"))))
def test_files_are_the_same_read_at_once_or_on_access(rows):
    entries = [
        file(filename=name, url=f"https://example.org/files/{name}", **({"requires-python": python} if given else {}))
        for name, given, python in rows
        if not name.startswith(".")
    ]
    # One more file with a relative URL has all read at once.
    at_once = read(page(*entries, file(filename="z", url="z"))).files[:-1]
    assert read(page(*entries)).files == at_once
    assert list(read(page(*entries)).filenames) == [entry.filename for entry in at_once]


def holds_its_types(read_page: ProjectPage) -> bool:
    return all(
        isinstance(value, str | None)
        for entry in read_page.files
        for value in (entry.filename, entry.url, entry.requires_python, entry.yanked, entry.upload_time)
    )


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8)
VALUES = SCALARS | st.lists(SCALARS, max_size=2) | st.dictionaries(st.text(max_size=8), SCALARS, max_size=2)
FILES = st.fixed_dictionaries(
    {"filename": st.just(WHEEL) | VALUES, "url": st.sampled_from([WHEEL, PLAIN_URL]) | VALUES},
    optional=dict.fromkeys(("hashes", "size", "requires-python", "yanked", "upload-time", "core-metadata"), VALUES),
)


@given(st.binary() | VALUES.map(lambda value: json.dumps(value).encode()))
def test_any_bytes_are_refused_or_read(body):
    with pytest.raises(InvalidIndexPage):
        read(body)


@given(st.lists(FILES | VALUES, max_size=3), VALUES)
def test_any_values_are_refused_or_read_with_their_types(files, status):
    try:
        read_page = read(page(*files, **{"project-status": status}))
    except InvalidIndexPage:
        return
    assert holds_its_types(read_page)
    assert len(read_page.files) == len(files)


class Parsed:
    """A listing of a page; it returns ``instead`` for its entries, if given."""

    def __init__(self, body: bytes, instead: str | None = None) -> None:
        content = json.loads(body)
        self.files = content.pop("files")
        self.header = json.dumps(content)
        self.known = [file["filename"] for file in self.files]
        self.names_were_read = False
        self.asked: list[int] = []
        self.platforms: list[str] = []
        self.instead = instead

    @property
    def names(self) -> Sequence[str]:
        self.names_were_read = True
        return self.known

    def wheels(self, platforms: Collection[str]) -> Mapping[int, str]:
        self.platforms += platforms
        return dict(enumerate(self.known))

    def entries(self, positions: Sequence[int]) -> str:
        self.asked += positions
        return self.instead or json.dumps([self.files[position] for position in positions])


def test_a_listing_gives_the_same_page_as_its_text():
    body = page(
        file(url=PLAIN_URL, size=3, yanked=True),
        file(url=PLAIN_URL, filename="my_app-2.tar.gz", **{"core-metadata": True, "requires-python": ">=3.9"}),
        **{"project-status": {"status": "archived", "reason": "old"}},
    )
    listing = Parsed(body)
    listed = parse_json_page(body, url=URL, name=canonicalize_name("my-app"), listing=listing)
    assert listed.filenames == [WHEEL, "my_app-2.tar.gz"]
    assert listing.asked == []
    assert listed.files[1].requires_python == ">=3.9"
    assert listing.asked == [1]
    assert listed == read(body)


def test_the_listing_finds_the_wheels_and_their_files_are_read_without_the_other_names():
    body = page(file(url=PLAIN_URL), file(url=PLAIN_URL, filename="my_app-2-py3-none-any.whl"))
    listing = Parsed(body)
    listed = parse_json_page(body, url=URL, name=canonicalize_name("my-app"), listing=listing)
    assert listed.wheels(["any"]) == {0: WHEEL, 1: "my_app-2-py3-none-any.whl"}
    assert listing.platforms == ["any"]
    assert [one.filename for one in listed.take([1])] == ["my_app-2-py3-none-any.whl"]
    assert not listing.names_were_read


@pytest.mark.parametrize(
    "fields", [{"url": "../my_app.whl"}, {"url": 1}, {"url": PLAIN_URL, "requires-python": 3}, {"hashes": 1}]
)
def test_a_file_of_a_listing_is_checked_too(fields):
    body = page(file(**fields))
    listed = parse_json_page(body, url=URL, name=canonicalize_name("my-app"), listing=Parsed(body))
    assert listed == read(body)


@pytest.mark.parametrize("entries", ["[{]", '[{"filename": "other.whl", "url": "https://example.org/"}]', "[]", "1"])
def test_entries_of_a_listing_that_are_no_files_are_refused(entries):
    body = page(file(url=PLAIN_URL))
    listing = Parsed(body, instead=entries)
    listed = parse_json_page(body, url=URL, name=canonicalize_name("my-app"), listing=listing)
    with pytest.raises(InvalidIndexPage) as caught:
        listed.take([0])
    assert caught.value.url == URL


@pytest.mark.parametrize("fields", [{"name": "other"}, {"meta": {"api-version": "2.0"}}, {"project-status": 1}])
def test_the_header_of_a_listing_is_checked(fields):
    body = page(file(url=PLAIN_URL), **fields)
    with pytest.raises(InvalidIndexPage) as caught:
        parse_json_page(body, url=URL, name=canonicalize_name("my-app"), listing=Parsed(body))
    with pytest.raises(InvalidIndexPage) as expected:
        read(body)
    assert str(caught.value) == str(expected.value)

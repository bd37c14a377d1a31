"""Addresses of the files in a lock: where they lead, and which are refused."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote

import pytest
from hypothesis import given, strategies as st

from wherry.resolution.locks.addresses import address_of, relative_path

ON_THE_WEB = "https://example.org/app/locks/pylock.toml"
ON_DISK = "file:///home/me/app/pylock.toml"
IN_MEMORY = "emfs:/home/pyodide/pylock.toml"


@dataclass
class Place:
    url: str | None = None
    path: str | None = None


def address(place: Place, location: str) -> str:
    url, absent = address_of(place, location, lambda path: (f"located:{path}", "absent"))
    assert absent == ("" if location or not url.startswith("located:") else "absent")
    return url


@pytest.mark.parametrize(
    "location", ["", ON_THE_WEB, ON_DISK, IN_MEMORY, "blob:https://example.org/1", "HTTPS://x.org/y"]
)
@pytest.mark.parametrize(
    "url", ["https://example.org/x.whl", "http://127.0.0.1:8000/x%2B.whl?a#b", "HTTPS://example.org/x"]
)
def test_files_of_the_web_may_be_named_anywhere(url: str, location: str) -> None:
    assert address(Place(url, "beside.whl"), location) == url


def test_credentials_in_an_address_are_dropped() -> None:
    assert address(Place("https://tom:secret@example.org/x.whl"), ON_DISK) == "https://example.org/x.whl"


@pytest.mark.parametrize(
    ("location", "url"),
    [
        ("", "located:a b/x+1%20.whl"),
        (ON_THE_WEB, "https://example.org/app/locks/a%20b/x%2B1%2520.whl"),
        (ON_DISK, "file:///home/me/app/a%20b/x%2B1%2520.whl"),
        (IN_MEMORY, "emfs:/home/pyodide/a b/x+1%20.whl"),
    ],
)
@pytest.mark.parametrize("path", ["a b/x+1%20.whl", "a b\\x+1%20.whl", "./a b//x+1%20.whl", "a b/./x+1%20.whl"])
def test_paths_start_in_the_folder_of_the_lock(path: str, location: str, url: str) -> None:
    assert address(Place(path=path), location) == url
    assert address(Place(url=path), location) == url


@pytest.mark.parametrize("url", ["file:///home/me/x.whl", "FILE:///x.whl", "emfs:/x.whl"])
def test_only_the_callers_own_locks_may_name_local_files(url: str) -> None:
    for own in ("", ON_DISK, IN_MEMORY, "FILE:///home/me/app/pylock.toml"):
        assert address(Place(url), own) == url
    for other in (ON_THE_WEB, "HTTPS://example.org/pylock.toml", "http://x/y", "blob:https://x/1", "data:,x"):
        with pytest.raises(ValueError, match=r"cannot be followed; a lock on the web may name https: and http: only"):
            address(Place(url), other)


@pytest.mark.parametrize(
    "url",
    [
        *("ftp://example.org/x.whl", "javascript:alert(1)", "data:,x", "git+https://example.org/x", "blob:https://x/y"),
        *("https:x.whl", "https:///x.whl", "https://exa mple.org/x", "https://example.org\\x", "http://1.2.3.999/x"),
        *("https://example.org/\n", "file:///a\0b", "https://[::x]/"),
    ],
)
@pytest.mark.parametrize("location", ["", ON_THE_WEB, ON_DISK])
def test_other_addresses_are_refused(url: str, location: str) -> None:
    with pytest.raises(ValueError, match=f"^its address {re.escape(repr(url))} cannot be followed; "):
        address(Place(url, "beside.whl"), location)


OUT = ["../x.whl", "a/../../x.whl", "a/..", "..", "..\\x.whl", "a\\..\\..\\x.whl", "a/../x.whl"]
ABSOLUTE = ["/x.whl", "//example.org/x.whl", "\\x.whl", "\\\\host\\x.whl", "C:x.whl", "c:\\x.whl", "c:/x.whl"]
UNPRINTABLE = ["", "a\0b.whl", "a\nb.whl", "a\x1b[31m.whl", "a\u202e.whl"]


@pytest.mark.parametrize("path", OUT)
@pytest.mark.parametrize("location", ["", ON_THE_WEB, ON_DISK, IN_MEMORY])
def test_a_path_out_of_the_folder_is_refused(path: str, location: str) -> None:
    with pytest.raises(ValueError, match="leads out of the folder of the lock"):
        address(Place(path=path), location)


@pytest.mark.parametrize("path", ABSOLUTE + UNPRINTABLE)
@pytest.mark.parametrize("location", ["", ON_THE_WEB, ON_DISK, IN_MEMORY])
def test_a_path_that_is_not_relative_is_refused(path: str, location: str) -> None:
    with pytest.raises(ValueError, match="is not relative to the folder of the lock"):
        address(Place(path=path), location)


@pytest.mark.parametrize("path", ["%2e%2e/x.whl", "a%2f..%2fx.whl", "%00.whl", "x?/../y.whl"])
def test_encoded_paths_are_not_decoded(path: str) -> None:
    if ".." not in path.split("/"):
        assert unquote(address(Place(path=path), ON_THE_WEB)) == f"https://example.org/app/locks/{path}"
        assert "%25" in address(Place(path=path), ON_DISK)


@pytest.mark.parametrize("location", ["blob:https://example.org/1", "data:,x"])
def test_a_lock_without_a_folder_has_no_paths(location: str) -> None:
    with pytest.raises(ValueError, match=f"has no folder: the lock is at {location}"):
        address(Place(path="x.whl"), location)


@given(
    st.text() | st.lists(st.sampled_from(["..", ".", "", "a", "%2e%2e", "\\", "?", "#", ";", "C:", " "])).map("/".join)
)
def test_no_path_leaves_the_folder(path: str) -> None:
    for location in (ON_THE_WEB, ON_DISK, IN_MEMORY):
        folder = location.rpartition("/")[0]
        try:
            url = address(Place(path=path), location)
        except ValueError:
            continue
        assert url.startswith(f"{folder}/") or url == location
        assert ".." not in url.removeprefix(folder).partition("?")[0].split("/")


@pytest.mark.parametrize(
    ("url", "location", "path"),
    [
        ("file:///home/me/app/wheels/x%2B1.whl", ON_DISK, "wheels/x+1.whl"),
        ("emfs:/home/pyodide/x+1%20.whl", IN_MEMORY, "x+1%20.whl"),
        ("file:///home/me/x.whl", ON_DISK, None),
        ("file:///home/me/app-2/x.whl", ON_DISK, None),
        ("file:///home/me/app/../x.whl", ON_DISK, None),
        ("file:///home/me/app/%2e%2e/x.whl", ON_DISK, None),
        ("file:///home/me/app/a%0Ab.whl", ON_DISK, None),
        ("emfs:/home/pyodide/x.whl", ON_DISK, None),
        ("https://example.org/app/locks/x.whl", ON_THE_WEB, None),
        ("file:///home/me/app/x.whl", "", None),
    ],
)
def test_local_files_below_the_lock_have_a_path(url: str, location: str, path: str | None) -> None:
    assert relative_path(url, location) == path
    if path is not None:
        assert address(Place(path=path), location) == url

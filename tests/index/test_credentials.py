from __future__ import annotations

import pytest

from wherry.index.credentials import Credentials, take_secrets
from wherry.index.fetcher import Request
from wherry.index.index import Index

TOKEN = {"Authorization": "Bearer token"}
PRIVATE = Index("https://index.example.org/simple/", TOKEN)


def granted(url: str, *indexes: Index) -> Request:
    return Credentials(indexes or [PRIVATE], {}).grant(Request(url))


@pytest.mark.parametrize(
    "url",
    [
        "https://index.example.org/simple/app/",
        "https://index.example.org/files/app-1-py3-none-any.whl",
        "https://INDEX.example.org:443/files/x",
        "https://index.example.org",
    ],
)
def test_headers_go_to_the_origin_of_their_index(url: str) -> None:
    assert granted(url).secret_headers == TOKEN


@pytest.mark.parametrize(
    "url",
    [
        "https://files.example.org/app-1-py3-none-any.whl",
        "http://index.example.org/simple/app/",
        "https://index.example.org:8443/simple/app/",
        "https://index.example.org.evil.example/simple/",
        "https://index.example.org@evil.example/simple/",
        r"https://evil.example\@index.example.org/simple/",
        "https://evil.example/https://index.example.org/",
        "https://evil.example#@index.example.org/",
        "https://index.example.org\t.evil.example/",
        "https://index.example.org%2eevil.example/",
        "https:index.example.org/",
        "/simple/app-1-py3-none-any.whl",
        "emfs:/index.example.org/",
    ],
)
def test_headers_go_to_no_other_origin(url: str) -> None:
    assert granted(url).secret_headers == {}


def test_the_index_with_the_deeper_root_is_preferred() -> None:
    other = Index("https://index.example.org/other/", {"Authorization": "Bearer other"})
    assert granted("https://index.example.org/other/app/", PRIVATE, other).secret_headers == other.headers
    assert granted("https://index.example.org/simple/app/", other, PRIVATE).secret_headers == TOKEN
    assert granted("https://index.example.org/files/x", PRIVATE, other).secret_headers == TOKEN


def test_the_index_of_a_page_is_found_before_the_placeholder_of_its_url() -> None:
    one, other = (Index(f"https://me:{name}@index.example.org/{name}/{{package_name}}/json") for name in ("a", "b"))
    assert granted("https://index.example.org/b/app/json", one, other).secret_headers == other.headers


def test_the_credentials_option_goes_to_the_origin_of_its_index() -> None:
    cookies = Index("https://index.example.org/simple/", credentials="include")
    assert granted("https://index.example.org/files/x", cookies).credentials == "include"
    assert granted("https://files.example.org/x", cookies).credentials is None


def test_a_request_never_shows_its_credentials() -> None:
    assert "token" not in repr(granted(PRIVATE.url))


@pytest.mark.parametrize(
    ("requirement", "bare"),
    [
        (
            "app @ https://user:p@ss@a.example.org/app-1-py3-none-any.whl",
            "https://a.example.org/app-1-py3-none-any.whl",
        ),
        ("https://user:p@a.example.org/a-1-py3-none-any.whl#sha256=0f", "https://a.example.org/a-1-py3-none-any.whl"),
        ("https://user:p@a.example.org/a-1.whl?t=1[x,y]", "https://a.example.org/a-1.whl?t=1"),
        ("https://user:p@a.example.org/a-1.whl[x]; python_version > '3'", "https://a.example.org/a-1.whl"),
        ("HTTPS://user@a.example.org/a.whl ; python_version > '3'", "HTTPS://a.example.org/a.whl"),
    ],
)
def test_credentials_are_removed_from_requirements(requirement: str, bare: str) -> None:
    secrets: dict[str, str] = {}
    assert bare.partition("?")[0] in take_secrets(requirement, secrets)
    assert "user" not in take_secrets(requirement, secrets)
    assert list(secrets) == [bare]
    granted = Credentials([PRIVATE], secrets)
    assert granted.grant(Request(bare)).secret_headers["Authorization"].startswith("Basic ")
    assert granted.grant(Request(f"{bare}x")).secret_headers == {}


@pytest.mark.parametrize(
    "requirement", ["app>=1", "app[x] @ https://a.example.org/@v/a.whl", "./app-1-py3-none-any.whl"]
)
def test_requirements_without_credentials_are_unchanged(requirement: str) -> None:
    secrets: dict[str, str] = {}
    assert take_secrets([requirement, [requirement]], secrets) == [requirement, [requirement]]
    assert secrets == {}

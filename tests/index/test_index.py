from __future__ import annotations

import pytest

from wherry.index.index import Index, read_indexes

BASIC = "Basic dXNlcjpzM2NyM3Q="  # user:s3cr3t


@pytest.mark.parametrize(
    "url",
    [
        "https://user:s3cr3t@index.example.org/simple",
        "https://user:s3cr3t@index.example.org/simple/",
        " https://us%65r:s3cr3%74@index.example.org/simple/ ",
    ],
)
def test_credentials_in_a_url_become_a_header_and_are_shown_nowhere(url: str) -> None:
    index = Index(url)
    assert index.url == "https://index.example.org/simple/"
    assert index.headers == {"Authorization": BASIC}
    assert "s3cr3t" not in repr(index)
    assert "dXNlcjpz" not in repr(index)


def test_headers_that_are_given_win_over_the_url() -> None:
    index = Index("https://user:s3cr3t@index.example.org/", {"Authorization": "Bearer token"})
    assert index.headers == {"Authorization": "Bearer token"}
    assert "token" not in repr(index)


def test_what_has_no_credentials_has_no_headers() -> None:
    assert Index("https://index.example.org/@me/").headers == {}


@pytest.mark.parametrize("named", ["https://a.example.org", ["https://a.example.org/"], Index("https://a.example.org")])
def test_a_lone_index_is_a_list_of_one(named: str | list[str] | Index) -> None:
    assert read_indexes(named) == (Index("https://a.example.org/"),)


def test_projects_are_written_before_the_index_that_is_for_them_alone() -> None:
    (index,) = read_indexes(["torch, torchvision @ https://user:s3cr3t@a.example.org/whl"])
    assert index.projects == ("torch", "torchvision")
    assert index.url == "https://a.example.org/whl/"
    assert index.headers == {"Authorization": BASIC}


def test_an_index_is_where_its_path_leads() -> None:
    index = Index("./simple", projects=("a",)).located(lambda _: ("https://example.org/simple", "/home/simple"))
    assert (index.url, index.projects) == ("https://example.org/simple/", ("a",))
    assert index.place == "https://example.org/simple/ (or in /home/simple)"


def test_an_index_that_is_a_url_stays_as_it_is() -> None:
    index = Index("https://example.org/simple/")
    assert index.located(lambda url: (url, "")) is index

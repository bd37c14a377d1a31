from __future__ import annotations

import pytest
from hypothesis import given, strategies as st

from wherry.errors import InvalidRequirement
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
def test_credentials_in_a_url_become_a_header_and_are_never_shown(url: str) -> None:
    index = Index(url)
    assert index.url == "https://index.example.org/simple/"
    assert index.headers == {"Authorization": BASIC}
    assert "s3cr3t" not in repr(index)
    assert "dXNlcjpz" not in repr(index)


def test_given_headers_override_credentials_in_the_url() -> None:
    index = Index("https://user:s3cr3t@index.example.org/", {"Authorization": "Bearer token"})
    assert index.headers == {"Authorization": "Bearer token"}
    assert "token" not in repr(index)


def test_a_url_without_credentials_has_no_headers() -> None:
    assert Index("https://index.example.org/@me/").headers == {}


@pytest.mark.parametrize("named", ["https://a.example.org", ["https://a.example.org/"], Index("https://a.example.org")])
def test_a_single_index_needs_no_list(named: str | list[str] | Index) -> None:
    assert read_indexes(named) == (Index("https://a.example.org/"),)


def test_projects_before_an_index_reserve_it_for_them() -> None:
    (index,) = read_indexes(["torch, torchvision @ https://user:s3cr3t@a.example.org/whl"])
    assert index.projects == ("torch", "torchvision")
    assert index.url == "https://a.example.org/whl/"
    assert index.headers == {"Authorization": BASIC}


def test_a_path_is_replaced_by_its_location() -> None:
    index = Index("./simple", projects=("a",)).located(lambda _: ("https://example.org/simple", "/home/simple"))
    assert (index.url, index.projects) == ("https://example.org/simple/", ("a",))
    assert index.place == "https://example.org/simple/ (or in /home/simple)"


def test_a_url_has_no_other_location() -> None:
    index = Index("https://example.org/simple/")
    assert index.located(lambda url: (url, "")) is index


URL = "https://a.example.org/simple/"
RIGHT = {
    "other spelling": f"Torch.Vision, my_APP,torch-vision @ {URL}",
    "more spaces": f"  torch-vision ,  my-app   @  {URL} ",
    "an index": Index(URL, projects=["Torch_Vision", " my.app "]),
    "an iterator": Index(URL, projects=iter(["torch-vision", "my--app"])),
}


@pytest.mark.parametrize("written", RIGHT.values(), ids=RIGHT)
def test_names_of_reserved_projects_are_normalized(written: str | Index) -> None:
    (index,) = read_indexes(written)
    assert (index.url, index.projects) == (URL, ("torch-vision", "my-app"))


def test_a_single_project_needs_no_list() -> None:
    assert Index(URL, projects="My_App").projects == ("my-app",)


WRONG = [
    f"Mine@{URL}",
    f"mine @{URL}",
    f"mine@ {URL}",
    f"mine\t@\t{URL}",
    f"mine, @ {URL}",
    f", mine @ {URL}",
    f"mine,,other @ {URL}",
    f"mine,other@{URL}",
    f" @ {URL}",
    f"@ {URL}",
    f"@{URL}",
    f", @ {URL}",
    "mine @",
    "mine @ ",
    "mine@./simple",
    "mine@simple",
    f"mine: {URL}",
    f"mine:{URL}",
    f"mine={URL}",
    f"mine {URL}",
    f"mine -> {URL}",
    f"{URL} @ mine",
    f"mine other @ {URL}",
    f"mine>=1 @ {URL}",
    f"mine[extra] @ {URL}",
    f"mi/ne @ {URL}",
    f"m\u0456ne @ {URL}",
    f"'mine' @ {URL}",
    f"mine; other @ {URL}",
    f"mine @ other @ {URL}",
    "mine @ https:/a.example.org",
    "mine @ https://",
    "https:/a.example.org/simple",
    "https:a.example.org",
    "https://[x/",
    "https://a.example.org:99999/",
    "https://a.example.org,https://b.example.org",
    "",
    " ",
]


@pytest.mark.parametrize("written", WRONG)
def test_a_slip_in_an_index_is_refused(written: str) -> None:
    with pytest.raises(InvalidRequirement, match=r"^\"(index_urls|projects)=|^'(index_urls|projects)=") as caught:
        read_indexes([URL, written])
    assert "https://host/path" in str(caught.value)


@pytest.mark.parametrize(
    "projects", [(), [], "", ",", "a, b", "mine,", ("mine,",), ["mine", ""], [None], [7], 7, b"mine"]
)
def test_invalid_or_no_reserved_projects_are_refused(projects: object) -> None:
    with pytest.raises(InvalidRequirement, match="projects="):
        Index(URL, projects=projects)  # type: ignore[arg-type]


@pytest.mark.parametrize("written", [None, 7, b"https://a.example.org", ("mine", URL), {"mine": URL}])
def test_an_index_that_is_no_string_is_refused(written: object) -> None:
    with pytest.raises(InvalidRequirement, match="index_urls="):
        read_indexes([written])  # type: ignore[list-item]


def test_a_dictionary_of_indexes_is_refused() -> None:
    with pytest.raises(InvalidRequirement, match="'project, project @ https"):
        read_indexes({"mine": URL})  # type: ignore[arg-type]


def test_a_project_with_two_indexes_of_its_own_is_refused() -> None:
    assert len(read_indexes([f"mine @ {URL}", f"other @ {URL}", f"Mine @ {URL}"])) == 3
    with pytest.raises(InvalidRequirement, match="two indexes are reserved for it"):
        read_indexes([f"mine @ {URL}", "other, Mine @ https://b.example.org/"])


@pytest.mark.parametrize(
    "written",
    ["mine@https://user:s3cr3t@a.example.org", "https:/user:s3cr3t@a.example.org", "x: http://u:s3cr3t@a.org"],
)
def test_errors_show_no_credentials(written: str) -> None:
    with pytest.raises(InvalidRequirement) as caught:
        read_indexes(written)
    assert "s3cr3t" not in str(caught.value)
    assert "s3cr3t" not in str(caught.value.facts())


@pytest.mark.parametrize(
    "url", ["./simple@2", "/srv/@me/simple", "simple", "emfs:/simple", "file:///simple", "HTTPS://A.example.org/@me/x"]
)
def test_paths_and_urls_may_contain_an_at_sign(url: str) -> None:
    (index,) = read_indexes(url)
    assert (index.url, index.projects) == (f"{url}/", None)


@given(st.lists(st.sampled_from(["mine", "Mine", "@", " @ ", ",", " ", URL, ":", "./x", "=", "\t", "@"]), max_size=6))
def test_a_project_and_a_url_are_a_reservation_or_refused(pieces: list[str]) -> None:
    written = "".join(pieces)
    try:
        (index,) = read_indexes(written)
    except InvalidRequirement:
        return
    if "mine" in written.lower() and URL in written and not written.lstrip().startswith(("./x", URL)):
        # Another scheme, as in "minehttps://…", fails later, when it is requested.
        assert index.projects == ("mine",) or index.url.lower().startswith("mine")

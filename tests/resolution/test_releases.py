from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given, strategies as st
from packaging.utils import canonicalize_name, parse_wheel_filename

from tests.harness.environments import PYODIDE_314
from wherry.model.project import LazyFiles, ProjectFile, ProjectPage
from wherry.resolution.releases import find_newest, find_releases
from wherry.resolution.wheel_selection import DoesNotFit, WheelSelection

if TYPE_CHECKING:
    from collections.abc import Sequence

NAME = canonicalize_name("app")
URL = "https://example.org/simple/app/"


def page_of(*filenames: str, made: list[int] | None = None) -> ProjectPage:
    def make(positions: Sequence[int]) -> list[ProjectFile]:
        if made is not None:
            made.extend(positions)
        return [ProjectFile(filenames[position], URL + filenames[position]) for position in positions]

    return ProjectPage(NAME, URL, LazyFiles(filenames, make))


def test_files_for_other_platforms_are_made_for_explanations_only():
    made: list[int] = []
    other, mine, source = "app-1-cp314-cp314-win_amd64.whl", "app-1-py3-none-any.whl", "app-1.tar.gz"
    releases = find_releases(page_of(other, mine, source, made=made), WheelSelection(PYODIDE_314))
    assert [release.file.filename for release in releases.entries] == [mine]
    assert made == [1]
    assert [filename for filename, _ in releases.rejections] == [source, other]


MINE = PYODIDE_314.platform
FILENAMES = st.builds(
    "{}-{}-{}-{}{}".format,
    st.sampled_from(["app", "App", "other", "", "-"]),
    st.sampled_from(["1", "2", "x", ""]),
    st.sampled_from(["py3-none", "cp314-cp314", "cp39-cp39", "py3", "1-py3-none"]),
    st.sampled_from(["any", "ANY", "win32", "win32.any", "any.win32", MINE, f"linux_x86_64.{MINE}", ""]),
    st.sampled_from([".whl", ".WHL", ".tar.gz", "whl", ""]),
)


@given(st.lists(FILENAMES, max_size=4, unique=True))
def test_every_file_either_fits_or_is_rejected(filenames):
    fitting = WheelSelection(PYODIDE_314)
    page = page_of(*filenames)
    fits = set()
    for file in page.files:
        try:
            version, _ = fitting.judge(file, page)
        except DoesNotFit:
            continue
        fits.add((file.filename, version))
    releases = find_releases(page, fitting)
    assert {release.version for release in releases.entries} == {version for _, version in fits}
    assert {filename for filename, _ in releases.rejections} == set(filenames) - {filename for filename, _ in fits}


@given(st.lists(FILENAMES, max_size=6))
def test_names_are_parsed_as_by_packaging_in_any_order(filenames):
    fitting = WheelSelection(PYODIDE_314)
    page = page_of(*filenames)
    for file in page.files:
        try:
            version, _ = fitting.judge(file, page)
        except DoesNotFit:
            continue
        assert parse_wheel_filename(file.filename)[:2] == (NAME, version)


MANY = 30
VERSIONS = st.builds(
    "{}{}{}{}".format,
    st.sampled_from(["", "1!", "0!"]),
    st.sampled_from(["1", "1.0", "01.0.0", "1.2", "2", "10", "9.10", "x", "", "1..2"]),
    st.sampled_from(["", "a1", ".post1", ".dev0", "+l", "-1"]),
    st.sampled_from(["", "-1x"]),
)


@given(st.lists(VERSIONS, max_size=40), st.lists(st.sampled_from(["app", "App", "other"]), min_size=1, max_size=3))
def test_the_newest_releases_are_the_first_of_all(versions, projects):
    filler = [f"app-0.{number}-py3-none-any.whl" for number in range(MANY)]
    named = [f"{project}-{version}-py3-none-any.whl" for project in projects for version in versions]
    page = page_of(*named, *filler)
    newest = find_newest(page, WheelSelection(PYODIDE_314))
    assert newest is not None
    first = find_releases(page, WheelSelection(PYODIDE_314)).entries[: len(newest.entries)]
    assert newest.entries == first


def test_a_short_page_is_read_at_once():
    assert find_newest(page_of("app-1-py3-none-any.whl"), WheelSelection(PYODIDE_314)) is None

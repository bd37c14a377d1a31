from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given, settings, strategies as st
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from tests.harness.environments import PYODIDE_314
from wherry.model.project import LazyFiles, ProjectFile, ProjectPage
from wherry.resolution.candidates import Candidates, Policy
from wherry.resolution.problem import Problem
from wherry.resolution.requirements import ProjectRequirement
from wherry.resolution.snapshot import Snapshot

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

NAME = canonicalize_name("app")
URL = "https://example.org/simple/app/"
MANY = 60
FINALS = [f"{number}.0" for number in range(MANY)]
SPECIFIERS = ["", "<3", "<59.0a0", ">=58.0a1", "==2.0", "!=59.0", ">=99", "==59.0", "<1.0a1"]


def snapshot(versions: Iterable[str], yanked: Collection[str] = (), made: list[str] | None = None) -> Snapshot:
    names = [f"app-{version}-py3-none-any.whl" for version in versions]

    def make(positions: Sequence[int]) -> list[ProjectFile]:
        if made is not None:
            made.extend(names[position] for position in positions)
        return [file(names[position]) for position in positions]

    def file(name: str) -> ProjectFile:
        return ProjectFile(name, URL + name, yanked="" if name.split("-")[1] in yanked else None)

    known = Snapshot(PYODIDE_314)
    known.pages[NAME] = ProjectPage(NAME, URL, LazyFiles(names, make))
    return known


def select(
    known: Snapshot, specifier: str = "", policy: Policy = Policy.AS_ASKED, *, pre: bool = False
) -> Sequence[tuple[str, int]]:
    """Return the versions in order, each with the identity of its source."""
    requirements = (ProjectRequirement(NAME, SpecifierSet(specifier), text=specifier),)
    candidates = Candidates(Problem(PYODIDE_314, requirements, pre=pre), known, policy)
    return [(str(one.version), id(one.source)) for one in candidates.select(NAME, requirements)]


def test_older_files_of_a_page_are_not_read_for_the_newest_release():
    made: list[str] = []
    known = snapshot(FINALS, made=made)
    candidates = Candidates(Problem(PYODIDE_314, ()), known, Policy.AS_ASKED)
    newest = next(candidates.select(NAME, [ProjectRequirement(NAME)]))
    assert str(newest.version) == f"{MANY - 1}.0"
    assert 0 < len(made) < MANY / 4
    assert "app-0.0-py3-none-any.whl" not in made


def test_older_files_are_read_when_the_newest_do_not_satisfy():
    assert [version for version, _ in select(snapshot(FINALS), "<3")] == ["2.0", "1.0", "0.0"]


def test_prereleases_alone_at_the_top_come_after_older_finals():
    known = snapshot(["1.0", *(f"2.0.{number}a1" for number in range(MANY))])
    assert [version for version, _ in select(known)] == ["1.0"]


def test_the_newest_releases_are_the_same_objects_when_all_are_known():
    known = snapshot(FINALS)
    before = known.newest(NAME)
    after = known.releases(NAME)
    assert before is not None
    assert after is not None
    assert all(one is other for one, other in zip(before.entries, after.entries, strict=False))


@settings(max_examples=60)
@given(
    st.lists(st.sampled_from(["", "a1", ".post1", ".dev2", "+local", ".0.0"]), min_size=MANY, max_size=MANY),
    st.sets(st.integers(0, MANY - 1)),
    st.sampled_from(SPECIFIERS),
    st.sampled_from(Policy),
    st.booleans(),
)
def test_reading_the_newest_first_changes_no_order(endings, yanked, specifier, policy, pre):
    # 37 has no factor of 60: every number comes, in another order than that of versions.
    versions = [f"{number * 37 % MANY}.0{ending}" for number, ending in enumerate(endings)]
    withdrawn = {versions[number] for number in yanked}
    known, in_parts = snapshot(versions, withdrawn), snapshot(versions, withdrawn)
    assert known.releases(NAME) is not None
    whole = select(known, specifier, policy, pre=pre)
    found = select(in_parts, specifier, policy, pre=pre)
    assert [version for version, _ in found] == [version for version, _ in whole]
    # Known in part or as a whole, each release is one object.
    assert select(in_parts, specifier, policy, pre=pre) == found

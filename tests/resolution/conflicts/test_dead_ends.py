from __future__ import annotations

from packaging.utils import canonicalize_name

from tests.harness.small_indexes import SmallIndex, SmallRelease
from wherry.resolution.candidates import Candidates, Policy, probe
from wherry.resolution.conflicts.dead_ends import DeadEnds
from wherry.resolution.snapshot import MetadataNeed, PageNeed, Snapshot

# f is on no index; each release of a requires it, directly or through b.
DEAD = SmallIndex(
    {
        ("a", "1"): SmallRelease(("f",)),
        ("a", "2"): SmallRelease(("b", "c")),
        ("b", "1"): SmallRelease(("f>=1", "a")),
        ("c", "1"): SmallRelease(),
    },
    ("a",),
)
ALIVE = SmallIndex({**DEAD.releases, ("a", "1"): SmallRelease()}, ("a",))


def chains(index: SmallIndex, snapshot: Snapshot | None = None) -> list[tuple[str, ...]]:
    return [end.chain for end in DeadEnds(index.problem(), snapshot or index.snapshot()).find()]


def test_finds_a_dead_end_of_all_releases_with_the_chain_of_the_newest() -> None:
    assert chains(DEAD) == [("a", "b", "f>=1")]


def test_an_older_usable_release_is_no_dead_end() -> None:
    assert chains(ALIVE) == []


def test_a_hole_is_a_need_and_no_dead_end() -> None:
    snapshot = DEAD.snapshot()
    del snapshot.pages[canonicalize_name("f")]
    ends = DeadEnds(DEAD.problem(), snapshot)
    assert list(ends.find()) == []
    assert ends.needs == (PageNeed(canonicalize_name("f")),)


def test_older_releases_need_their_metadata_only() -> None:
    snapshot = DEAD.snapshot()
    (older,) = [file for file in snapshot.pages[canonicalize_name("a")].files if "-1-" in file.filename]  # type: ignore[union-attr]
    del snapshot.metadata[older.url]
    (need,) = DeadEnds(DEAD.problem(), snapshot).needs
    assert isinstance(need, MetadataNeed)
    assert (need.file, need.probe) == (older, True)


def test_a_chain_longer_than_the_stack_is_followed() -> None:
    # Five projects, but each release requires another range of the next.
    releases = {
        (project, str(version)): SmallRelease((f"{following}=={version + (project == 'e')}",))
        for project, following in zip("abcde", "bcdea", strict=True)
        for version in range(1, 250)
    }
    assert chains(SmallIndex(releases, ("a==1",)))[0][-1] == "a==250"


def test_few_candidates_are_all_probed_and_of_many_some_and_the_last() -> None:
    releases = {("a", str(version)): SmallRelease() for version in range(300)}
    index = SmallIndex(releases, ("a",))
    candidates = Candidates(index.problem(), index.snapshot(), Policy.AS_ASKED)
    every = list(candidates.select(canonicalize_name("a"), ()))
    assert list(probe(every[:12])) == every[:12]
    assert [every.index(candidate) for candidate in probe(every)] == [0, 3, 15, 63, 255, 299]

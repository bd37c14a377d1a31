"""Random small indexes: the resolver agrees with brute force, and the answer depends on the index only."""

from __future__ import annotations

import asyncio
import itertools
from dataclasses import replace
from typing import TYPE_CHECKING

from hypothesis import example, given, strategies as st
from packaging.utils import canonicalize_name
from packaging.version import Version
from resolvelib import BaseReporter
from resolvelib.resolvers import Resolution, ResolverException

from tests.harness.small_indexes import (
    LOCKED,
    PROJECTS,
    Ingredients,
    SlowIndex,
    SmallIndex,
    SmallRelease,
    partly_known,
    small_indexes,
)
from wherry.errors import ResolutionError
from wherry.index import resolve as resolving
from wherry.resolution.attempt import attempt
from wherry.resolution.candidates import Candidates, Policy
from wherry.resolution.provider import Provider
from wherry.resolution.snapshot import Snapshot

if TYPE_CHECKING:
    from collections.abc import Mapping
    from random import Random

    from wherry.resolution.problem import Problem

FINALS = Ingredients()
EVERYTHING = Ingredients(versions=("1", "2", "3b1"), unfit=True, constraints=True, installed=True)
MEMBERS = Ingredients(versions=("1", "1.5", "2"), installed=True, constraints=True, distribution=True)
YANKED = Ingredients(versions=("1", "2", "3"), yanked=True)
EXTRAS = Ingredients(versions=("1", "2", "3b1"), unfit=True, installed=True, yanked=True, extras=True)
PINNED_ELSEWHERE = SmallIndex(
    {("a", "1"): SmallRelease(), ("a", "2"): SmallRelease(yanked=True), ("b", "1"): SmallRelease(("a==2",))},
    ("a>=2", "b"),
)
PINNED_BY_WHAT_IS_GIVEN_UP = SmallIndex(
    {("a", "1"): SmallRelease(yanked=True), ("a", "2"): SmallRelease(("a==1",))}, ("a",)
)
# a[x] 3 fails because of c. Then a 3 is tried, which excludes the other versions of a[x] as long as it is chosen.
EXCLUDED_MEANWHILE = SmallIndex(
    {
        ("a", "1"): SmallRelease(),
        ("a", "3"): SmallRelease(("c; extra == 'x'", "a!=1")),
        ("c", "1"): SmallRelease(("e[x]",)),
    },
    ("a[x]>=1",),
)


def resolve(index: SmallIndex, *, locked: Mapping[str, str] | None = None) -> dict[str, str] | None:
    try:
        result = attempt(preferring(index, locked), index.snapshot())
    except ResolutionError:
        return None
    assert result.needs == ()
    assert result.resolution is not None
    return dict(result.resolution.pins)


def preferring(index: SmallIndex, locked: Mapping[str, str] | None) -> Problem:
    """Return the problem of an index with the versions of an earlier lock."""
    versions = {canonicalize_name(name): Version(version) for name, version in (locked or {}).items()}
    return replace(index.problem(), locked=versions)


def is_solved_by_resolvelib(index: SmallIndex) -> bool:
    problem = index.problem()
    provider = Provider(Candidates(problem, index.snapshot(), Policy.AS_ASKED))
    try:
        # Not resolvelib.Resolver: that searches the path from each candidate to the root, which never ends if rejected
        # candidates require one another.
        Resolution(provider, BaseReporter()).resolve(problem.requirements, max_rounds=2_000)
    except ResolverException:
        return False
    return True


def agrees(index: SmallIndex, found: dict[str, str] | None) -> bool:
    return next(index.solutions(), None) is None if found is None else index.satisfied(found)


@given(small_indexes(FINALS))
@example(EXCLUDED_MEANWHILE)
def test_final_releases_agree_with_brute_force(index: SmallIndex) -> None:
    assert agrees(index, resolve(index))


@given(small_indexes(EVERYTHING))
def test_prereleases_constraints_and_installed_projects_agree_with_brute_force(index: SmallIndex) -> None:
    assert agrees(index, resolve(index))


@given(small_indexes(MEMBERS))
def test_members_of_the_distribution_agree_with_brute_force(index: SmallIndex) -> None:
    assert agrees(without_locked_releases(index), resolve(without_locked_releases(index)))


def without_locked_releases(index: SmallIndex) -> SmallIndex:
    """Remove the lock's versions from other sources, because a pin does not name its source."""
    releases = {key: release for key, release in index.releases.items() if key[1] != LOCKED}
    installed = {name: found for name, found in index.installed.items() if found[0] != LOCKED}
    return replace(index, releases=releases, installed=installed)


@given(small_indexes(YANKED))
@example(PINNED_ELSEWHERE)
@example(PINNED_BY_WHAT_IS_GIVEN_UP)
def test_yanked_releases_agree_with_brute_force(index: SmallIndex) -> None:
    assert agrees(index, resolve(index))


@given(small_indexes(EXTRAS))
def test_releases_without_an_extra_agree_with_brute_force(index: SmallIndex) -> None:
    assert agrees(index, resolve(index))


@given(small_indexes(FINALS))
@example(EXCLUDED_MEANWHILE)
def test_every_problem_that_resolvelib_solves_is_solved(index: SmallIndex) -> None:
    assert resolve(index) is not None or not is_solved_by_resolvelib(index)


@given(small_indexes(MEMBERS), st.integers(0, 2**32))
def test_known_metadata_of_the_distribution_does_not_change_the_answer(index: SmallIndex, seed: int) -> None:
    index = without_locked_releases(index)
    full = index.snapshot()
    expected = resolve(index)
    for known in (Snapshot(full.environment), partly_known(full, seed)):
        assert grow(index, known, SlowIndex(full, seed)) == expected


@given(small_indexes(EVERYTHING) | small_indexes(EXTRAS), st.integers(0, 2**32))
def test_arrival_and_known_metadata_do_not_change_the_answer(index: SmallIndex, seed: int) -> None:
    full = index.snapshot()
    expected = resolve(index)
    for known in (Snapshot(full.environment), partly_known(full, seed)):
        assert grow(index, known, SlowIndex(full, seed)) == expected


def grow(
    index: SmallIndex, known: Snapshot, client: SlowIndex, *, locked: Mapping[str, str] | None = None
) -> dict[str, str] | None:
    try:
        return dict(asyncio.run(resolving.resolve(preferring(index, locked), known, client)).pins)
    except ResolutionError:
        return None


@given(small_indexes(FINALS))
def test_preferring_the_versions_of_its_own_answer_changes_nothing(index: SmallIndex) -> None:
    found = resolve(index)
    assert found is None or resolve(index, locked=found) == found


@given(
    small_indexes(EVERYTHING),
    st.dictionaries(st.sampled_from(PROJECTS), st.sampled_from(EVERYTHING.versions)),
    st.integers(0, 2**32),
)
def test_versions_of_an_earlier_lock_are_preferred_within_the_answers_of_brute_force(
    index: SmallIndex, locked: dict[str, str], seed: int
) -> None:
    found = resolve(index, locked=locked)
    assert agrees(index, found)
    full = index.snapshot()
    for known in (Snapshot(full.environment), partly_known(full, seed)):
        assert grow(index, known, SlowIndex(full, seed), locked=locked) == found


@given(small_indexes(FINALS), st.data())
def test_a_whole_earlier_lock_that_still_satisfies_is_kept(index: SmallIndex, data: st.DataObject) -> None:
    answers = [dict(answer) for answer in itertools.islice(index.solutions(), 9)]
    if answers:
        locked = data.draw(st.sampled_from(answers))
        assert resolve(index, locked=locked) == locked


@given(small_indexes(EVERYTHING), st.randoms(use_true_random=False))
def test_the_order_of_requirements_and_constraints_does_not_change_the_answer(
    index: SmallIndex, chance: Random
) -> None:
    requested = tuple(chance.sample(index.requested, len(index.requested)))
    assert resolve(replace(index, requested=requested, constraints=index.constraints[::-1])) == resolve(index)

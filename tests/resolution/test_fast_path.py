from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import example, given, strategies as st
from packaging.utils import canonicalize_name

from tests.harness.small_indexes import Ingredients, SmallIndex, SmallRelease, partly_known, small_indexes
from wherry.resolution.candidates import Candidates, Policy
from wherry.resolution.conflicts.resolver import Resolver
from wherry.resolution.fast_path import MAX_DECISIONS, MAX_WORDINGS, decide_on_fast_path
from wherry.resolution.provider import Provider

if TYPE_CHECKING:
    from wherry.resolution.conflicts.resolver import Answer
    from wherry.resolution.snapshot import Snapshot

EVERYTHING = Ingredients(versions=("1", "2", "3b1"), yanked=True, unfit=True, constraints=True, installed=True)
PLAIN = SmallIndex(
    {
        ("b", "1"): SmallRelease(("a[x]>=1",)),
        ("a", "1"): SmallRelease(("c; extra == 'x'",)),
        ("c", "1"): SmallRelease(),
    },
    ("b",),
)
CHOSEN_ANEW = SmallIndex(
    {("a", "1"): SmallRelease(), ("a", "2"): SmallRelease(), ("b", "1"): SmallRelease(("a<2",))}, ("a", "b")
)
NEWEST_REJECTED = SmallIndex(
    {
        ("a", "1"): SmallRelease(),
        ("a", "2"): SmallRelease(("b>=2",)),
        ("b", "1"): SmallRelease(),
        ("b", "2"): SmallRelease(),
    },
    ("a", "b<2"),
)
# resolvelib rejects b 2 because of its first requirement, although its second one allows the yanked release.
NAMED_LATER = SmallIndex(
    {
        ("a", "1"): SmallRelease(),
        ("a", "2"): SmallRelease(yanked=True),
        ("b", "1"): SmallRelease(),
        ("b", "2"): SmallRelease(("a!=1", "a==2")),
    },
    ("b",),
)
# Over an unknown page of d, its extra would get the installed version, which "d>=4" excludes, and d the placeholder.
EXTRA_ELSEWHERE = SmallIndex({("b", "1"): SmallRelease(("d[x]!=3", "d>=4"))}, ("b",), installed={"d": ("2", ("c",))})
WITHOUT_ANSWER = replace(CHOSEN_ANEW, requested=("a>=3",))


def provider(index: SmallIndex, snapshot: Snapshot | None = None, policy: Policy = Policy.AS_ASKED) -> Provider:
    return Provider(Candidates(index.problem(), snapshot or index.snapshot(), policy))


def decide(index: SmallIndex) -> dict[str, str] | None:
    answer = decide_on_fast_path(provider(index), index.problem().requirements)
    return None if answer is None else {str(key): str(candidate.version) for key, candidate in answer.mapping.items()}


def told(answer: Answer) -> object:
    """Return the candidates in order, the requirements of each with their parents, and the edges of the graph."""
    chosen = [(identifier, candidate.source) for identifier, candidate in answer.mapping.items()]
    causes = {
        identifier: sorted((str(cause.parent), str(cause.requirement)) for cause in criterion.information)
        for identifier, criterion in answer.criteria.items()
    }
    return chosen, causes, set(answer.graph.iter_edges())


def test_decides_a_problem_without_conflicts() -> None:
    assert decide(PLAIN) == {"('a', '')": "1", "('a', 'x')": "1", "('b', '')": "1", "('c', '')": "1"}


@pytest.mark.parametrize("index", [CHOSEN_ANEW, NEWEST_REJECTED, NAMED_LATER, WITHOUT_ANSWER])
def test_stops_at_a_revised_choice_or_a_rejected_candidate(index: SmallIndex) -> None:
    assert decide(index) is None


def test_stops_if_an_extra_gets_another_version_than_its_project() -> None:
    snapshot = EXTRA_ELSEWHERE.snapshot()
    del snapshot.pages[canonicalize_name("d")]
    assert decide_on_fast_path(provider(EXTRA_ELSEWHERE, snapshot), EXTRA_ELSEWHERE.problem().requirements) is None


@pytest.mark.parametrize("policy", [Policy.LAST_RESORT, Policy.RELAXED])
def test_decides_only_under_the_policy_as_asked(policy: Policy) -> None:
    assert decide_on_fast_path(provider(PLAIN, policy=policy), PLAIN.problem().requirements) is None


def installed_chain(length: int) -> SmallIndex:
    projects = {f"p{number}": ("1", (f"p{number + 1}",)) for number in range(length - 1)}
    return SmallIndex({}, ("p0",), installed={**projects, f"p{length - 1}": ("1", ())})


def test_the_number_of_decisions_is_limited() -> None:
    assert len(decide(installed_chain(MAX_DECISIONS)) or ()) == MAX_DECISIONS
    assert decide(installed_chain(MAX_DECISIONS + 1)) is None


def required_in_so_many_ways(number: int) -> SmallIndex:
    return SmallIndex(
        {("a", "1"): SmallRelease(tuple(f"b<={2 + one}" for one in range(number))), ("b", "1"): SmallRelease()}, ("a",)
    )


def test_the_number_of_requirements_of_a_project_is_limited() -> None:
    assert len(decide(required_in_so_many_ways(MAX_WORDINGS)) or ()) == 2
    assert decide(required_in_so_many_ways(MAX_WORDINGS + 1)) is None


def test_does_not_start_if_many_pages_are_known() -> None:
    snapshot = PLAIN.snapshot()
    for number in range(MAX_DECISIONS):
        snapshot.pages[canonicalize_name(f"other-{number}")] = None
    asked = provider(PLAIN, snapshot)
    assert decide_on_fast_path(asked, PLAIN.problem().requirements) is None


@given(index=small_indexes(EVERYTHING), holes=st.booleans(), seed=st.integers(0, 2**32))
@example(index=NAMED_LATER, holes=False, seed=0)
def test_both_engines_give_the_same_answer_over_the_same_holes(index: SmallIndex, holes: bool, seed: int) -> None:  # noqa: FBT001
    snapshot = partly_known(index.snapshot(), seed) if holes else index.snapshot()
    requirements = index.problem().requirements
    straight, engine = provider(index, snapshot), provider(index, snapshot)
    answer = decide_on_fast_path(straight, requirements)
    if answer is not None:
        assert told(answer) == told(Resolver(engine).resolve(requirements))
        assert set(straight.needs) == set(engine.needs)

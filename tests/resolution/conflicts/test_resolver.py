from __future__ import annotations

from dataclasses import replace

import pytest
from packaging.utils import canonicalize_name

from tests.harness.small_indexes import SmallIndex, SmallRelease
from wherry.errors import ResolutionTooDeep
from wherry.resolution.candidates import Candidates, Policy
from wherry.resolution.conflicts.resolver import Refuted, Resolver
from wherry.resolution.provider import Provider

A, B, C = ((canonicalize_name(name), "") for name in "abc")
# The example in the docstring of wherry.resolution.conflicts.
GOING_BACK = SmallIndex(
    {
        ("a", "1"): SmallRelease(),
        ("a", "2"): SmallRelease(("b",)),
        ("b", "1"): SmallRelease(("c==1",)),
        ("c", "1"): SmallRelease(),
        ("c", "2"): SmallRelease(),
    },
    ("a", "c>=2"),
)
# Each of three projects takes one of two places, and no place has room for two.
CROWDED = SmallIndex(
    {
        **{
            (who, str(place)): SmallRelease((f"{'de'[place - 1]}=={number}",))
            for number, who in enumerate("abc", 1)
            for place in (1, 2)
        },
        **{(place, str(number)): SmallRelease() for place in "de" for number in (1, 2, 3)},
    },
    ("a", "b", "c"),
)


def resolver(index: SmallIndex) -> Resolver:
    return Resolver(Provider(Candidates(index.problem(), index.snapshot(), Policy.AS_ASKED)))


def test_the_answer_has_no_rejected_candidates() -> None:
    answer = resolver(GOING_BACK).resolve(GOING_BACK.problem().requirements)
    assert {name: str(candidate.version) for (name, _), candidate in answer.mapping.items()} == {"a": "1", "c": "2"}
    assert set(answer.graph) == {None, A, C}
    assert answer.graph.connected(None, A)
    assert [str(requirement) for requirement in answer.criteria[C].iter_requirement()] == ["c>=2"]


def test_the_example_without_its_older_release_is_refuted_by_four_facts() -> None:
    index = replace(GOING_BACK, releases={key: one for key, one in GOING_BACK.releases.items() if key != ("a", "1")})
    with pytest.raises(Refuted) as caught:
        resolver(index).resolve(index.problem().requirements)
    told = sorted((str(cause.parent), str(cause.requirement)) for cause in caught.value.causes)
    assert told == [("None", "a"), ("None", "c>=2"), ("a 2", "b"), ("b 1", "c==1")]


def test_a_refutation_has_the_facts_that_exclude_every_answer() -> None:
    with pytest.raises(Refuted) as caught:
        resolver(CROWDED).resolve(CROWDED.problem().requirements)
    told = {(str(cause.parent), str(cause.requirement)) for cause in caught.value.causes}
    asked = {("None", who) for who in "abc"}
    assert told == asked | {
        (f"{who} {place}", f"{'de'[place - 1]}=={number}") for number, who in enumerate("abc", 1) for place in (1, 2)
    }


def test_too_many_conflicts_are_an_error_that_names_the_projects() -> None:
    with pytest.raises(ResolutionTooDeep) as caught:
        resolver(CROWDED).resolve(CROWDED.problem().requirements, max_rounds=2)
    assert caught.value.effort == "2 conflicts"
    assert set(caught.value.trying) <= set("abcde")
    assert caught.value.trying


def test_a_yanked_release_is_refuted_without_trying_all_combinations_of_other_projects() -> None:
    others = {(who, str(number)): SmallRelease() for who in "bcde" for number in range(6)}
    index = SmallIndex({("a", "1"): SmallRelease(yanked=True), ("a", "2"): SmallRelease(), **others}, (*"bcde", "a<2"))
    subject = Resolver(Provider(Candidates(index.problem(), index.snapshot(), Policy.LAST_RESORT)))
    with pytest.raises(Refuted):
        subject.resolve(index.problem().requirements, max_rounds=2 * len(others))


def test_a_choice_that_names_a_yanked_release_is_found_among_many() -> None:
    others = {(who, str(number)): SmallRelease() for who in "bcde" for number in range(6)}
    others["e", "0"] = SmallRelease(("f",))
    index = SmallIndex(
        {("a", "1"): SmallRelease(yanked=True), ("f", "1"): SmallRelease(("a==1",)), **others}, (*"bcde", "a<2")
    )
    subject = Resolver(Provider(Candidates(index.problem(), index.snapshot(), Policy.LAST_RESORT)))
    answer = subject.resolve(index.problem().requirements, max_rounds=2 * len(others))
    versions = {name: str(candidate.version) for (name, _), candidate in answer.mapping.items()}
    assert versions == {"a": "1", "b": "5", "c": "5", "d": "5", "e": "0", "f": "1"}

"""Random small indexes: the resolver agrees with trying everything."""

from __future__ import annotations

from hypothesis import given, settings
from packaging.requirements import Requirement

from tests.harness.environments import PYODIDE_314
from tests.harness.small_indexes import SmallIndex, small_indexes
from wherry.errors import ResolutionError
from wherry.resolution.attempt import attempt
from wherry.resolution.problem import Problem
from wherry.resolution.requirements import expand


def resolve(index: SmallIndex) -> dict[str, str] | None:
    requirements = tuple(one for text in index.requested for one in expand(Requirement(text)))
    try:
        result = attempt(Problem(PYODIDE_314, requirements), index.snapshot())
    except ResolutionError:
        return None
    assert result.needs == ()
    assert result.resolution is not None
    return dict(result.resolution.pins)


@settings(max_examples=300, deadline=None)
@given(small_indexes())
def test_an_answer_is_found_just_where_there_is_one_and_satisfies_everything(index: SmallIndex) -> None:
    found = resolve(index)
    if found is None:
        assert next(index.solutions(), None) is None
    else:
        assert index.satisfied(found)

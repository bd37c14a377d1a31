from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, strategies as st
from packaging.utils import canonicalize_name

from tests.harness.environments import PYODIDE_314
from tests.harness.index_files import make_wheel
from tests.harness.ladders import LADDERS
from tests.harness.memory_fetcher import JSON_URL, MemoryFetcher
from wherry.errors import ResolutionError
from wherry.index.cache import MemoryCache, NoCache
from wherry.index.client import IndexClient
from wherry.index.prefetch.last_answer import MAX_SIZE, MOST, keep_last_answer, read_last_answer
from wherry.index.resolve import resolve
from wherry.resolution.problem import ResolveOptions, pose
from wherry.resolution.snapshot import Snapshot

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from packaging.utils import NormalizedName

    from tests.harness.index_files import IndexFile
    from wherry.resolution.problem import Problem
    from wherry.resolution.resolution import Resolution

CHAIN = [make_wheel("a", "1", requires=["b"]), make_wheel("b", "1", requires=["c"]), make_wheel("c", "1")]
WHEELS = {"a": "a-1-py3-none-any.whl", "b": "b-1-py3-none-any.whl", "c": "c-1-py3-none-any.whl"}


def problem(*requirements: str, **options: object) -> Problem:
    return pose(
        ResolveOptions(requirements=requirements, **options),  # type: ignore[arg-type]
        environment=PYODIDE_314,
        installed={},
        distribution={},
        index_urls=(JSON_URL,),
    )[0]


def named(last_answer: Mapping[str, str]) -> dict[NormalizedName, str]:
    return {canonicalize_name(name): filename for name, filename in last_answer.items()}


async def decide(
    files: Sequence[IndexFile], requirements: Sequence[str], last_answer: Mapping[str, str], seed: int = 0
) -> tuple[Resolution | str, MemoryFetcher]:
    fetcher = MemoryFetcher(files, seed=seed)
    async with IndexClient(fetcher, NoCache(), [JSON_URL]) as index:
        try:
            answer = await resolve(problem(*requirements), Snapshot(PYODIDE_314), index, last_answer=named(last_answer))
        except ResolutionError as error:
            return f"{type(error).__name__}: {error}", fetcher
        return answer, fetcher


async def test_pages_of_the_last_answer_are_requested_at_once() -> None:
    cache = MemoryCache()
    answer, _ = await decide(CHAIN, ["a"], {})
    assert not isinstance(answer, str)
    await keep_last_answer(problem("a"), answer, cache)
    assert await read_last_answer(problem("a"), cache) == WHEELS
    again, fetcher = await decide(CHAIN, ["a"], WHEELS)
    assert again == answer
    asked = [request.url for request in fetcher.asked]
    assert set(asked[:3]) == {f"{JSON_URL}{name}/" for name in "abc"}
    assert len(asked) == len(set(asked)) == 6


async def test_another_problem_has_another_last_answer() -> None:
    cache = MemoryCache()
    answer, _ = await decide(CHAIN, ["a"], {})
    assert not isinstance(answer, str)
    await keep_last_answer(problem("a"), answer, cache)
    for other in (problem("a>=1"), problem("a", constraints=["b<2"]), problem("a", pre=True), problem("b")):
        assert await read_last_answer(other, cache) == {}


@pytest.mark.parametrize("name", ["12 diamonds", "the newest client", "6 pigeons, 5 holes"])
async def test_a_wrong_last_answer_changes_neither_answer_nor_error(name: str) -> None:
    ladder = LADDERS[name]()
    names = sorted({str(file.identity[0]) for file in ladder.files})
    wrong: dict[str, str] = {
        name: next(file.filename for file in ladder.files if file.identity[0] == name) for name in names
    }
    wrong |= {"unheard-of": "unheard_of-1-py3-none-any.whl", "a": "", "b": "no wheel at all"}
    plain, _ = await decide(ladder.files, ladder.requested, {})
    for seed in range(3):
        misled, _ = await decide(ladder.files, ladder.requested, wrong, seed)
        assert misled == plain


JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=9), inner, max_size=3),
    max_leaves=6,
)


class Constant:
    """A cache with the same content under every key."""

    def __init__(self, content: bytes) -> None:
        self.content = content

    async def get(self, key: str) -> bytes | None:  # noqa: ARG002 - the port's signature
        return self.content

    async def put(self, key: str, content: bytes) -> None:  # noqa: ARG002 - the port's signature
        raise AssertionError(key)


@given(st.binary(max_size=60) | JSON_VALUES.map(lambda value: json.dumps(value).encode()))
def test_invalid_content_of_the_cache_is_ignored(content: bytes) -> None:
    last_answer = asyncio.run(read_last_answer(problem("a"), Constant(content)))
    assert all(name == canonicalize_name(name) for name in last_answer)


@pytest.mark.parametrize("name", ["../private", "", "a/b", "-a"])
async def test_invalid_project_names_are_ignored(name: str) -> None:
    assert await read_last_answer(problem("a"), Constant(json.dumps({name: ""}).encode())) == {}


async def test_the_number_of_projects_is_limited() -> None:
    many = json.dumps({f"p{number}": "" for number in range(MOST * 3)}).encode()
    assert len(await read_last_answer(problem("a"), Constant(many))) == MOST


async def test_a_last_answer_above_the_size_limit_is_ignored() -> None:
    small = json.dumps({"a": ""}).encode()
    assert await read_last_answer(problem("a"), Constant(small + b" " * 100)) == named({"a": ""})
    assert await read_last_answer(problem("a"), Constant(small + b" " * MAX_SIZE)) == {}

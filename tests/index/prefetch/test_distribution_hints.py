from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.harness.environments import PYODIDE_314
from tests.harness.index_files import make_wheel
from tests.harness.memory_fetcher import JSON_URL, MemoryFetcher
from wherry.index.cache import NoCache
from wherry.index.client import IndexClient
from wherry.index.prefetch.distribution_hints import MANY
from wherry.index.resolve import resolve
from wherry.model.locked_package import LockedPackage
from wherry.model.project import ProjectFile
from wherry.resolution.problem import ResolveOptions, pose
from wherry.resolution.snapshot import Snapshot

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from packaging.utils import NormalizedName

    from tests.harness.index_files import IndexFile
    from wherry.index.fetcher import Request, Response

LOCK = {"a": ["b", "libx"], "b": ["c", "a"], "c": [], "libx": [], "other": ["c"]}
FURTHER = [f"c{number}" for number in range(MANY - 1)]
LARGE_LOCK = {"a": ["b"], "b": FURTHER, **dict.fromkeys(FURTHER, ())}
CHAIN = [make_wheel("a", "2", requires=["b"]), make_wheel("b", "2", requires=["c"]), make_wheel("c", "2")]
PLAIN = [make_wheel("a", "2"), make_wheel("b", "2"), make_wheel("c", "2")]


def distribution(depends: Mapping[str, Sequence[str]]) -> dict[NormalizedName, LockedPackage]:
    return {
        canonicalize_name(name): LockedPackage(
            canonicalize_name(name),
            Version("1"),
            ProjectFile(
                filename=f"{name}-1-py3-none-any.whl", url=f"https://cdn.example.org/{name}-1-py3-none-any.whl"
            ),
            depends=tuple(map(canonicalize_name, needed)),
            is_shared_library=name.startswith("lib"),
        )
        for name, needed in depends.items()
    }


class Sluggish(MemoryFetcher):
    """Answers pages of some projects after a number of turns of the event loop, and records cancelled requests."""

    def __init__(self, files: Iterable[IndexFile], **turns: int) -> None:
        super().__init__(files)
        self.turns = {f"{JSON_URL}{name}/": count for name, count in turns.items()}
        self.given_up: list[str] = []

    async def fetch(self, request: Request) -> Response:
        try:
            for _ in range(self.turns.get(request.url, 0)):
                await asyncio.sleep(0)
        except asyncio.CancelledError:
            self.given_up.append(request.url)
            raise
        return await super().fetch(request)


async def decide(fetcher, lock=LOCK, requirement="a", **options):
    problem, _ = pose(
        ResolveOptions(requirements=[requirement], **{"prefer": "index"} | options),
        environment=PYODIDE_314,
        installed={},
        distribution=distribution(lock),
        index_urls=(JSON_URL,),
    )
    async with IndexClient(fetcher, NoCache(), [JSON_URL]) as index:
        resolution = await resolve(problem, Snapshot(PYODIDE_314), index)
    return {str(pin.name): str(pin.version) for pin in resolution.chosen}


def pages(*names):
    return {f"{JSON_URL}{name}/" for name in names}


async def test_dependencies_in_the_distribution_are_requested_before_metadata_is_known() -> None:
    fetcher = MemoryFetcher(CHAIN)
    assert await decide(fetcher) == {"a": "2", "b": "2", "c": "2"}
    assert {request.url for request in fetcher.asked[:3]} == pages("a", "b", "c")
    assert set(fetcher.requests.values()) == {1}


async def test_many_dependencies_are_not_requested_early() -> None:
    fetcher = MemoryFetcher(PLAIN)
    assert await decide(fetcher, LARGE_LOCK) == {"a": "2"}
    assert fetcher.pages_asked_for() == pages("a")


async def test_a_dozen_dependencies_are_requested_early() -> None:
    fetcher = MemoryFetcher(PLAIN)
    assert await decide(fetcher, LARGE_LOCK | {"b": FURTHER[1:]}) == {"a": "2"}
    assert fetcher.pages_asked_for() == pages("a", "b", *FURTHER[1:])


async def test_requests_for_unneeded_dependencies_and_theirs_are_cancelled() -> None:
    fetcher = Sluggish(PLAIN, b=10_000, c=10_000)
    assert await decide(fetcher) == {"a": "2"}
    assert fetcher.pages_asked_for() == pages("a")
    assert set(fetcher.given_up) == pages("b", "c")


async def test_a_request_for_a_dependency_of_another_project_continues() -> None:
    files = [make_wheel("a", "2", requires=["d"]), make_wheel("c", "2"), make_wheel("d", "2", requires=["c"])]
    fetcher = Sluggish(files, c=300)
    lock = {"a": ["c", "d"], "c": [], "d": ["c"]}
    assert await decide(fetcher, lock) == {"a": "2", "c": "2", "d": "2"}
    assert fetcher.given_up == []
    assert set(fetcher.requests.values()) == {1}


@pytest.mark.parametrize("options", [{"prefer": "distribution"}, {"deps": False}])
async def test_nothing_is_requested_early_without_need_of_an_index(options: dict[str, object]) -> None:
    fetcher = MemoryFetcher(CHAIN)
    await decide(fetcher, LOCK | {"b": ["c"]}, requirement="a==2", **options)
    asked = [request.url for request in fetcher.asked]
    assert f"{JSON_URL}b/" not in asked[:2]
    assert (f"{JSON_URL}c/" in asked) is False


async def test_a_dependency_on_no_index_is_ignored() -> None:
    fetcher = MemoryFetcher([make_wheel("a", "2")])
    assert await decide(fetcher) == {"a": "2"}
    assert fetcher.pages_asked_for() == pages("a", "b", "c")

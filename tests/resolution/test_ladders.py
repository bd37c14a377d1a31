"""Hard cases: the right answer with few requests."""

from __future__ import annotations

import asyncio

import pytest

from tests.harness.environments import PYODIDE_314
from tests.harness.ladders import LADDERS, Ladder
from tests.harness.memory_fetcher import JSON_URL, MemoryFetcher
from wherry.errors import ResolutionError
from wherry.index import resolve as resolving
from wherry.index.cache import NoCache
from wherry.index.client import IndexClient
from wherry.resolution.snapshot import Snapshot


async def resolve(ladder: Ladder, fetcher: MemoryFetcher) -> dict[str, str] | None:
    async with IndexClient(fetcher, NoCache(), [JSON_URL]) as index:
        try:
            return dict((await resolving.resolve(ladder.problem(), Snapshot(PYODIDE_314), index)).pins)
        except ResolutionError:
            return None


@pytest.mark.parametrize("name", LADDERS)
def test_ladder(name: str) -> None:
    ladder = LADDERS[name]()
    fetcher = MemoryFetcher(ladder.files)
    assert asyncio.run(resolve(ladder, fetcher)) == ladder.pins
    assert max(fetcher.requests.values()) == 1
    assert len(fetcher.pages_asked_for()) <= len({file.identity[0] for file in ladder.files})
    assert len(fetcher.metadata_asked_for()) <= ladder.metadata

from __future__ import annotations

import pytest

from tests.harness.environments import PYODIDE_314
from tests.harness.ladders import LADDERS
from tests.harness.memory_fetcher import JSON_URL, MemoryFetcher
from wherry.errors import ResolutionTooDeep
from wherry.index.cache import NoCache
from wherry.index.client import IndexClient
from wherry.index.resolve import resolve
from wherry.resolution.snapshot import Snapshot


async def test_too_many_requests_are_an_error_that_names_the_projects() -> None:
    ladder = LADDERS["none of 300 fits"]()
    fetcher = MemoryFetcher(ladder.files)
    async with IndexClient(fetcher, NoCache(), [JSON_URL]) as index:
        with pytest.raises(ResolutionTooDeep) as caught:
            await resolve(ladder.problem(), Snapshot(PYODIDE_314), index, max_requests=20)
        assert caught.value.trying == ["ladder"]
        assert str(caught.value) == (
            f"No answer was found with {index.requests} requests to the index, the last of them about ladder; "
            "ask for narrower versions of these"
        )
        assert 20 < index.requests < 60

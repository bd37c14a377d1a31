"""Single requests in the runtime: bodies that are held, of unexpected size, or of exactly the limit."""

from __future__ import annotations

import hashlib

from pytest_pyodide import run_in_pyodide

from tests.harness.index_files import make_wheel
from tests.harness.index_pages import file_path
from tests.harness.runtime import BOTH_HALVES

pytestmark = BOTH_HALVES

BLOCK = hashlib.shake_256(b"big").digest(2**22)
BIG = make_wheel("big", "1", files={"big.bin": BLOCK})


@run_in_pyodide
async def hold(selenium, url, other, least):
    import asyncio

    from wherry.index.fetcher import Hold, Meter, Request
    from wherry.index.network import Network
    from wherry.runtime.fetch import bare_fetcher

    fetcher = bare_fetcher(Network(idle_timeout=0.5, answer_timeout=None))
    held, meter = Hold(least), Meter()
    request = Request(url, is_archive=True, hold=held, meter=meter)
    running = asyncio.ensure_future(fetcher.fetch(request))
    while meter.read() < least:  # noqa: ASYNC110 - the meter only counts
        await asyncio.sleep(0.01)
    at_hold = meter.read()
    # Time for more pieces, and for the time limit, which does not count meanwhile.
    end = asyncio.get_running_loop().time() + 1.0
    while asyncio.get_running_loop().time() < end:
        await fetcher.fetch(Request(other))
    still = running.done(), meter.read() - at_hold
    held.release()
    response = await running
    return still, at_hold, len(response.body), meter.read()


def test_a_held_transfer_pauses_without_a_time_limit_until_it_is_released(wherry_runtime, index_server):
    index_server.files = [BIG]
    url = f"{index_server.url}{file_path(BIG)}"
    still, at_hold, length, received = hold(wherry_runtime, url, f"{url}.metadata", 100_000)
    assert tuple(still) == (False, 0)
    assert at_hold < length == received == len(BIG.content)


@run_in_pyodide
async def fetch(selenium, url, size, limit):
    import hashlib

    from wherry.index.fetcher import Request
    from wherry.runtime.fetch import bare_fetcher

    response = await bare_fetcher().fetch(Request(url, is_archive=True, size=size, limit=limit))
    return hashlib.sha256(response.body).hexdigest(), response.has_more, len(response.body)


def test_a_body_of_another_size_than_expected_or_of_exactly_the_limit_is_whole(wherry_runtime, index_server):
    index_server.files = [BIG]
    url, length = f"{index_server.url}{file_path(BIG)}", len(BIG.content)
    whole = [hashlib.sha256(BIG.content).hexdigest(), False, length]
    for size, limit in ((None, None), (10, None), (2**28, None), (length, length)):
        assert list(fetch(wherry_runtime, url, size, limit)) == whole
    digest, has_more, kept = fetch(wherry_runtime, url, None, length - 1)
    assert digest != whole[0]
    assert has_more
    assert kept <= 2**10

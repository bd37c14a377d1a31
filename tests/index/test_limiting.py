from __future__ import annotations

import asyncio
from collections import Counter

from wherry.index.fetcher import Request, Response
from wherry.index.limiting import Limiting
from wherry.index.network import Network


class SlowFetcher:
    """Answers once it is let; ``most`` is the largest number of requests in flight, by host and by lane."""

    def __init__(self) -> None:
        self.gate = asyncio.Event()
        self.now: Counter[tuple[str, bool]] = Counter()
        self.most: Counter[tuple[str, bool]] = Counter()

    async def fetch(self, request: Request) -> Response:
        key = request.url.split("/")[2], request.is_archive
        self.now[key] += 1
        self.most[key] = max(self.most[key], self.now[key])
        try:
            await self.gate.wait()
        finally:
            self.now[key] -= 1
        return Response(request.url, 200, b"")


def requests(host: str, count: int, *, is_archive: bool) -> list[Request]:
    return [Request(f"https://{host}/{number}", is_archive=is_archive) for number in range(count)]


async def turns() -> None:
    for _ in range(50):
        await asyncio.sleep(0)


async def test_requests_to_one_host_are_bounded_and_pages_do_not_wait_for_archives() -> None:
    slow = SlowFetcher()
    subject = Limiting(slow, Network(archives_at_once=2, pages_at_once=3))
    wanted = [*requests("a.example.org", 9, is_archive=True), *requests("b.example.org", 9, is_archive=True)]
    wanted += requests("a.example.org", 9, is_archive=False)
    tasks = [asyncio.create_task(subject.fetch(request)) for request in wanted]
    await turns()
    slow.gate.set()
    assert len(await asyncio.gather(*tasks)) == 27
    assert slow.most == {("a.example.org", True): 2, ("b.example.org", True): 2, ("a.example.org", False): 3}


async def test_who_is_cancelled_gives_his_turn_away() -> None:
    slow = SlowFetcher()
    subject = Limiting(slow, Network(archives_at_once=1))
    first, second, third = (
        asyncio.create_task(subject.fetch(request)) for request in requests("a.example.org", 3, is_archive=True)
    )
    await turns()
    first.cancel()
    second.cancel()
    await turns()
    slow.gate.set()
    assert (await third).status == 200
    assert slow.now.total() == 0

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import replace

from wherry.index.concurrency import LimitingFetcher
from wherry.index.fetcher import Hold, Request, Response
from wherry.index.network import Network


class SlowFetcher:
    """Answers once ``gate`` is set; ``most`` is the largest number of requests in flight, by host and by lane."""

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


async def test_requests_per_host_are_limited_and_pages_do_not_wait_for_archives() -> None:
    slow = SlowFetcher()
    subject = LimitingFetcher(slow, Network(archives_at_once=2, pages_at_once=3))
    wanted = [*requests("a.example.org", 9, is_archive=True), *requests("b.example.org", 9, is_archive=True)]
    wanted += requests("a.example.org", 9, is_archive=False)
    tasks = [asyncio.create_task(subject.fetch(request)) for request in wanted]
    await turns()
    slow.gate.set()
    assert len(await asyncio.gather(*tasks)) == 27
    assert slow.most == {("a.example.org", True): 2, ("b.example.org", True): 2, ("a.example.org", False): 3}


async def test_a_cancelled_request_frees_its_slot() -> None:
    slow = SlowFetcher()
    subject = LimitingFetcher(slow, Network(archives_at_once=1))
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


class Recorder:
    """Answers after three turns of the loop; ``asked`` are the sizes in the order of the requests."""

    def __init__(self) -> None:
        self.asked: list[int | None] = []

    async def fetch(self, request: Request) -> Response:
        self.asked.append(request.size)
        for _ in range(3):
            await asyncio.sleep(0)
        return Response(request.url, 200, b"")


def archive(size: int | None) -> Request:
    return Request("https://a.example.org/x.whl", size=size, is_archive=True)


async def test_the_largest_waiting_archive_goes_first() -> None:
    recorder = Recorder()
    subject = LimitingFetcher(recorder, Network(archives_at_once=1))
    await asyncio.gather(*(subject.fetch(archive(size)) for size in (1, None, 5, 9, 5, 7)))
    assert recorder.asked == [1, 9, 7, 5, 5, None]


async def test_a_held_request_takes_no_slot() -> None:
    slow = SlowFetcher()
    subject = LimitingFetcher(slow, Network(archives_at_once=1))
    held = asyncio.create_task(subject.fetch(replace(archive(9), hold=Hold(1))))
    await turns()
    free = asyncio.create_task(subject.fetch(archive(1)))
    await turns()
    assert slow.now["a.example.org", True] == 2
    slow.gate.set()
    await asyncio.gather(held, free)


async def test_a_request_cancelled_while_waiting_blocks_no_slot() -> None:
    recorder = Recorder()
    subject = LimitingFetcher(recorder, Network(archives_at_once=1))
    tasks = [asyncio.create_task(subject.fetch(archive(size))) for size in (3, 2, 1)]
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    tasks[1].cancel()
    await asyncio.wait(tasks)
    assert recorder.asked == [3, 1]


async def test_a_slot_granted_to_a_cancelled_request_goes_to_the_next() -> None:
    recorder = Recorder()
    subject = LimitingFetcher(recorder, Network(archives_at_once=1))

    async def fetch_and_cancel() -> None:
        await subject.fetch(archive(3))
        # The slot has been granted to the second request, which has not run yet.
        second.cancel()

    first = asyncio.create_task(fetch_and_cancel())
    second, third = (asyncio.create_task(subject.fetch(archive(size))) for size in (2, 1))
    await asyncio.wait([first, second, third])
    assert second.cancelled()
    assert recorder.asked == [3, 1]

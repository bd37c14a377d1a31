from __future__ import annotations

import asyncio
from dataclasses import replace
from email.utils import formatdate
from typing import TYPE_CHECKING

import pytest

from tests.harness.scripted_fetcher import ScriptedFetcher, failing, status
from wherry.errors import IndexUnreachable
from wherry.index.fetcher import Request, Response
from wherry.index.retries import RetryingFetcher

if TYPE_CHECKING:
    from wherry.errors import UnreachableKind

URL = "https://index.example.org/"
REQUEST = Request(URL)
NOW = 1_800_000_000.0
FINE = Response(URL, 200, b"fine")


class Patience:
    """A retrying fetcher over a script; it records its delays instead of sleeping."""

    def __init__(self, *outcomes: Response | Exception, attempts: int = 4, chance: float = 0.5) -> None:
        self.slept: list[float] = []
        self.script = ScriptedFetcher(outcomes)
        self.subject = RetryingFetcher(
            self.script, attempts=attempts, sleep=self._sleep, chance=lambda: chance, now=lambda: NOW
        )

    async def _sleep(self, seconds: float) -> None:
        self.slept.append(seconds)

    @property
    def attempts(self) -> int:
        return len(self.script.asked)


async def test_a_success_is_not_repeated() -> None:
    patience = Patience(FINE)
    assert await patience.subject.fetch(REQUEST) == FINE
    assert (patience.attempts, patience.slept) == (1, [])


@pytest.mark.parametrize("code", [408, 425, 429, 500, 502, 503, 504, 599])
async def test_a_transient_status_is_retried(code: int) -> None:
    patience = Patience(status(code), status(code), FINE)
    response = await patience.subject.fetch(REQUEST)
    assert (response.body, response.attempts, patience.attempts) == (b"fine", 3, 3)


@pytest.mark.parametrize("code", [200, 204, 400, 401, 403, 404, 410, 416, 451, 501, 505, 511])
async def test_a_permanent_status_is_not_retried(code: int) -> None:
    patience = Patience(status(code), FINE)
    assert (await patience.subject.fetch(REQUEST)).status == code
    assert patience.attempts == 1


async def test_the_last_response_is_returned_with_the_number_of_attempts() -> None:
    patience = Patience(status(503))
    response = await patience.subject.fetch(REQUEST)
    assert (response.status, response.attempts, patience.attempts) == (503, 4, 4)


@pytest.mark.parametrize(
    ("kind", "attempts"),
    [
        ("timeout", 4),
        ("cut", 4),
        ("unknown", 4),
        ("dns", 2),
        ("refused", 2),
        ("cors", 2),
        ("offline", 1),
        ("tls", 1),
        ("portal", 1),
        ("missing", 1),
    ],
)
async def test_transient_failures_are_retried_and_permanent_ones_are_not(kind: UnreachableKind, attempts: int) -> None:
    patience = Patience(failing(kind))
    with pytest.raises(IndexUnreachable) as caught:
        await patience.subject.fetch(REQUEST)
    assert (caught.value.attempts, patience.attempts, caught.value.kind) == (attempts, attempts, kind)
    assert (f"tried {attempts} times" in str(caught.value)) == (attempts > 1)


async def test_the_last_failure_is_raised() -> None:
    patience = Patience(failing("timeout"), failing("cut"), attempts=2)
    with pytest.raises(IndexUnreachable) as caught:
        await patience.subject.fetch(REQUEST)
    assert caught.value.kind == "cut"


async def test_other_errors_are_not_retried() -> None:
    patience = Patience(ZeroDivisionError())
    with pytest.raises(ZeroDivisionError):
        await patience.subject.fetch(REQUEST)
    assert patience.attempts == 1


@pytest.mark.parametrize("attempts", [0, 1])
async def test_at_least_one_attempt_is_made(attempts: int) -> None:
    patience = Patience(status(500), attempts=attempts)
    await patience.subject.fetch(REQUEST)
    assert patience.attempts == 1


async def test_delays_double_up_to_a_maximum() -> None:
    patience = Patience(status(500), attempts=9)
    await patience.subject.fetch(REQUEST)
    assert patience.slept == [0.5, 1, 2, 4, 8, 16, 30, 30]


@pytest.mark.parametrize(("chance", "expected"), [(0.0, [0.25, 0.5]), (1.0, [0.75, 1.5])])
async def test_delays_are_random_by_half(chance: float, expected: list[float]) -> None:
    patience = Patience(status(500), attempts=3, chance=chance)
    await patience.subject.fetch(REQUEST)
    assert patience.slept == expected


@pytest.mark.parametrize(
    ("wish", "least", "most"),
    [
        ("7", 7, 7.1),
        ("0", 0, 0.1),
        (formatdate(NOW + 12, usegmt=True), 12, 12.1),
        (formatdate(NOW - 500, usegmt=True), 0, 0.1),
        ("soon", 0.5, 0.5),
        ("-5", 0.5, 0.5),
        ("", 0.5, 0.5),
    ],
)
async def test_retry_after_sets_the_delay(wish: str, least: float, most: float) -> None:
    patience = Patience(status(503, retry_after=wish), FINE)
    assert (await patience.subject.fetch(REQUEST)).status == 200
    assert least <= patience.slept[0] <= most


@pytest.mark.parametrize("wish", ["3600", formatdate(NOW + 3600, usegmt=True)])
async def test_a_long_retry_after_ends_the_attempts(wish: str) -> None:
    patience = Patience(status(429, retry_after=wish), FINE)
    assert (await patience.subject.fetch(REQUEST)).status == 429
    assert patience.slept == []


@pytest.mark.parametrize(
    ("headers", "size"),
    [
        ({"content-length": "9"}, None),
        ({"content-length": "9", "content-encoding": "identity"}, None),
        ({"content-length": "3"}, 9),
        ({}, 9),
    ],
)
async def test_a_truncated_body_is_retried(headers: dict[str, str], size: int | None) -> None:
    patience = Patience(Response(URL, 200, b"cut", headers), Response(URL, 200, b"123456789", headers))
    assert (await patience.subject.fetch(Request(URL, size=size))).attempts == 2
    patience = Patience(Response(URL, 200, b"cut", headers), attempts=1)
    with pytest.raises(IndexUnreachable, match="received only 3 of 9 bytes"):
        await patience.subject.fetch(Request(URL, size=size))


@pytest.mark.parametrize(
    ("code", "headers", "size"),
    [
        (200, {"content-length": "9", "content-encoding": "gzip"}, None),
        (200, {"content-type": "text/html"}, 9),
        (200, {"content-length": "nine"}, None),
        (404, {}, 9),
        (200, {"content-length": "1"}, None),
    ],
)
async def test_a_body_that_may_be_complete_is_not_retried(code: int, headers: dict[str, str], size: int | None) -> None:
    patience = Patience(Response(URL, code, b"all", headers))
    assert (await patience.subject.fetch(Request(URL, size=size))).body == b"all"
    assert patience.attempts == 1


async def test_a_body_beyond_its_limit_is_not_retried() -> None:
    patience = Patience(Response(URL, 200, b"beg", {"content-length": "9"}, has_more=True))
    assert (await patience.subject.fetch(Request(URL, size=9, limit=8))).has_more
    assert patience.attempts == 1


async def test_a_repeated_request_is_announced_until_its_outcome() -> None:
    said: list[str] = []
    retries: dict[str, str] = {}
    request = Request(f"{URL}files/lib-1-py3-none-any.whl?token=secret", retries=retries)

    async def sleep(_: float) -> None:
        said.extend(retries.values())

    script = ScriptedFetcher([status(503), failing("timeout"), FINE])
    assert await RetryingFetcher(script, sleep=sleep).fetch(request) == replace(FINE, attempts=3)
    assert said == [
        "Trying again (2 of 4): lib-1-py3-none-any.whl from index.example.org: HTTP status 503",
        "Trying again (3 of 4): lib-1-py3-none-any.whl from index.example.org: as written down",
    ]
    assert retries == {}


async def test_a_failed_or_cancelled_request_is_no_longer_announced() -> None:
    retries: dict[str, str] = {}
    request = Request(URL, retries=retries)
    with pytest.raises(IndexUnreachable):
        await RetryingFetcher(ScriptedFetcher([failing("cut")]), sleep=lambda _: asyncio.sleep(0)).fetch(request)
    assert retries == {}
    waiting = asyncio.create_task(RetryingFetcher(ScriptedFetcher([status(503)]), sleep=asyncio.sleep).fetch(request))
    await asyncio.sleep(0)
    assert list(retries.values()) == ["Trying again (2 of 4): index.example.org: HTTP status 503"]
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    assert retries == {}

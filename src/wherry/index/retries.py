"""Retry transient failures with exponential backoff."""

from __future__ import annotations

import asyncio
import random
import time
from dataclasses import replace
from typing import TYPE_CHECKING

from wherry.errors import IndexUnreachable
from wherry.index.failures import unreachable
from wherry.index.fetcher import Response

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from wherry.errors import UnreachableKind
    from wherry.index.fetcher import Fetcher, Request

__all__ = ["RetryingFetcher"]

OK = 200
SERVER_ERROR = 500
TRIED_AGAIN = frozenset({408, 425, 429})
# Not implemented, HTTP version not supported, network authentication required: a retry would not change them.
LASTING = frozenset({501, 505, 511})

# Transient failures get every attempt; those that are probably permanent get one more.
ACCIDENTS: frozenset[UnreachableKind] = frozenset({"timeout", "cut", "unknown"})
LIKELY_FACTS: frozenset[UnreachableKind] = frozenset({"dns", "refused", "cors"})

FIRST_DELAY = 0.5  # seconds, doubled each time
PATIENCE = 30.0  # seconds; the longest delay, and the longest Retry-After that is followed


class RetryingFetcher:
    """A fetcher that makes up to ``attempts`` requests through ``fetcher``.

    It retries after timeouts, broken connections, bodies that are cut short, and the HTTP statuses 408, 425, 429 and
    5xx, at the time in ``Retry-After`` if that is near. ``sleep`` waits a number of seconds, ``chance`` draws from 0 to
    1, ``now`` returns the seconds since 1970.
    """

    def __init__(
        self,
        fetcher: Fetcher,
        *,
        attempts: int = 4,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        chance: Callable[[], float] = random.random,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._fetcher = fetcher
        self._attempts = attempts
        self._sleep = sleep
        self._chance = chance
        self._now = now

    async def fetch(self, request: Request) -> Response:
        """Fetch; raise the last :class:`~wherry.errors.IndexUnreachable`, with the number of attempts."""
        attempt = 1
        retries = {} if request.retries is None else request.retries
        try:
            while True:
                outcome = await self._try(request)
                delay = self._delay(outcome, attempt)
                if delay is None:
                    break
                attempt += 1
                retries[request.url] = f"Trying again ({attempt} of {self._attempts}): {_failure(request.url, outcome)}"
                await self._sleep(delay)
        finally:
            retries.pop(request.url, None)
        if isinstance(outcome, Response):
            return replace(outcome, attempts=attempt)
        outcome.attempts = attempt
        raise outcome

    async def _try(self, request: Request) -> Response | IndexUnreachable:
        try:
            response = await self._fetcher.fetch(request)
        except IndexUnreachable as error:
            return error
        whole = _promised_size(request, response)
        # A page that was cut has no listing. A body beyond the limit was cut on purpose.
        if response.listing is None and not response.has_more and len(response.body) < whole:
            return unreachable(request.url, "cut", f"received only {len(response.body)} of {whole} bytes")
        return response

    def _delay(self, outcome: Response | IndexUnreachable, attempt: int) -> float | None:
        """Return the seconds to wait before the next attempt; ``None`` if the outcome is final."""
        if attempt >= self._attempts or not _is_worth_another(outcome, attempt):
            return None
        # Random by half, so that clients that failed together do not return together.
        delay = min(FIRST_DELAY * 2.0 ** (attempt - 1), PATIENCE) * (0.5 + self._chance())
        if not isinstance(outcome, Response) or (wish := outcome.headers.get("retry-after")) is None:
            return delay
        wanted = self._wait_until(wish)
        if wanted is None:
            return delay
        # An earlier request is useless, and a wait of hours is worse than the error.
        return max(wanted, 0.0) + delay * 0.1 if wanted <= PATIENCE else None

    def _wait_until(self, retry_after: str) -> float | None:
        """Return the seconds until the time in ``Retry-After`` (a number, or an HTTP date); ``None`` if invalid."""
        if retry_after.strip().isdecimal():
            return float(retry_after)
        from email.utils import parsedate_to_datetime

        try:
            return parsedate_to_datetime(retry_after).timestamp() - self._now()
        except (ValueError, OverflowError):
            return None


def _failure(url: str, outcome: Response | IndexUnreachable) -> str:
    """Return a text that names the last part of ``url``, its host and the failure."""
    reason = f"HTTP status {outcome.status}" if isinstance(outcome, Response) else outcome.reason
    # A query may hold a secret.
    host, *path = url.partition("?")[0].partition("//")[2].rstrip("/").split("/")
    return f"{path[-1]} from {host}: {reason}" if path else f"{host}: {reason}"


def _is_worth_another(outcome: Response | IndexUnreachable, attempt: int) -> bool:
    if isinstance(outcome, Response):
        status = outcome.status
        return status in TRIED_AGAIN or (status >= SERVER_ERROR and status not in LASTING)
    return outcome.kind in ACCIDENTS or (outcome.kind in LIKELY_FACTS and attempt == 1)


def _promised_size(request: Request, response: Response) -> int:
    """Return the minimum number of bytes in the body; 0 where it is unknown.

    ``Content-Length`` counts compressed bytes, so it says nothing about a compressed body. The size of an archive says
    nothing about a web page in its place.
    """
    if response.status != OK:
        return 0
    length = response.headers.get("content-length", "")
    encoding = response.headers.get("content-encoding", "identity")
    travelling = int(length) if length.isdecimal() and encoding == "identity" else 0
    is_page = response.headers.get("content-type", "").startswith("text/html")
    return max(travelling, 0 if is_page else request.size or 0)

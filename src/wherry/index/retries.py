"""Trying again what failed by accident, ever later, and nothing else."""

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
# Not implemented, HTTP version not supported, network authentication required: asking again will not change them.
LASTING = frozenset({501, 505, 511})

# What may have been an accident is worth every attempt, and what looks like a fact just one more.
ACCIDENTS: frozenset[UnreachableKind] = frozenset({"timeout", "cut", "unknown"})
LIKELY_FACTS: frozenset[UnreachableKind] = frozenset({"dns", "refused", "cors"})

FIRST_DELAY = 0.5  # seconds, doubled each time
PATIENCE = 30.0  # seconds, and the longest that an index may ask to wait


class RetryingFetcher:
    """A fetcher that asks ``fetcher`` up to ``attempts`` times.

    It tries again after timeouts, broken connections, bodies that are cut short, and the HTTP statuses 408, 425, 429
    and 5xx, at the time that ``Retry-After`` names if it is near. ``sleep`` waits so many seconds, ``chance`` draws
    from 0 to 1, ``now`` tells the seconds since 1970.
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
        """Fetch; raises the last :class:`~wherry.errors.IndexUnreachable`, which tells how often it was tried."""
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
        # Of a page that was cut there is no listing; more than the limit is no accident.
        if response.listing is None and not response.has_more and len(response.body) < whole:
            return unreachable(request.url, "cut", f"only {len(response.body)} of {whole} bytes came")
        return response

    def _delay(self, outcome: Response | IndexUnreachable, attempt: int) -> float | None:
        """Return the seconds to wait before the next attempt; ``None`` is for the outcome to stay."""
        if attempt >= self._attempts or not _is_worth_another(outcome, attempt):
            return None
        # Half of it by chance: or all who met the same failure would come again together.
        delay = min(FIRST_DELAY * 2.0 ** (attempt - 1), PATIENCE) * (0.5 + self._chance())
        if not isinstance(outcome, Response) or (wish := outcome.headers.get("retry-after")) is None:
            return delay
        wanted = self._wait_until(wish)
        if wanted is None:
            return delay
        # Asking earlier than the index wishes is of no use, and nobody waits for hours.
        return max(wanted, 0.0) + delay * 0.1 if wanted <= PATIENCE else None

    def _wait_until(self, retry_after: str) -> float | None:
        """Return the seconds that ``Retry-After`` asks to wait (a number, or a date of HTTP); ``None`` for nonsense."""
        if retry_after.strip().isdecimal():
            return float(retry_after)
        from email.utils import parsedate_to_datetime

        try:
            return parsedate_to_datetime(retry_after).timestamp() - self._now()
        except (ValueError, OverflowError):
            return None


def _failure(url: str, outcome: Response | IndexUnreachable) -> str:
    """Return the words that name the last part of ``url``, its host and the failure."""
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
    """Return how many bytes the body must have at least; 0 where nobody says.

    The header counts bytes as they travel, which are others where they are compressed. A web page in the place of an
    archive is whole in its own way.
    """
    if response.status != OK:
        return 0
    length = response.headers.get("content-length", "")
    encoding = response.headers.get("content-encoding", "identity")
    travelling = int(length) if length.isdecimal() and encoding == "identity" else 0
    is_page = response.headers.get("content-type", "").startswith("text/html")
    return max(travelling, 0 if is_page else request.size or 0)

"""Fetcher in Python alone, the twin of ``transfer.ts``.

Each call of JavaScript costs more here than the work itself. Where the JavaScript side is there, it follows a transfer.
"""

from __future__ import annotations

import asyncio
import math
from typing import TYPE_CHECKING, Any

import js
from pyodide.ffi import JsException

from wherry.index.failures import unreachable
from wherry.index.fetcher import Response
from wherry.index.network import Network
from wherry.runtime.alone.body import Body
from wherry.runtime.alone.memory_budget import MemoryBudget
from wherry.runtime.alone.time_limits import TimeLimits
from wherry.runtime.redirects import fetch_by, fetch_options, refuse_hidden_redirect

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wherry.errors import IndexUnreachable
    from wherry.index.fetcher import Request

__all__ = ["PythonFetcher"]

HEADERS = ("content-type", "content-encoding", "location", "retry-after")
# Bytes to read of an error's body, so that the connection can be used again.
LARGEST_ERROR = 2**16
# The memory of all bodies that are being received.
BODIES = 2**28


class PythonFetcher:
    """Fetches once by JavaScript's ``fetch``, with the timeouts of ``network``; a cancelled task aborts its request.

    Pages are returned as they are, to be parsed by Python, and hashes are left to those who compare them.
    """

    def __init__(self, network: Network | None = None) -> None:
        self._network = network or Network()
        self._budget = MemoryBudget(BODIES)

    async def fetch(self, request: Request) -> Response:
        """Get ``request.url`` and read it to its end; raises :class:`~wherry.errors.IndexUnreachable`."""
        return await fetch_by(self._transfer, request)

    async def _transfer(
        self, request: Request, url: str, headers: Mapping[str, str], redirect: str = "follow"
    ) -> Response:
        transfer = _Transfer(request, TimeLimits(self._network), self._budget)
        return await transfer.run(url, fetch_options(request, headers, redirect))


class _Transfer:
    """One fetch, from the request to the last byte."""

    def __init__(self, request: Request, limits: TimeLimits, budget: MemoryBudget) -> None:
        self._request = request
        self._limits = limits
        self._budget = budget
        self._taken = 0
        self._received = 0
        self._is_complete = False
        self._released = asyncio.Event()
        if request.hold is not None:
            request.hold.when_released(self._released.set)
        if request.meter is not None:
            request.meter.read = lambda: self._received

    async def run(self, url: str, options_json: str) -> Response:
        options = js.JSON.parse(options_json)
        options.signal = self._limits.signal
        has_begun = False
        try:
            answer = await js.fetch(url, options)
            has_begun = True
            self._limits.restart()
            return await self._read(answer, url)
        except JsException as error:
            raise await self._failure(error, has_begun=has_begun) from error
        finally:
            # Discard the rest of the body.
            self._limits.end(abort=not self._is_complete)
            self._budget.leave(self, self._taken)

    async def _failure(self, error: JsException, *, has_begun: bool) -> IndexUnreachable:
        if expired := self._limits.expired:
            return unreachable(self._request.url, "timeout", expired)
        from wherry.runtime.diagnosis import diagnose

        return await diagnose(self._request, error, has_begun=has_begun)

    async def _read(self, answer: Any, url: str) -> Response:  # noqa: ANN401 - a JavaScript object
        """Read the body to its end, or to the limit."""
        refuse_hidden_redirect(url, answer.type)
        headers = _headers(answer)
        limit, is_ok = self._limit(answer, headers), bool(answer.ok)
        # An error or a web page is no part of the requested file.
        counts = is_ok and not (self._request.is_archive and headers.get("content-type", "").startswith("text/html"))
        body = Body(self._request.size or _length(answer))
        reader = answer.body.getReader() if answer.body else None
        while reader is not None and not (read := await reader.read()).done:
            count = body.add(read.value)
            if counts:
                self._received = body.length
            if body.length > limit:
                return Response(answer.url or url, answer.status, body.start(), headers, has_more=is_ok)
            await self._wait(count)
            self._limits.restart_lazily()
        self._is_complete = True
        return Response(answer.url or url, answer.status, body.take(), headers)

    def _limit(self, answer: Any, headers: Mapping[str, str]) -> float:  # noqa: ANN401
        if not answer.ok:
            return LARGEST_ERROR
        limit = self._request.limit
        if limit is None:
            return math.inf
        # Do not wait for a body that is announced as too large.
        announced = headers.get("content-length", "")
        is_too_large = "content-encoding" not in headers and announced.isdecimal() and int(announced) > limit
        return 0 if is_too_large else limit

    async def _wait(self, count: int) -> None:
        """Wait while the budget is used up or the transfer is held. Without reads, the sender stops, too."""
        self._taken += count
        may_go_on = self._budget.take(self, count)
        hold = self._request.hold
        is_held = hold is not None and self._received >= hold.size and not self._released.is_set()
        if may_go_on and not is_held:
            return
        self._limits.pause()
        if is_held:
            self._budget.leave(self)
            await self._released.wait()
        await self._budget.wait(self)
        self._limits.restart()


def _headers(answer: Any) -> dict[str, str]:  # noqa: ANN401
    """Return selected headers."""
    # Across origins a browser shows the length, but not whether it is the length of compressed bytes.
    names = HEADERS if answer.type == "cors" else (*HEADERS, "content-length")
    get = answer.headers.get
    return {name: value for name in names if isinstance(value := get(name), str)}


def _length(answer: Any) -> int:  # noqa: ANN401
    length = answer.headers.get("content-length")
    return int(length) if isinstance(length, str) and length.isdecimal() else 0

"""Fetcher for Pyodide, by JavaScript's ``fetch``."""

from __future__ import annotations

import asyncio
import json
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any

from pyodide.ffi import JsException

from wherry.index.concurrency import LimitingFetcher
from wherry.index.failures import unreachable
from wherry.index.fetcher import Response
from wherry.index.network import Network
from wherry.index.retries import RetryingFetcher
from wherry.runtime.javascript import javascript
from wherry.runtime.redirects import fetch_by, fetch_options, refuse_hidden_redirect

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from wherry.index.fetcher import Fetcher, Request

__all__ = ["JsFetcher", "JsPageListing", "bare_fetcher", "begun_early", "make_fetcher"]


def make_fetcher(network: Network) -> Fetcher:
    """Return the runtime's fetcher with the limits of ``network`` on concurrent requests and attempts."""
    return RetryingFetcher(LimitingFetcher(bare_fetcher(network), network), attempts=network.attempts)


def bare_fetcher(network: Network | None = None) -> Fetcher:
    """Return a fetcher that makes each request once: by the JavaScript side or, if there is none, in Python alone."""
    if javascript() is not None:
        return JsFetcher(network)
    from wherry.runtime.alone.fetch import PythonFetcher

    return PythonFetcher(network)


class JsFetcher:
    """Fetches once by JavaScript's ``fetch``, with the timeouts of ``network``; a cancelled task aborts its request."""

    def __init__(self, network: Network | None = None) -> None:
        self._patience = _patience(network or Network())

    async def fetch(self, request: Request) -> Response:
        """Get ``request.url`` and read it to its end; raises :class:`~wherry.errors.IndexUnreachable`."""
        return await fetch_by(self._transfer, request)

    async def _transfer(
        self, request: Request, url: str, headers: Mapping[str, str], redirect: str = "follow"
    ) -> Response:
        hold = request.hold
        # For small responses, computing the hash here is faster than in JavaScript.
        wishes: dict[str, object] = {"size": request.size, "limit": request.limit, "wantsHash": request.is_archive}
        if hold is not None and not hold.is_released:
            wishes["holdAt"] = hold.size
        transfer = javascript().transfer(
            url, fetch_options(request, headers, redirect), self._patience, json.dumps(wishes)
        )
        if hold is not None:
            hold.when_released(transfer.release)
        if request.meter is not None:
            request.meter.read = lambda: int(transfer.received)
        try:
            answer = await transfer.answer
        except JsException as error:
            if expired := transfer.expired:
                raise unreachable(request.url, "timeout", str(expired)) from error
            from wherry.runtime.diagnosis import diagnose

            failure = await diagnose(request, error, has_begun=transfer.hasBegun)
            raise failure from error
        except asyncio.CancelledError:
            transfer.abort()
            raise
        refuse_hidden_redirect(url, answer.type)
        found = json.loads(answer.headers)
        return Response(
            answer.url or url,
            answer.status,
            answer.body.to_bytes(),
            found,
            hashes={"sha256": str(digest)} if (digest := answer.sha256) else {},
            listing=JsPageListing(listing) if (listing := answer.listing) else None,
            has_more=answer.hasMore,
            note=str(answer.note),
        )


@contextmanager
def begun_early(requests: Iterable[Request], network: Network) -> Iterator[None]:
    """Start ``requests`` for pages early; abort those that no fetch in the block has taken over.

    Python alone starts none early: only ``attach()`` does, which has the JavaScript side.
    """
    if javascript() is None:
        yield
        return
    begun = [(request.url, fetch_options(request, request.secret_headers), _patience(network)) for request in requests]
    wishes = json.dumps({"limit": network.max_page_size})
    for one in begun:
        javascript().beginEarly(*one, wishes)
    try:
        yield
    finally:
        for one in begun:
            javascript().dropEarly(*one)


class JsPageListing:
    """A page that stays in JavaScript, see :class:`~wherry.formats.simple_json.PageListing`."""

    def __init__(self, page: Any) -> None:  # noqa: ANN401 - a JavaScript object
        self._page = page
        self.header = str(page.header)

    @cached_property
    def names(self) -> Sequence[str]:
        """The filenames. Reading them copies all of them, which may be a megabyte."""
        return str(self._page.names).split()

    def wheels(self, platforms: Collection[str]) -> Mapping[int, str]:
        """Return the names of wheels by their positions."""
        positions, names = json.loads(str(self._page.wheels(json.dumps([*platforms]))))
        return dict(zip(positions, names, strict=True))

    def entries(self, positions: Sequence[int]) -> str:
        """Return files as a JSON array."""
        return str(self._page.entries(json.dumps(positions)))


def _patience(network: Network) -> str:
    times = {"answer": network.answer_timeout, "idle": network.idle_timeout, "total": network.total_timeout}
    return json.dumps(times)

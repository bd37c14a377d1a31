"""Fetcher for Pyodide, by JavaScript's ``fetch``."""

from __future__ import annotations

import asyncio
import json
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any

from pyodide.ffi import JsException

from wherry.formats.urls import file_location, origin
from wherry.index.concurrency import LimitingFetcher
from wherry.index.failures import unreachable
from wherry.index.fetcher import Response
from wherry.index.network import Network
from wherry.index.retries import RetryingFetcher
from wherry.runtime.javascript import javascript
from wherry.runtime.local_files import is_local, respond

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from wherry.index.fetcher import Fetcher, Request

__all__ = ["JsFetcher", "JsPageListing", "begun_early", "make_fetcher"]

REDIRECTS = frozenset({301, 302, 303, 307, 308})
MAX_REDIRECTS = 20  # as in https://fetch.spec.whatwg.org/#http-redirect-fetch


def make_fetcher(network: Network) -> Fetcher:
    """Return the runtime's fetcher with the limits of ``network`` on concurrent requests and attempts."""
    return RetryingFetcher(LimitingFetcher(JsFetcher(network), network), attempts=network.attempts)


class JsFetcher:
    """Fetches once by JavaScript's ``fetch``, with the timeouts of ``network``; a cancelled task aborts its request."""

    def __init__(self, network: Network | None = None) -> None:
        self._patience = _patience(network or Network())

    async def fetch(self, request: Request) -> Response:
        """Get ``request.url`` and read it to its end; raises :class:`~wherry.errors.IndexUnreachable`.

        ``fetch`` itself removes ``Authorization`` if a redirect leaves the origin, but no other header. So redirects of
        requests with other secret headers are followed here.
        """
        if is_local(request.url):
            return respond(request.url, request.limit)
        headers = request.secret_headers
        if all(name.lower() == "authorization" for name in headers):
            return await self._transfer(request, request.url, headers)
        url = request.url
        for _ in range(MAX_REDIRECTS):
            response = await self._transfer(request, url, headers, redirect="manual")
            if response.status not in REDIRECTS or not (location := response.headers.get("location")):
                return response
            try:
                url = file_location(location, url, page_url=url)
            except ValueError as error:
                raise unreachable(url, "unknown", f"its redirect is invalid: {error}") from error
            if origin(url) != origin(request.url):
                headers = {}
        raise unreachable(request.url, "portal", f"it redirects more than {MAX_REDIRECTS} times")

    async def _transfer(
        self, request: Request, url: str, headers: Mapping[str, str], redirect: str = "follow"
    ) -> Response:
        hold = request.hold
        # For small responses, computing the hash here is faster than in JavaScript.
        wishes: dict[str, object] = {"size": request.size, "limit": request.limit, "wantsHash": request.is_archive}
        if hold is not None and not hold.is_released:
            wishes["holdAt"] = hold.size
        transfer = javascript().transfer(url, _options(request, headers, redirect), self._patience, json.dumps(wishes))
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
        if answer.type == "opaqueredirect":
            reason = "it redirects, and a browser would pass on the headers of this index; use Authorization instead"
            raise unreachable(url, "cors", reason)
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
    """Start ``requests`` for pages early; abort those that no fetch in the block has taken over."""
    begun = [(request.url, _options(request, request.secret_headers), _patience(network)) for request in requests]
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


def _options(request: Request, headers: Mapping[str, str], redirect: str = "follow") -> str:
    """Return the options of ``fetch`` as JSON."""
    accept = {} if request.accept is None else {"Accept": request.accept}
    options: dict[str, object] = {"redirect": redirect, "headers": {**headers, **accept}}
    if request.fresh:
        options["cache"] = "reload"
    if request.credentials is not None:
        options["credentials"] = request.credentials
    return json.dumps(options)

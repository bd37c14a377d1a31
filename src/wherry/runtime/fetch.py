"""The fetcher of Pyodide: JavaScript's ``fetch``."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

import js
from pyodide.ffi import JsException, to_js

from wherry.formats.urls import absolute, origin
from wherry.index.failures import unreachable
from wherry.index.fetcher import Response
from wherry.index.limiting import Limiting
from wherry.index.network import Network
from wherry.index.retrying import Retrying
from wherry.runtime.diagnosis import diagnose
from wherry.runtime.local import is_local, read_local
from wherry.runtime.watch import Watch

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wherry.index.fetcher import Fetcher, Request

__all__ = ["JsFetcher", "make_fetcher"]

HEADERS = ("content-type", "content-encoding", "retry-after")
REDIRECTS = frozenset({301, 302, 303, 307, 308})
MAX_REDIRECTS = 20  # as https://fetch.spec.whatwg.org/#http-redirect-fetch has it


def make_fetcher(network: Network) -> Fetcher:
    """Return the runtime's fetcher as ``network`` wants it: so many requests side by side, so many attempts."""
    return Retrying(Limiting(JsFetcher(network), network), attempts=network.attempts)


class JsFetcher:
    """Fetches with ``js.fetch``, once, within the times of ``network``; a cancelled task aborts its request."""

    def __init__(self, network: Network | None = None) -> None:
        self._network = network or Network()

    async def fetch(self, request: Request) -> Response:
        """Get ``request.url`` and read it to its end; raises :class:`~wherry.errors.IndexUnreachable`."""
        if is_local(request.url):
            return Response(request.url, 200, read_local(request.url))
        with Watch(self._network) as watch:
            try:
                answer = await _ask(request, watch.signal)
                body = await _read(answer, watch)
            except JsException as error:
                if watch.expired:
                    raise unreachable(request.url, "timeout", watch.expired) from error
                failure = await diagnose(request, error, has_begun=watch.has_begun)
                raise failure from error
        return Response(answer.url or request.url, answer.status, body, _headers(answer))


async def _ask(request: Request, signal: Any) -> Any:  # noqa: ANN401 - JavaScript objects
    """Return the answer once its headers are there; no secret header goes to another origin.

    ``fetch`` itself takes ``Authorization`` away where a redirect leaves the origin, but no other header; so where
    there are others, redirects are followed here.
    """
    headers = request.secret_headers
    if all(name.lower() == "authorization" for name in headers):
        return await js.fetch(request.url, _options(request, signal, headers))
    url = request.url
    for _ in range(MAX_REDIRECTS):
        answer = await js.fetch(url, _options(request, signal, headers, redirect="manual"))
        if answer.type == "opaqueredirect":
            reason = "it redirects, and a browser does not let the headers of this index stay behind; use Authorization"
            raise unreachable(url, "cors", reason)
        if answer.status not in REDIRECTS or not (location := answer.headers.get("location")):
            return answer
        await answer.body.cancel()
        url = absolute(location, url)
        if origin(url) != origin(request.url):
            headers = {}
    raise unreachable(request.url, "portal", f"it redirects more than {MAX_REDIRECTS} times")


def _options(request: Request, signal: Any, headers: Mapping[str, str], redirect: str = "follow") -> Any:  # noqa: ANN401
    options = js.Object.new()
    options.signal = signal
    options.redirect = redirect
    pairs = [[name, value] for name, value in headers.items()]
    if request.accept is not None:
        pairs.append(["Accept", request.accept])
    if pairs:
        options.headers = to_js(pairs)
    if request.fresh:
        options.cache = "reload"
    if request.credentials is not None:
        options.credentials = request.credentials
    return options


async def _read(answer: Any, watch: Watch) -> bytes:  # noqa: ANN401 - a JavaScript object
    """Return the body, read piece by piece: what comes to a halt is noticed, and nothing is held twice."""
    watch.heard()
    if not answer.body:
        return b""
    reader = answer.body.getReader()
    body = BytesIO()
    while not (piece := await reader.read()).done:
        watch.heard()
        body.write(piece.value.to_bytes())
    return body.getvalue()


def _headers(answer: Any) -> Mapping[str, str]:  # noqa: ANN401 - a JavaScript object
    # Asked one by one: an iterator of pairs would leave proxies behind.
    names = HEADERS if answer.type == "cors" else (*HEADERS, "content-length")
    # Across origins a browser tells the length, but not whether it is that of compressed bytes.
    return {name: str(value) for name in names if (value := answer.headers.get(name))}

"""The fetcher of Pyodide: JavaScript's ``fetch``."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import js
from pyodide.ffi import JsException, to_js

from wherry.errors import IndexUnreachable
from wherry.index.fetcher import Response
from wherry.runtime.local import is_local, read_local

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["JsFetcher"]


class JsFetcher:
    """Fetches with ``js.fetch``; a cancelled task aborts its request."""

    async def fetch(self, url: str, *, accept: str | None = None) -> Response:
        """Get ``url`` and read it to its end; raises :class:`IndexUnreachable` where no whole answer came."""
        if is_local(url):
            return Response(url, 200, read_local(url))
        controller = js.AbortController.new()
        # fetch() rejects with the same TypeError for CORS, DNS, TLS and a dead network; HTTP errors do not raise.
        try:
            answer = await js.fetch(url, _options(controller.signal, accept))
            body = (await answer.arrayBuffer()).to_bytes()
        except JsException as error:
            raise IndexUnreachable(url, _reason(error)) from error
        except asyncio.CancelledError:
            controller.abort()
            raise
        return Response(answer.url or url, answer.status, body, _headers(answer))


def _options(signal: Any, accept: str | None) -> Any:  # noqa: ANN401 - a JavaScript object
    options = js.Object.new()
    options.signal = signal
    if accept is not None:
        options.headers = to_js([["Accept", accept]])
    return options


def _headers(answer: Any) -> Mapping[str, str]:  # noqa: ANN401 - a JavaScript object
    # Asked one by one: an iterator of pairs would leave proxies behind.
    content_type = answer.headers.get("content-type")
    return {"content-type": content_type} if content_type else {}


def _reason(error: JsException) -> str:
    """Return the message with its cause's: Node's says only "fetch failed" and hides the reason below."""
    cause = getattr(error, "cause", None)
    detail = getattr(cause, "message", None) or getattr(cause, "code", None)
    message = getattr(error, "message", None) or str(error)
    return f"{message}: {detail}" if detail else str(message)

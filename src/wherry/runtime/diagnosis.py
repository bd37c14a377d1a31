"""Diagnose a failed fetch. Node gives the cause; a browser only says "Failed to fetch" and must be probed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import js
from pyodide.ffi import JsException

from wherry.index.failures import kind_of, unreachable

if TYPE_CHECKING:
    from wherry.errors import IndexUnreachable, UnreachableKind
    from wherry.index.fetcher import Request

__all__ = ["diagnose"]

PROBE_TIMEOUT = 5_000  # milliseconds


async def diagnose(request: Request, error: JsException, *, has_begun: bool) -> IndexUnreachable:
    """Return the error for a failed request; ``has_begun`` tells whether the response had started."""
    return unreachable(request.url, await _kind(request, error, has_begun=has_begun), _reason(error))


async def _kind(request: Request, error: JsException, *, has_begun: bool) -> UnreachableKind:
    code = str(getattr(getattr(error, "cause", None), "code", None) or "")
    kind = kind_of(code)
    if kind != "unknown":
        return kind
    if getattr(getattr(js, "navigator", None), "onLine", True) is False:
        return "offline"
    if has_begun:
        return "cut"
    return "cors" if await _answers_without_cors(request) else "unknown"


async def _answers_without_cors(request: Request) -> bool:
    """Return whether the browser gets a response without CORS, so that CORS is the cause of the failure."""
    location = getattr(js, "location", None)
    if location is None or request.url.startswith(f"{location.origin}/"):
        return False
    options = js.Object.new()
    options.mode = "no-cors"
    options.cache = "no-store"
    options.credentials = "omit"
    controller = js.AbortController.new()
    options.signal = controller.signal
    abort = controller.abort.bind(controller)
    timer = js.setTimeout(abort, PROBE_TIMEOUT)
    try:
        await js.fetch(request.url, options)
    except JsException:
        return False
    finally:
        js.clearTimeout(timer)
        # The body is not needed.
        abort()
    return True


def _reason(error: JsException) -> str:
    """Return the message and that of its cause: Node says only "fetch failed" and has the reason in the cause."""
    cause = getattr(error, "cause", None)
    detail = getattr(cause, "message", None) or getattr(cause, "code", None)
    message = getattr(error, "message", None) or str(error)
    return f"{message}: {detail}" if detail else str(message)

"""Apply faults to answers over a real socket."""

from __future__ import annotations

import asyncio
import time
import zlib
from contextlib import suppress
from typing import TYPE_CHECKING

from aiohttp import web

from tests.harness.faults import Fault, Kind
from tests.harness.index_pages import HTML_TYPE

if TYPE_CHECKING:
    from collections.abc import Mapping

APOLOGY = "<!DOCTYPE html>\n<html><body><h1>Please sign in to use this network</h1></body></html>\n"


async def strike(fault: Fault, request: web.Request, response: web.Response) -> web.StreamResponse:
    """Answer ``request`` as ``fault`` specifies, instead of with the correct ``response``."""
    kept = {name: value for name, value in response.headers.items() if name.startswith("Access-Control-")}
    match fault.kind:
        case Kind.STATUS:
            return web.Response(status=fault.status or 500, headers={**kept, **fault.headers}, text="ordered by a test")
        case Kind.ERROR_PAGE:
            return web.Response(text=APOLOGY, content_type=HTML_TYPE, headers=kept)
        case Kind.CORRUPT | Kind.TRUNCATE | Kind.DUPLICATE:
            response.body = _altered(fault.kind, _body(response))
            return response
        case Kind.DROP:
            _hang_up(request)
        case Kind.CUT:
            await _half(request, response)
            _hang_up(request)
        case Kind.STALL:
            return await _stalled(fault, request, response)
        case Kind.ENDLESS | Kind.BOMB:
            return await _endless(fault, request, response)
        case Kind.DELAY:
            await asyncio.sleep(fault.seconds)
        case Kind.NO_CORS:
            pass
    return response


def _body(response: web.Response) -> bytes:
    assert isinstance(response.body, bytes)
    return response.body


def _altered(kind: Kind, body: bytes) -> bytes:
    if kind is Kind.DUPLICATE:
        return body + body
    if kind is Kind.TRUNCATE or not body:
        return body[: len(body) // 2]
    return body[:-1] + bytes([body[-1] ^ 0xFF])


def _hang_up(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.abort()


async def _half(request: web.Request, response: web.Response) -> web.StreamResponse:
    """Send the headers of the whole body, and half of the body."""
    body = _body(response)
    answer = web.StreamResponse(status=response.status, headers=_headers(response))
    answer.content_length = len(body)
    await answer.prepare(request)
    await answer.write(body[: len(body) // 2])
    return answer


async def _stalled(fault: Fault, request: web.Request, response: web.Response) -> web.StreamResponse:
    answer = await _half(request, response)
    begun = time.monotonic()
    while time.monotonic() < begun + fault.seconds:  # noqa: ASYNC110 - another thread may change it
        await asyncio.sleep(0.05)
    body = _body(response)
    await answer.write(body[len(body) // 2 :])
    await answer.write_eof()
    return answer


async def _endless(fault: Fault, request: web.Request, response: web.Response) -> web.StreamResponse:
    """Send the body, and spaces until the connection is closed."""
    answer = web.StreamResponse(status=fault.status or response.status, headers=_headers(response))
    body, more = _body(response), b" " * 2**20
    if fault.kind is Kind.BOMB:
        answer.headers["Content-Encoding"] = "gzip"
        packing = zlib.compressobj(wbits=31)
        body = packing.compress(body) + packing.flush(zlib.Z_FULL_FLUSH)
        # After a full flush, later bytes do not depend on earlier ones.
        more = packing.compress(more * 16) + packing.flush(zlib.Z_FULL_FLUSH)
    await answer.prepare(request)
    sent = 0
    with suppress(ConnectionError):
        while fault.break_off is None or sent < fault.break_off:
            await answer.write(body)
            sent += len(body)
            fault.sent += len(body)
            body = more
        _hang_up(request)
    return answer


def _headers(response: web.Response) -> Mapping[str, str]:
    return {name: value for name, value in response.headers.items() if name != "Content-Length"}

"""A package index on loopback behind a :class:`~bench.link.Link`, which logs its requests.

It responds as PyPI does: pages are compressed and cacheable for ten minutes with an ETag, files are cacheable for ever,
and all origins are allowed. A lock beside the index is checked at each visit, as that of any web server.
"""

from __future__ import annotations

import asyncio
import gzip
import hashlib
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Protocol

from aiohttp import web
from packaging.utils import canonicalize_name

from bench.link import UNSHAPED, Link
from bench.paths import BUNDLE, HERE, PYODIDE
from bench.recording import RecordingFailed
from bench.traffic import Exchange, Kind, Traffic
from tests.harness.background_server import BackgroundServer
from tests.harness.index_pages import JSON_TYPE

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from bench.link import LinkSpeed
    from tests.harness.index_files import IndexFile

__all__ = ["Files", "ShapedServer"]

CORS = {
    "Access-Control-Allow-Headers": "*",
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "*",
    "Access-Control-Max-Age": "1728000",
}
PAGE_LIFETIME = "max-age=600, public"
PAGE_AGE = "590"
"""As from a cache of the index's host: a browser uses a page again during one visit, and checks it at the next."""
CHECKED = "no-cache"
FILE_LIFETIME = "max-age=365000000, immutable, public"
COMPRESSION = 6
LOCK = "pylock.toml"


class Files(Protocol):
    """The pages and wheels to serve."""

    def page(self, name: str, server_url: str) -> bytes | None:
        """Return the project page as JSON; ``None`` if there is none."""
        ...

    def wheel(self, filename: str) -> IndexFile | None:
        """Return a wheel of a page."""
        ...


@dataclass(frozen=True, slots=True)
class Answer:
    """A body with its headers."""

    body: bytes
    headers: Mapping[str, str]


class ShapedServer(BackgroundServer):
    """Serves an index, a distribution and a lock over a link, and a browser's own files without one.

    ``index`` has the pages and wheels of the index, ``distribution`` the wheels of the distribution by filename, and
    ``lock`` the text of the lock.

    :meth:`begin` starts a run, whose exchanges are in ``traffic``.
    """

    def __init__(self, index: Files, distribution: Mapping[str, IndexFile], *, micropip: Path | None = None) -> None:
        super().__init__()
        self.url = ""
        self.distribution = distribution
        self.lock = b""
        self.bundles: dict[str, Path] = {}
        """The folders of bundles by name."""
        self.page_url = ""
        """The root of the browser's page, of Pyodide and of the clients, which are served without delay."""
        self._index = index
        self._micropip = micropip
        self._link = Link()
        self._answers: dict[str, Answer | None] = {}
        # Responses are made in threads: one that is requested twice at once is made, or recorded, once.
        self._making = Lock()
        self._exchanges: list[Exchange] = []
        self._began = 0.0

    @property
    def index_url(self) -> str:
        """The root of the index."""
        return f"{self.url}/simple/"

    @property
    def distribution_url(self) -> str:
        """The folder of the wheels of the distribution."""
        return f"{self.url}/distribution/"

    @property
    def lock_url(self) -> str:
        """The address of the lock."""
        return f"{self.url}/{LOCK}"

    def bundle_url(self, name: str) -> str:
        """Return the address of the lock of a bundle."""
        return f"{self.url}/bundles/{name}/{LOCK}"

    @property
    def traffic(self) -> Traffic:
        """The exchanges over the link since :meth:`begin`."""
        return Traffic(tuple(self._exchanges))

    def begin(self, speed: LinkSpeed = UNSHAPED) -> None:
        """Start a run at ``speed``, without connections and requests."""
        self._link.restart(speed)
        self._exchanges = []
        self._began = self._loop.time()

    def forget_answers(self) -> None:
        """Make the pages again at their next request."""
        self._answers.clear()

    def forget(self, url: str) -> None:
        """Make one response again at its next request."""
        self._answers.pop(url.removeprefix(self.url), None)

    def size(self, path: str) -> int:
        """Return the size of a response in bytes, after compression; 0 if there is none."""
        answer = self._answer(path)
        return len(answer.body) if answer is not None else 0

    def _runners(self) -> Sequence[web.AppRunner]:
        return [
            web.AppRunner(application, access_log=None, shutdown_timeout=0.1)
            for application in (self._shaped(), self._unshaped())
        ]

    def _listen_at(self, urls: Sequence[str]) -> None:
        self.url, self.page_url = urls

    def _shaped(self) -> web.Application:
        application = web.Application()
        application.router.add_route("OPTIONS", "/{path:.*}", self._preflight)
        application.router.add_get("/{path:.*}", self._get)
        return application

    def _unshaped(self) -> web.Application:
        application = web.Application()
        application.router.add_get("/", _blank_page)
        folders = {"bench": HERE, "micropip": self._micropip, "pyodide": PYODIDE, "wherry": BUNDLE}
        for name, folder in folders.items():
            if folder is not None and folder.is_dir():
                application.router.add_static(f"/{name}", folder)
        return application

    async def _preflight(self, request: web.Request) -> web.Response:
        exchange = self._note("preflight", request.path)
        await self._link.round_trip()
        exchange.ended = self._now()
        return web.Response(status=204, headers=CORS)

    async def _get(self, request: web.Request) -> web.StreamResponse:
        exchange = self._note(_kind(request.path), request.path)
        try:
            known = request.path in self._answers
            answer = self._answers[request.path] if known else await asyncio.to_thread(self._answer, request.path)
        except RecordingFailed as error:
            exchange.status = web.HTTPServiceUnavailable.status_code
            raise web.HTTPServiceUnavailable(headers=CORS) from error
        await self._link.round_trip()
        status, body, further = _respond(request, answer)
        exchange.status = status
        headers = {**CORS, **(answer.headers if answer is not None else {}), **further}
        response = web.StreamResponse(status=status, headers=headers)
        response.content_length = len(body)
        await self._send(body, request, response, exchange)
        return response

    async def _send(self, body: bytes, request: web.Request, response: web.StreamResponse, exchange: Exchange) -> None:
        try:
            await response.prepare(request)
            async for piece in self._link.carry(body):
                await response.write(piece)
                exchange.sent += len(piece)
            await response.write_eof()
        except ConnectionResetError:
            # A client may abort; the bytes sent by then stay counted.
            pass
        finally:
            exchange.ended = self._now()

    def _note(self, kind: Kind, path: str) -> Exchange:
        exchange = Exchange(kind, path, self._now())
        self._exchanges.append(exchange)
        return exchange

    def _now(self) -> float:
        return self._loop.time() - self._began

    def _answer(self, path: str) -> Answer | None:
        with self._making:
            if path not in self._answers:
                self._answers[path] = self._make_answer(path)
            return self._answers[path]

    def _make_answer(self, path: str) -> Answer | None:
        if path == f"/{LOCK}":
            return _file_answer(self.lock, CHECKED)
        if path.startswith("/bundles/"):
            return self._bundled(path.removeprefix("/bundles/"))
        folder, _, name = path.strip("/").rpartition("/")
        if folder == "simple":
            page = self._index.page(canonicalize_name(name), self.url)
            return None if page is None else _page_answer(page)
        if folder == "distribution":
            wheel = self.distribution.get(name)
            return None if wheel is None else _file_answer(wheel.content)
        wheel = self._index.wheel(name.removesuffix(".metadata"))
        if wheel is None:
            return None
        content = wheel.metadata if name.endswith(".metadata") else wheel.content
        return None if content is None else _file_answer(content)

    def _bundled(self, path: str) -> Answer | None:
        name, _, file = path.partition("/")
        folder = self.bundles.get(name)
        if folder is None or not (folder / file).is_file():
            return None
        return _file_answer((folder / file).read_bytes(), CHECKED if file == LOCK else FILE_LIFETIME)


def _kind(path: str) -> Kind:
    if path.endswith(".metadata"):
        return "metadata"
    if path.endswith(f"/{LOCK}"):
        return "lock"
    return "page" if path.startswith("/simple/") else "wheel"


def _page_answer(page: bytes) -> Answer:
    headers = {
        "Content-Encoding": "gzip",
        "Content-Type": JSON_TYPE,
        "Cache-Control": PAGE_LIFETIME,
        "Age": PAGE_AGE,
        "ETag": _etag(page),
        "Vary": "Accept, Accept-Encoding",
    }
    return Answer(gzip.compress(page, COMPRESSION, mtime=0), headers)


def _file_answer(content: bytes, lifetime: str = FILE_LIFETIME) -> Answer:
    headers = {
        "Content-Type": "application/octet-stream",
        "Cache-Control": lifetime,
        "ETag": _etag(content),
        "Accept-Ranges": "bytes",
    }
    return Answer(content, headers)


def _etag(content: bytes) -> str:
    return f'"{hashlib.md5(content, usedforsecurity=False).hexdigest()}"'


def _respond(request: web.Request, answer: Answer | None) -> tuple[int, bytes, Mapping[str, str]]:
    """Return status, body and headers that only this status has."""
    if answer is None:
        return 404, b"", {}
    if request.headers.get("If-None-Match") == answer.headers["ETag"]:
        return 304, b"", {}
    asked = request.http_range
    if "Range" not in request.headers or "Accept-Ranges" not in answer.headers:
        return 200, answer.body, {}
    start, stop, _ = asked.indices(len(answer.body))
    return 206, answer.body[start:stop], {"Content-Range": f"bytes {start}-{stop - 1}/{len(answer.body)}"}


async def _blank_page(_request: web.Request) -> web.Response:
    return web.Response(text="<!DOCTYPE html>\n<title>wherry</title>\n", content_type="text/html")

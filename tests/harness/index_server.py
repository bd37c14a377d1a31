"""A package index on loopback, over real sockets. It counts requests, and injects faults."""

from __future__ import annotations

import asyncio
import random
import socket
from base64 import b64encode
from collections import Counter
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from aiohttp import web
from packaging.utils import canonicalize_name

from tests.harness.background_server import BackgroundServer
from tests.harness.faults import Fault, Kind
from tests.harness.index_pages import HTML_TYPE, JSON_TYPE, file_path, html_page, json_page
from tests.harness.strikes import strike

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence

    from tests.harness.index_files import IndexFile

    Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

# The wildcard of headers leaves Authorization out.
CORS = {"Access-Control-Allow-Origin": "*", "Access-Control-Allow-Headers": "Authorization, *"}


class IndexServer(BackgroundServer):
    """A server of the same files as two indexes, `json_url` and `html_url`, while it is entered.

    ``requests`` counts GET requests by path, ``headers`` has those of the latest request of each. ``faults`` are tried
    in order; the first that strikes counts. ``redirects`` maps paths to URLs, ``answers`` to JSON; ``password`` is
    required of every request (with the user ``tester``). ``jitter`` is the longest random delay of an answer in
    seconds, drawn from ``seed``. Paths that match ``held`` are answered only after it is changed. ``in_flight`` counts
    the requests being answered; ``most_archives`` and ``most_others`` are the largest numbers of each kind at one time.
    """

    def __init__(self, files: Iterable[IndexFile] = (), *, jitter: float = 0.0, seed: int = 0) -> None:
        super().__init__()
        self.files: list[IndexFile] = list(files)
        self.faults: list[Fault] = []
        self.redirects: dict[str, str] = {}
        self.answers: dict[str, str | bytes] = {}
        self.password: str | None = None
        self.requests: Counter[str] = Counter()
        self.headers: dict[str, Mapping[str, str]] = {}
        self.in_flight = 0
        self.most_archives = 0
        self.most_others = 0
        self._archives = 0
        self.jitter = jitter
        self.held = ""
        self.url = ""
        self._random = random.Random(seed)  # noqa: S311 - a repeatable order of arrival, nothing secret

    @property
    def json_url(self) -> str:
        """The index with JSON pages, which offers hashes, sizes, upload times and metadata files."""
        return f"{self.url}/json/"

    @property
    def html_url(self) -> str:
        """The index with HTML pages, which has only links."""
        return f"{self.url}/html/"

    def _runners(self) -> Sequence[web.AppRunner]:
        application = self._application()
        return [web.AppRunner(application, access_log=None, shutdown_timeout=0.1, handler_cancellation=True)]

    def _listen_at(self, urls: Sequence[str]) -> None:
        (self.url,) = urls

    def _application(self) -> web.Application:
        application = web.Application(middlewares=[self._misbehave])
        application.router.add_get("/{form:json|html}/{project}/", self._page)
        application.router.add_get("/files/{digest}/{filename}", self._file)
        application.router.add_route("OPTIONS", "/{path:.*}", self._preflight)
        return application

    @web.middleware
    async def _misbehave(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.method != "GET":
            return await handler(request)
        self.requests[request.path] += 1
        self.headers[request.path] = dict(request.headers)
        is_archive = request.path.endswith(".whl")
        self.in_flight += 1
        self._archives += is_archive
        self.most_archives = max(self.most_archives, self._archives)
        self.most_others = max(self.most_others, self.in_flight - self._archives)
        try:
            await asyncio.sleep(self._random.uniform(0, self.jitter))
            while fnmatchcase(request.path, self.held):  # noqa: ASYNC110 - another thread changes it
                await asyncio.sleep(0.05)
            fault = next((fault for fault in self.faults if fault.strikes(request.path)), None)
            response = await self._answer(request, handler)
            if fault is None or fault.kind is not Kind.NO_CORS:
                response.headers.update(CORS)
            return response if fault is None else await strike(fault, request, response)
        finally:
            self.in_flight -= 1
            self._archives -= is_archive

    async def _answer(self, request: web.Request, handler: Handler) -> web.Response:
        if self.password is not None and request.headers.get("Authorization") != credentials(self.password):
            return web.Response(status=401)
        if request.path in self.redirects:
            return web.Response(status=302, headers={"Location": self.redirects[request.path]})
        if request.path in self.answers:
            answer = self.answers[request.path]
            body = answer.encode() if isinstance(answer, str) else answer
            return web.Response(body=body, content_type="application/json")
        try:
            response = await handler(request)
        except web.HTTPException as error:
            return web.Response(status=error.status, text=error.text, headers=_location(error))
        assert isinstance(response, web.Response)
        return response

    async def _preflight(self, _request: web.Request) -> web.Response:
        return web.Response(status=204, headers=CORS)

    async def _page(self, request: web.Request) -> web.Response:
        form, project = request.match_info["form"], request.match_info["project"]
        name = canonicalize_name(project)
        if name != project:
            raise web.HTTPMovedPermanently(f"/{form}/{name}/")
        files = [file for file in self.files if file.identity[0] == name]
        if not files:
            raise web.HTTPNotFound
        if form == "json":
            return web.Response(text=json_page(name, files), content_type=JSON_TYPE)
        return web.Response(text=html_page(name, files), content_type=HTML_TYPE)

    async def _file(self, request: web.Request) -> web.Response:
        for file in self.files:
            if request.path == file_path(file):
                return web.Response(body=file.content, content_type="application/zip")
            if request.path == f"{file_path(file)}.metadata" and file.metadata is not None:
                return web.Response(body=file.metadata)
        raise web.HTTPNotFound


def credentials(password: str) -> str:
    """Return the ``Authorization`` header of the user ``tester``."""
    return f"Basic {b64encode(f'tester:{password}'.encode()).decode()}"


def _location(error: web.HTTPException) -> dict[str, str]:
    return {"Location": error.headers["Location"]} if "Location" in error.headers else {}


def dead_url() -> str:
    """Return the URL of an index without a server."""
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{unused.getsockname()[1]}/json/"

"""An index without a network: wherry's fetcher port, answered from memory in a random order."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tests.harness.index_pages import HTML_TYPE, JSON_TYPE, file_path, html_page, json_page
from wherry.index.failures import unreachable
from wherry.index.fetcher import Request, Response

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tests.harness.index_files import IndexFile

HOST = "index.example.org"
JSON_URL = f"https://{HOST}/json/"
HTML_URL = f"https://{HOST}/html/"


class MemoryFetcher:
    """A fetcher of ``files`` at `JSON_URL` and `HTML_URL`; other hosts do not answer.

    ``requests`` counts requests by URL, ``asked`` holds them in order. ``seed`` decides the order of answers.
    ``instead`` maps URLs to answers of the test. ``elsewhere`` maps further hosts to their files, ``statuses`` projects
    to their status (PEP 792).
    """

    def __init__(
        self,
        files: Iterable[IndexFile],
        *,
        seed: int = 0,
        instead: Mapping[str, Response] | None = None,
        elsewhere: Mapping[str, Iterable[IndexFile]] | None = None,
        statuses: Mapping[str, Mapping[str, str]] | None = None,
    ) -> None:
        self.files = tuple(files)
        self.requests: Counter[str] = Counter()
        self.asked: list[Request] = []
        self._instead = instead or {}
        self._hosts = {HOST: _Host(self.files)} | {host: _Host(there) for host, there in (elsewhere or {}).items()}
        self._statuses = statuses or {}
        self._random = random.Random(seed)  # noqa: S311 - a repeatable order of arrival, nothing secret

    async def fetch(self, request: Request) -> Response:
        """Answer ``request`` after some turns of the event loop."""
        url, accept = request.url, request.accept
        self.requests[url] += 1
        self.asked.append(request)
        for _ in range(self._random.randrange(12)):
            await asyncio.sleep(0)
        if url in self._instead:
            return self._instead[url]
        parts = urlsplit(url)
        host = self._hosts.get(parts.hostname or "")
        if host is None:
            raise unreachable(url, "dns", "no such host")
        answer = host.file(parts.path) if parts.path.startswith("/files/") else self._page(host, parts.path, accept)
        if answer is None:
            return Response(url, 404, b"not found", {"content-type": "text/plain"})
        body, content_type = answer
        return Response(url, 200, body, {"content-type": content_type})

    def pages_asked_for(self) -> set[str]:
        """Return the URLs of the project pages among the requests."""
        return {url for url in self.requests if not urlsplit(url).path.startswith("/files/")}

    def metadata_asked_for(self) -> set[str]:
        """Return the URLs of the metadata files among the requests."""
        return {url for url in self.requests if url.endswith(".metadata")}

    def _page(self, host: _Host, path: str, accept: str | None) -> tuple[bytes, str] | None:
        parts = path.split("/")
        if len(parts) != len(("", "form", "name", "")):
            return None
        _, form, name, _ = parts
        files = host.projects.get(name)
        if not files or not accept:
            return None
        status = self._statuses.get(name)
        if form == "json":
            return json_page(name, files, status=status).encode(), JSON_TYPE
        return html_page(name, files, status=status).encode(), HTML_TYPE


class _Host:
    """The files of one host, by project and by path; a wheel is opened when its project is requested."""

    def __init__(self, files: Iterable[IndexFile]) -> None:
        self.projects: dict[str, list[IndexFile]] = {}
        for file in files:
            self.projects.setdefault(file.identity[0], []).append(file)

    def file(self, path: str) -> tuple[bytes, str] | None:
        bare = path.removesuffix(".metadata")
        file = self._by_path.get(bare)
        if file is None:
            return None
        if bare == path:
            return file.content, "application/zip"
        return None if file.metadata is None else (file.metadata, "application/octet-stream")

    @cached_property
    def _by_path(self) -> dict[str, IndexFile]:
        return {file_path(file): file for files in self.projects.values() for file in files}

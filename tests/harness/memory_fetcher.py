"""An index without a network: the port that wherry fetches through, answered out of memory in a random order."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from tests.harness.index_pages import HTML_TYPE, JSON_TYPE, file_path, html_page, json_page
from wherry.errors import IndexUnreachable
from wherry.index.fetcher import Response

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tests.harness.index_files import IndexFile

JSON_URL = "https://index.example.org/json/"
HTML_URL = "https://index.example.org/html/"


class MemoryFetcher:
    """Serves ``files`` as `JSON_URL` and `HTML_URL`; other hosts do not answer.

    ``requests`` counts by URL. ``seed`` decides which answers come first. ``instead`` maps URLs to answers of a test's
    own.
    """

    def __init__(
        self, files: Iterable[IndexFile], *, seed: int = 0, instead: Mapping[str, Response] | None = None
    ) -> None:
        self.files = tuple(files)
        self.requests: Counter[str] = Counter()
        self._instead = instead or {}
        self._random = random.Random(seed)  # noqa: S311 - a repeatable order of arrival, nothing secret

    async def fetch(self, url: str, *, accept: str | None = None) -> Response:
        """Answer ``url`` after some turns of the event loop."""
        self.requests[url] += 1
        for _ in range(self._random.randrange(12)):
            await asyncio.sleep(0)
        if url in self._instead:
            return self._instead[url]
        parts = urlsplit(url)
        if parts.hostname != "index.example.org":
            raise IndexUnreachable(url, "no such host")
        answer = self._file(parts.path) if parts.path.startswith("/files/") else self._page(parts.path, accept)
        if answer is None:
            return Response(url, 404, b"not found", {"content-type": "text/plain"})
        body, content_type = answer
        return Response(url, 200, body, {"content-type": content_type})

    def _page(self, path: str, accept: str | None) -> tuple[bytes, str] | None:
        _, form, name, _ = path.split("/")
        files = [file for file in self.files if file.identity[0] == name]
        if not files or not accept:
            return None
        if form == "json":
            return json_page(name, files).encode(), JSON_TYPE
        return html_page(name, files).encode(), HTML_TYPE

    def _file(self, path: str) -> tuple[bytes, str] | None:
        for file in self.files:
            if path == file_path(file):
                return file.content, "application/zip"
            if path == f"{file_path(file)}.metadata" and file.metadata is not None:
                return file.metadata, "application/octet-stream"
        return None

"""Fetch a file that the caller names by a path or a URL, such as a requirements file or a lock."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from wherry.formats.urls import authorization, without_credentials
from wherry.index.credentials import Credentials
from wherry.index.failures import at_neither_place, refused
from wherry.index.fetcher import Request
from wherry.index.index import Index
from wherry.index.integrity import check_size

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from wherry.index.fetcher import CredentialsMode, Fetcher, Response
    from wherry.resolution.direct_urls import Locate

__all__ = ["Document", "DocumentReader"]

OK = 200


@dataclass(frozen=True, slots=True)
class Document:
    """The ``content`` of a file, its ``name`` for messages, its ``address`` after redirects, and a warning, if any.

    ``headers`` are those of the answer, by their names in lower case.
    """

    name: str
    address: str
    content: bytes
    note: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DocumentReader:
    """Reads files of at most ``limit`` bytes by ``fetcher``, with the credentials of ``indexes``.

    ``locate`` returns, for a path that is not in Pyodide's file system, the address beside the page and that path.
    """

    fetcher: Fetcher
    indexes: Sequence[Index]
    locate: Locate
    limit: int | None = None

    async def read(
        self, file: str, *, accept: str | None = None, credentials: CredentialsMode | None = None
    ) -> Document:
        """Return the file at a path or URL. Raises :class:`~wherry.errors.IndexUnavailable`."""
        bare = without_credentials(file)
        located, absent = self.locate(bare)
        request = Request(located if absent else bare, accept=accept, limit=self.limit)
        own = [Index(file)] if authorization(file) else []
        request = Credentials([*own, *self.indexes], {}).grant(request)
        if credentials is not None:
            request = replace(request, credentials=credentials)
        response = await self.fetcher.fetch(request)
        if response.status != OK:
            error = refused(request.url, response)
            if absent:
                error.hint = at_neither_place(absent)
            raise error
        check_size(request, response)
        return Document(request.url, response.url, _whole(response), response.note, response.headers)


def _whole(response: Response) -> bytes:
    """Return the body, also of a project page that the fetcher has taken apart."""
    if (listing := response.listing) is None:
        return response.body
    return f'{listing.header.rstrip()[:-1]}, "files": {listing.entries([*range(len(listing.names))])}}}'.encode()

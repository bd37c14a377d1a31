"""Which requests carry which credentials: those to the origin of an index, or to the one URL that contained them."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from wherry.formats.urls import authorization, origin, split_hash, without_credentials
from wherry.index.index import root_of
from wherry.resolution.direct_urls import without_extras
from wherry.resolution.requirements import is_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from wherry.index.fetcher import Request
    from wherry.index.index import Index
    from wherry.resolution.problem import ResolveOptions

__all__ = ["Credentials", "take_secrets", "without_secrets"]

URL_WITH_SECRET = re.compile(r"https?://[^\s/?#\\]*@\S*", re.IGNORECASE)


class Credentials:
    """Adds the headers and the credentials option of an index to the requests to it.

    ``secrets`` maps further URLs to an ``Authorization`` header each.
    """

    def __init__(self, indexes: Iterable[Index], secrets: Mapping[str, str]) -> None:
        self._indexes = [(origin(index.url), index) for index in indexes]
        self._secrets = secrets

    def grant(self, request: Request) -> Request:
        """Return ``request`` with the credentials for its URL."""
        if request.url in self._secrets:
            return replace(request, secret_headers={"Authorization": self._secrets[request.url]})
        index = self._index_at(request.url)
        if index is None or not (index.headers or index.credentials):
            return request
        return replace(request, secret_headers=index.headers, credentials=index.credentials)

    def _index_at(self, url: str) -> Index | None:
        """Return the index of the same origin. Of several, prefer the deepest root above ``url``, else the first."""
        there = origin(url)
        if there is None:
            return None
        near = [(root_of(index.url), index) for place, index in self._indexes if place == there]
        found = max(near, key=lambda one: len(one[0]) if url.startswith(one[0]) else 0, default=None)
        return found and found[1]


def without_secrets(options: ResolveOptions) -> tuple[ResolveOptions, dict[str, str]]:
    """Return ``options`` without credentials in URLs, and the credentials by URL: lower floors must not show them."""
    secrets: dict[str, str] = {}
    fields = ("requirements", "constraints", "overrides")
    return replace(options, **{name: take_secrets(getattr(options, name), secrets) for name in fields}), secrets


def take_secrets(requirements: Any, secrets: dict[str, str]) -> Any:  # noqa: ANN401 - strings, or lists of such
    """Return ``requirements`` without the credentials in their URLs, and add these to ``secrets`` by URL.

    Then no text made from a requirement can show them.
    """
    if is_line(requirements):
        return requirements._replace(text=take_secrets(requirements.text, secrets))
    if not isinstance(requirements, str):
        return [take_secrets(one, secrets) for one in requirements]

    def take(found: re.Match[str]) -> str:
        bare = without_credentials(found[0])
        if secret := authorization(found[0]):
            secrets[split_hash(without_extras(bare.rstrip(";")))[0]] = secret
        return bare

    return URL_WITH_SECRET.sub(take, requirements)

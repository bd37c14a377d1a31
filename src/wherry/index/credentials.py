"""Who is told a secret: the origin of the index that it was given for, or the one URL that it stood in."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from wherry.formats.urls import authorization, origin, split_hash, without_credentials
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
    """Adds to requests the headers and the credentials option of the index they go to.

    ``secrets`` maps further URLs to an ``Authorization`` header each.
    """

    def __init__(self, indexes: Iterable[Index], secrets: Mapping[str, str]) -> None:
        self._indexes = [(origin(index.url), index) for index in indexes]
        self._secrets = secrets

    def grant(self, request: Request) -> Request:
        """Return ``request`` with what its URL is entitled to."""
        if request.url in self._secrets:
            return replace(request, secret_headers={"Authorization": self._secrets[request.url]})
        index = self._index_at(request.url)
        if index is None or not (index.headers or index.credentials):
            return request
        return replace(request, secret_headers=index.headers, credentials=index.credentials)

    def _index_at(self, url: str) -> Index | None:
        """Return the index of the same origin; of several the nearest: ``url`` below its root, else the first."""
        there = origin(url)
        if there is None:
            return None
        near = [index for place, index in self._indexes if place == there]
        return max(near, key=lambda index: len(index.url) if url.startswith(index.url) else 0, default=None)


def without_secrets(options: ResolveOptions) -> tuple[ResolveOptions, dict[str, str]]:
    """Return what was asked without credentials in its URLs, and these by URL: nothing downstairs may show them."""
    secrets: dict[str, str] = {}
    fields = ("requirements", "constraints", "overrides")
    return replace(options, **{name: take_secrets(getattr(options, name), secrets) for name in fields}), secrets


def take_secrets(requirements: Any, secrets: dict[str, str]) -> Any:  # noqa: ANN401 - strings, or lists of such
    """Return ``requirements`` without the credentials in their URLs, which go to ``secrets`` by URL.

    So whatever shows a requirement later cannot tell them.
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

"""An index as a caller configures it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from wherry.formats.urls import authorization, without_credentials

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from wherry.index.fetcher import CredentialsMode
    from wherry.resolution.direct import Locate

__all__ = ["Index", "read_indexes"]


@dataclass(frozen=True, slots=True)
class Index:
    """The root of a Simple API, with what it wants to know of who asks.

    ``headers`` are sent to the origin of ``url`` and nowhere else, and never shown; a name and a password in ``url``
    become such a header. ``credentials`` is that option of JavaScript's ``fetch``: ``"include"`` lets a browser send
    its cookies. An index with ``projects`` is for these alone, and they come from nowhere else. ``absent`` is where
    :meth:`located` has found nothing.
    """

    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False, hash=False)
    credentials: CredentialsMode | None = None
    projects: tuple[str, ...] = ()
    absent: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        secret = authorization(self.url)
        headers = {"Authorization": secret, **self.headers} if secret else dict(self.headers)
        object.__setattr__(self, "headers", headers)
        object.__setattr__(self, "projects", tuple(self.projects))
        object.__setattr__(self, "url", without_credentials(self.url.strip()).rstrip("/") + "/")

    def located(self, locate: Locate) -> Index:
        """Return the index with the URL that ``locate`` has for its address."""
        url, absent = locate(self.url)
        return self if url == self.url else replace(self, url=url, absent=absent)

    @property
    def place(self) -> str:
        """The URL, and where the index was looked for before."""
        return f"{self.url} (or in {self.absent})" if self.absent else self.url


def read_indexes(index_urls: str | Index | Sequence[str | Index]) -> tuple[Index, ...]:
    """Return the indexes that a caller names: URLs, ``"project, project @ URL"`` for these projects alone, or both.

    A lone one is taken for a list of one.
    """
    if isinstance(index_urls, str | Index):
        index_urls = (index_urls,)
    return tuple(_read(index) for index in index_urls)


def _read(index: str | Index) -> Index:
    if isinstance(index, Index):
        return index
    projects, separator, url = index.rpartition(" @ ")
    return Index(url, projects=tuple(_names(projects)) if separator else ())


def _names(projects: str) -> Iterator[str]:
    return (name.strip() for name in projects.split(",") if name.strip())

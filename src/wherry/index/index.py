"""Indexes as a caller configures them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from packaging.utils import InvalidName, canonicalize_name

from wherry.errors import InvalidRequirement
from wherry.formats.urls import SCHEME, authorization, is_web, without_credentials

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence

    from packaging.utils import NormalizedName

    from wherry.index.fetcher import CredentialsMode
    from wherry.model.project import ProjectPage
    from wherry.resolution.direct_urls import Locate

__all__ = ["Index", "has_placeholder", "page_url", "read_indexes", "root_of"]

PLACEHOLDER = "{package_name}"

SECRET = re.compile(r"(?<=[/:])[^/\s@]*@")
HOW_RESERVED = "write an index for certain projects as 'project, project @ https://host/path'"
HOW_LOCATED = "write the URL of an index as https://host/path, and that of a folder as './folder' or file:///folder"


@dataclass(frozen=True, slots=True)
class Index:
    """The root of a Simple API, with its credentials.

    A ``url`` with ``{package_name}`` is that of a project page: the name of the project takes the place of the braces.
    ``headers`` are sent to the origin of ``url`` only, and never shown; a name and a password in ``url`` become such a
    header. ``credentials`` is the option of JavaScript's ``fetch``: ``"include"`` lets a browser send its cookies. An
    index with ``projects`` is for these only, and they come from no other index; their names are kept in normalized
    form. ``absent`` is the path where :meth:`located` found no index. ``ask`` returns the pages of an index that is no
    server, ``None`` for a project that it does not have. Raises :class:`~wherry.errors.InvalidRequirement`.
    """

    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False, hash=False)
    credentials: CredentialsMode | None = None
    projects: Iterable[str] | None = None
    absent: str = field(default="", repr=False)
    ask: Callable[[NormalizedName], Awaitable[ProjectPage | None]] | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if not _is_place(self.url):
            raise _refusal(self.url if _is_text(self.url) else type(self.url), HOW_LOCATED)
        secret = authorization(self.url)
        headers = {"Authorization": secret, **self.headers} if secret else dict(self.headers)
        object.__setattr__(self, "headers", headers)
        if self.projects is not None:
            object.__setattr__(self, "projects", _names(self.projects))
        url = without_credentials(self.url.strip())
        object.__setattr__(self, "url", url if has_placeholder(url) else url.rstrip("/") + "/")

    def located(self, locate: Locate) -> Index:
        """Return the index with the URL that ``locate`` returns for its address."""
        url, absent = locate(self.url)
        return self if url == self.url else replace(self, url=url, absent=absent)

    @property
    def place(self) -> str:
        """The URL, and the path where the index was looked for first."""
        return f"{self.url} (or in {self.absent})" if self.absent else self.url


def has_placeholder(index_url: str) -> bool:
    """Return whether ``index_url`` is that of a page, with a placeholder for the name of the project."""
    return PLACEHOLDER in index_url


def root_of(index_url: str) -> str:
    """Return the beginning that the URLs of all pages of an index share."""
    return index_url.partition(PLACEHOLDER)[0]


def page_url(index_url: str, name: NormalizedName) -> str:
    """Return the URL of the page of a project on the index at ``index_url``, the URL of an :class:`Index`."""
    return index_url.replace(PLACEHOLDER, name) if has_placeholder(index_url) else f"{index_url}{name}/"


def read_indexes(index_urls: str | Index | Sequence[str | Index]) -> tuple[Index, ...]:
    """Return the indexes that a caller names as URLs, or as ``"project, project @ URL"`` for these projects only.

    A single index needs no list. Raises :class:`~wherry.errors.InvalidRequirement` for a value that is no index, and
    for a project with two indexes of its own.
    """
    if isinstance(index_urls, str | Index):
        index_urls = (index_urls,)
    if hasattr(index_urls, "keys"):
        raise _refusal([*index_urls], HOW_RESERVED)
    indexes = tuple(map(_read, index_urls))
    own: dict[str, str] = {}
    for index in indexes:
        for name in index.projects or ():
            if own.setdefault(name, index.url) != index.url:
                raise _refusal(name, f"two indexes are reserved for it, {own[name]} and {index.url}: remove one")
    return indexes


def _read(index: str | Index) -> Index:
    if isinstance(index, Index):
        return index
    if not _is_text(index) or SCHEME.match(text := index.strip()):
        return Index(index)
    projects, separator, url = text.partition(" @ ")
    if separator:
        return Index(url, projects=projects.split(","))
    # Neither a URL nor plainly a path: "mine@https://…", or "mine: https://…".
    if "@" in text.partition("/")[0] or "://" in text:
        raise _refusal(index, HOW_RESERVED)
    return Index(text)


def _is_text(given: object) -> bool:
    return isinstance(given, str)


def _is_place(given: object) -> bool:
    """Return whether it is a path, or a URL that an index can have."""
    url = given.strip() if isinstance(given, str) else ""
    if SCHEME.match(url) is None:
        return bool(url) and "://" not in url
    if url.lower().startswith(("http:", "https:")):
        return is_web(without_credentials(url)) and re.search(r"\s", url) is None
    return url.startswith(("emfs:", "file:")) or re.match(r"[^:]+://\S+$", url) is not None


def _names(projects: Iterable[str]) -> tuple[NormalizedName, ...]:
    """Return the normalized names of the reserved projects, at least one; a string is one name."""
    listed = [projects] if isinstance(projects, str) else projects
    try:
        names = tuple(dict.fromkeys(canonicalize_name(name.strip(), validate=True) for name in listed))
    except (AttributeError, InvalidName, TypeError) as error:
        raise _refusal(projects, f"each must be the name of a project; {HOW_RESERVED}", "projects") from error
    if not names:
        raise _refusal(projects, f"it names no project; {HOW_RESERVED}", "projects")
    return names


def _refusal(given: object, reason: str, option: str = "index_urls") -> InvalidRequirement:
    shown = SECRET.sub("", given) if isinstance(given, str) else given
    return InvalidRequirement(f"{option}={shown!r}", reason)

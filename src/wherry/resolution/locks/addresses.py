"""Addresses of the files in a lock.

A lock on the web may name files of the web only. A local lock, or one given as text, is the caller's own, and may name
local files as well. A path in a lock leads to a file below the folder of the lock.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Protocol

from wherry.formats.urls import SCHEME, is_web, without_credentials
from wherry.formats.wording import shorten

if TYPE_CHECKING:
    from wherry.resolution.direct_urls import Locate

__all__ = ["Place", "address_of", "relative_path"]

WEB = ("https:", "http:")
LOCAL = ("file:", "emfs:")
DRIVE = re.compile(r"[A-Za-z]:")


class Place(Protocol):
    """A file in a lock: at a ``url``, at a ``path``, or at both."""

    @property
    def url(self) -> str | None: ...  # noqa: D102 - see above
    @property
    def path(self) -> str | None: ...  # noqa: D102


def address_of(place: Place, location: str, locate: Locate) -> tuple[str, str]:
    """Return the URL of a file in the lock at ``location``, and the path where no file was found, if any.

    ``location`` is empty if the lock was given as text; then ``locate`` finds paths. Raises ``ValueError`` for an
    address that a lock may not name.
    """
    is_remote = SCHEME.match(location) is not None and not location.lower().startswith(LOCAL)
    if place.url and SCHEME.match(place.url):
        url = without_credentials(place.url)
        if is_web(url) or (not is_remote and url.isprintable() and url.lower().startswith(LOCAL)):
            return url, ""
        where = "a lock on the web may name https: and http: only" if is_remote else "write it as https://host/path"
        raise ValueError(f"its address {place.url!r} cannot be followed; {where}")
    path = _checked(place.path or place.url or "")
    if not location:
        return locate(path)
    from urllib.parse import quote, urljoin

    if location.lower().startswith((*WEB, "file:")):
        return urljoin(location, quote(path)), ""
    if is_remote:
        raise ValueError(f"its path {path!r} has no folder: the lock is at {shorten(location)}")
    return f"{location.rpartition('/')[0]}/{path}", ""


def relative_path(url: str, location: str) -> str | None:
    """Return the path from the folder of the lock at ``location`` to ``url``, or ``None`` if it is not below it."""
    folder = location.rpartition("/")[0] + "/"
    if not location.startswith(LOCAL) or not url.startswith(folder):
        return None
    from urllib.parse import unquote

    rest = url.removeprefix(folder)
    path = unquote(rest) if url.startswith("file:") else rest
    try:
        # An address may hold what the path in a lock may not.
        return path if _checked(path) == path else None
    except ValueError:
        return None


def _checked(path: str) -> str:
    """Return a relative path with slashes. Raise ``ValueError`` if it leads out of the folder of the lock."""
    parts = path.replace("\\", "/").split("/")
    if not path or path.startswith(("/", "\\")) or DRIVE.match(path) or not path.isprintable():
        raise ValueError(f"its path {path!r} is not relative to the folder of the lock")
    if ".." in parts:
        raise ValueError(f"its path {path!r} leads out of the folder of the lock")
    return "/".join(part for part in parts if part not in {"", "."})

"""Local files: in Pyodide's file system (a path, or ``emfs:``) or, in Node, in the host's (``file:``)."""

from __future__ import annotations

import base64
import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import js
from pyodide.ffi import JsException

from wherry.formats.urls import SCHEME, absolute
from wherry.index.failures import unreachable
from wherry.index.fetcher import Response
from wherry.runtime.node import node_module

if TYPE_CHECKING:
    from wherry.errors import IndexUnreachable

__all__ = ["is_local", "locate", "respond"]

PAGES = {"index.json": "application/vnd.pypi.simple.v1+json", "index.html": "text/html"}


def is_local(url: str) -> bool:
    """Return whether ``url`` names a file that needs no network."""
    return url.startswith(("emfs:", "file:")) or not ("://" in url or url.lower().startswith(("http:", "https:")))


def locate(place: str) -> tuple[str, str]:
    """Return the URL of ``place`` (a URL or a path), and the path where it was not found, or ``""``.

    A path is looked for in Pyodide's file system. In a page, a path that does not exist there is relative to the page.
    In Node, a path after ``file:`` may be relative to the working directory.
    """
    is_path = SCHEME.match(place) is None
    if not is_path and not place.startswith("emfs:"):
        on_host = node_module("path") if place.startswith("file:") and not place.startswith("file:/") else None
        return (place, "") if on_host is None else (f"file://{on_host.resolve(place.removeprefix('file:'))}", "")
    path = os.path.abspath(os.path.expanduser(_path(place)))  # noqa: PTH100, PTH111 - no links are followed
    page = _page() if is_path and not os.path.exists(path) else None  # noqa: PTH110
    if page is None:
        return f"emfs:{path}", ""
    try:
        return absolute(place, page), path
    except ValueError as error:
        raise unreachable(place, "missing", str(error)) from error


def respond(url: str, limit: int | None = None) -> Response:
    """Return the response for ``url``; for a folder (with ``/`` at its end), the index page in it.

    A file of more than ``limit`` bytes is not read.

    Raises :class:`~wherry.errors.IndexUnreachable`.
    """
    try:
        return _respond(url, limit)
    except JsException as error:  # of fileURLToPath, if the URL names no path
        raise unreachable(url, "missing", str(error)) from error


def _respond(url: str, limit: int | None) -> Response:
    if not url.endswith("/"):
        return _read(url, limit)
    for name, content_type in PAGES.items():
        if _exists(url + name):
            return replace(_read(url + name, limit), url=url, headers={"content-type": content_type})
    root = url[: url.rindex("/", 0, -1) + 1]
    if not _exists(root):
        raise _missing(root)
    # An index need not have every project.
    return Response(url, 404, b"")


def _page() -> str | None:
    """Return the base URL of relative URLs in a page or in a worker of one; ``None`` elsewhere."""
    place = getattr(js, "document", None) or getattr(js, "location", None)
    # A worker made from text has a URL such as blob:https://example.org/…
    address = str(getattr(place, "baseURI", None) or getattr(place, "href", "")).removeprefix("blob:")
    return address if address.startswith("http") else None


def _path(url: str) -> str:
    path = url.removeprefix("emfs:").partition("?")[0]
    if "%" in path and not os.path.exists(path):  # noqa: PTH110
        from urllib.parse import unquote

        return unquote(path)
    return path


def _host_path(url: str) -> str | None:
    """Return the path that a ``file:`` URL names on the computer that Node runs on."""
    location = node_module("url") if url.startswith("file:") else None
    return None if location is None else location.fileURLToPath(url)


def _virtual_path(url: str) -> Path:
    return Path(_path(url.removeprefix("file:")))


def _exists(url: str) -> bool:
    host_path = _host_path(url)
    return _virtual_path(url).exists() if host_path is None else node_module("fs").existsSync(host_path)


def _read(url: str, limit: int | None) -> Response:
    if not _exists(url):
        raise _missing(url)
    try:
        is_file, size = _look_at(url)
        if not is_file:
            # A pipe or a device may have no end, and the read could not be interrupted.
            raise unreachable(url, "missing", "it is not a file")
        if limit is not None and size > limit:
            return Response(url, 200, b"", has_more=True)
        return Response(url, 200, _content(url))
    except (OSError, JsException) as error:
        raise unreachable(url, "missing", getattr(error, "strerror", None) or str(error)) from error


def _look_at(url: str) -> tuple[bool, int]:
    """Return whether ``url`` is a file, and its size in bytes."""
    host_path = _host_path(url)
    if host_path is None:
        path = _virtual_path(url)
        return path.is_file(), path.stat().st_size
    found = node_module("fs").statSync(host_path)
    return found.isFile(), found.size


def _content(url: str) -> bytes:
    host_path = _host_path(url)
    if host_path is None:
        return _virtual_path(url).read_bytes()
    # As text: a Buffer is a view into Node's pool, and Pyodide does not recognize its type if realms are mixed.
    return base64.b64decode(node_module("fs").readFileSync(host_path, "base64"))


def _missing(url: str) -> IndexUnreachable:
    if _host_path(url) is not None:
        return unreachable(url, "missing", "there is no such file on this computer")
    error = unreachable(url, "missing", "there is no such file in Pyodide's file system")
    location = node_module("url")
    if location is not None:
        # In Node a relative path starts in the working directory, which the caller may have meant.
        path = os.path.relpath(_virtual_path(url))
        address = location.pathToFileURL(str(_virtual_path(url)) if path.startswith("..") else path).href
        error.hint = f"for a file of this computer, write its URL, such as {address}"
    elif _page() is not None:
        error.hint = "for a file beside the page, write a path without 'emfs:'"
    return error

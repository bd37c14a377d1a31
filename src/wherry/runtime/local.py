"""Wheels that lie nearby: in Pyodide's file system (a path, or ``emfs:``) or, in Node, in the host's (``file:``)."""

from __future__ import annotations

import base64
from pathlib import Path

from wherry.index.failures import unreachable
from wherry.runtime.node import node_module

__all__ = ["is_local", "read_local"]


def is_local(url: str) -> bool:
    """Whether ``url`` names something that needs no network."""
    return url.startswith(("emfs:", "file:")) or "://" not in url


def read_local(url: str) -> bytes:
    """Return the bytes at ``url``; raises :class:`~wherry.errors.IndexUnreachable` where there are none."""
    try:
        if url.startswith("file:"):
            return _read_host_file(url)
        return Path(url.removeprefix("emfs:")).read_bytes()
    except OSError as error:
        raise unreachable(url, "missing", error.strerror or str(error)) from error


def _read_host_file(url: str) -> bytes:
    fs, location = node_module("fs"), node_module("url")
    if fs is None:
        from urllib.parse import unquote, urlsplit

        return Path(unquote(urlsplit(url).path)).read_bytes()
    path = location.fileURLToPath(url)
    if not fs.existsSync(path):
        raise FileNotFoundError(2, "no such file on this computer", path)
    # As text: a Buffer is a view into Node's pool, and of a kind that Pyodide does not know where realms are mixed.
    return base64.b64decode(fs.readFileSync(path, "base64"))

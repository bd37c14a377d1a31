"""The distribution of the running Pyodide: the packages of its release."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any

import js
import pyodide_js
from pyodide.ffi import JsException

from wherry.formats.distribution_lock import parse_distribution_lock
from wherry.formats.urls import absolute, file_location
from wherry.runtime.node import node_module

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Mapping

    from packaging.utils import NormalizedName

    from wherry.index.fetcher import Fetcher
    from wherry.model.locked_package import LockedPackage

__all__ = ["cdn_url", "find_locked", "published_url", "read_distribution", "read_pyodide_lock", "relocated"]


def read_distribution() -> Mapping[NormalizedName, LockedPackage]:
    """Return the packages of ``pyodide-lock.json`` as the runtime has loaded it."""
    return parse_distribution_lock(_lock(), _locator())


def read_pyodide_lock() -> dict[str, Any]:
    """Return the content of ``pyodide-lock.json`` as the runtime has loaded it."""
    document: dict[str, Any] = json.loads(_lock())
    return document


def published_url(package: LockedPackage) -> str:
    """Return the URL of a package for other runtimes: on the CDN, also if this runtime has it in a folder."""
    entry, cdn = find_locked(package.name), cdn_url()
    # The caller of loadPyodide() may have named another place than the CDN, relative to the page.
    if entry is None or cdn is None or "://" not in cdn or "://" in entry["file_name"]:
        return package.file.url
    return absolute(entry["file_name"], cdn)


def find_locked(name: NormalizedName) -> Mapping[str, str] | None:
    """Return the lock's entry of a package (``name``, ``version``, ``package_type``, …), or ``None``."""
    # As a mapping, because attributes such as "constructor" are inherited.
    entry: Mapping[str, str] | None = pyodide_js.lockfile.packages.as_py_json().get(name)
    return entry


def relocated(fetcher: Fetcher) -> Fetcher:
    """Return a fetcher that falls back to the CDN for packages missing at the runtime's own package URL."""
    base, cdn = _base(), cdn_url()
    # In Node no request is needed to find the files. If the caller of loadPyodide() named a folder, only that counts.
    if not base.startswith("http") or cdn is None or cdn == base:
        return fetcher
    from wherry.index.relocation import RelocatingFetcher

    return RelocatingFetcher(fetcher, base, cdn, members=cache(_file_names), exists=_exists)


def _lock() -> str:
    return str(js.JSON.stringify(pyodide_js.lockfile))


def _file_names() -> Container[str]:
    return {entry["file_name"] for entry in json.loads(_lock())["packages"].values()}


def _base() -> str:
    """Return the base URL of the packages; in Node it may be a path."""
    base = str(pyodide_js.lockfileBaseUrl or cdn_url() or "")
    return base if "://" in base or node_module("fs") is not None else absolute(base, js.location.href)


def cdn_url() -> str | None:
    """Return the CDN's URL for this release of Pyodide, which no public API gives; ``None`` if unknown."""
    config = getattr(getattr(pyodide_js, "_api", None), "config", None)
    return getattr(config, "cdnUrl", None)


async def _exists(url: str) -> bool:
    try:
        response = await js.fetch(url, method="HEAD")
    except JsException:
        return False
    return bool(response.ok) and not str(response.headers.get("content-type")).startswith("text/html")


def _locator() -> Callable[[str], str]:
    base, cdn = _base(), cdn_url()
    if "://" in base:
        return lambda file_name: file_location(file_name, base, page_url=base)
    # In Node the files may be beside the runtime; missing ones come from the CDN.
    fs, path = node_module("fs"), node_module("path")

    def locate(file_name: str) -> str:
        if "://" in file_name:
            return file_name
        here = path.resolve(base, file_name)
        return f"file://{here}" if cdn is None or fs.existsSync(here) else absolute(file_name, cdn)

    return locate

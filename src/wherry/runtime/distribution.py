"""The distribution of the running Pyodide: the packages that it was released with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import js
import pyodide_js

from wherry.formats.distribution_lock import parse_distribution_lock
from wherry.formats.urls import absolute, file_location
from wherry.runtime.node import node_module

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from packaging.utils import NormalizedName

    from wherry.model.locked_package import LockedPackage

__all__ = ["read_distribution"]


def read_distribution() -> Mapping[NormalizedName, LockedPackage]:
    """Return the packages of ``pyodide-lock.json`` as the runtime has loaded it."""
    return parse_distribution_lock(js.JSON.stringify(pyodide_js.lockfile), _locator())


def _locator() -> Callable[[str], str]:
    base = pyodide_js.lockfileBaseUrl or ""
    if "://" in base:
        return lambda file_name: file_location(file_name, base, page_url=base)
    fs, path = node_module("fs"), node_module("path")
    if fs is None:
        beside = absolute(base, js.location.href)
        return lambda file_name: file_location(file_name, beside, page_url=beside)
    # In Node the files may lie beside the runtime; those that do not come from the address it was released to, which
    # nothing public tells.
    released_to = getattr(getattr(pyodide_js, "_api", None), "config", None)
    elsewhere = getattr(released_to, "cdnUrl", None)

    def locate(file_name: str) -> str:
        if "://" in file_name:
            return file_name
        here = path.resolve(base, file_name)
        return f"file://{here}" if elsewhere is None or fs.existsSync(here) else absolute(file_name, elsewhere)

    return locate

"""Letting ``import`` and ``importlib.metadata`` see what came and went."""

from __future__ import annotations

import importlib
import sys
from importlib.machinery import FileFinder, NamespaceLoader, PathFinder
from zipimport import zipimporter

__all__ = ["look_again"]


def look_again() -> None:
    """Do what ``importlib.invalidate_caches()`` does, for folders.

    For a zip, that would read its directory again, the standard library's too: in Pyodide that takes longer than to
    place a small package, and no zip has changed.
    """
    cache = sys.path_importer_cache
    zips = {path: finder for path, finder in cache.items() if isinstance(finder, zipimporter)}
    for path in zips:
        del cache[path]
    try:
        if _remembers_more_than_folders():
            importlib.invalidate_caches()
        else:
            _forget_folders()
            for finder in sys.meta_path:
                if finder is not PathFinder and hasattr(finder, "invalidate_caches"):
                    finder.invalidate_caches()
    finally:
        cache.update(zips)


def _remembers_more_than_folders() -> bool:
    """Tell whether there is more to forget for Python's own finder than what is in folders.

    To do that, ``importlib.invalidate_caches()`` imports ``importlib.metadata``, whose cache is empty unless somebody
    else has done so.
    """
    return "importlib.metadata" in sys.modules or any(
        isinstance(getattr(module, "__loader__", None), NamespaceLoader) for module in list(sys.modules.values())
    )


def _forget_folders() -> None:
    for path, finder in list(sys.path_importer_cache.items()):
        if finder is None:
            # A folder that was not there, and may be now.
            del sys.path_importer_cache[path]
        elif isinstance(finder, FileFinder):
            finder.invalidate_caches()

"""Letting ``import`` and ``importlib.metadata`` see what came and went."""

from __future__ import annotations

import sys
from importlib.machinery import FileFinder, PathFinder

__all__ = ["look_again"]


def look_again() -> None:
    """Do what ``importlib.invalidate_caches()`` does, for folders.

    That reads the directory of every zip on the path again, the standard library's among them: in Pyodide it would be
    the larger part of placing a small package, and no zip has changed.
    """
    for path, finder in list(sys.path_importer_cache.items()):
        if finder is None:
            # A folder that was not there, and may be now.
            del sys.path_importer_cache[path]
        elif isinstance(finder, FileFinder):
            finder.invalidate_caches()
    for meta_finder in sys.meta_path:
        if meta_finder is not PathFinder and (invalidate := getattr(meta_finder, "invalidate_caches", None)):
            invalidate()
    if metadata := sys.modules.get("importlib.metadata"):
        metadata.MetadataPathFinder.invalidate_caches()

"""Access the running interpreter: invalidate its folder listings, and name its imported modules."""

from __future__ import annotations

import importlib
import sys
from importlib.machinery import PathFinder
from typing import TYPE_CHECKING
from zipimport import zipimporter

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["forget_listings", "imported_modules"]


def forget_listings() -> None:
    """Invalidate the import caches as ``importlib.invalidate_caches()`` does, except those of unchanged archives.

    ``invalidate_caches()`` also imports ``importlib.metadata``, and makes Pyodide read the list of all modules of the
    standard library again. Together these take longer than placing a large wheel.
    """
    known = sys.path_importer_cache
    archives = {path: finder for path, finder in known.items() if isinstance(finder, zipimporter)}
    for path in archives:
        del known[path]
    try:
        if "importlib.metadata" in sys.modules or _has_namespaces():
            importlib.invalidate_caches()
        else:
            _forget_folders()
    finally:
        known.update(archives)


def _forget_folders() -> None:
    for path, finder in list(sys.path_importer_cache.items()):
        if finder is None:
            del sys.path_importer_cache[path]
        elif hasattr(finder, "invalidate_caches"):
            finder.invalidate_caches()
    for meta_finder in sys.meta_path:
        if meta_finder is not PathFinder and hasattr(meta_finder, "invalidate_caches"):
            meta_finder.invalidate_caches()


def _has_namespaces() -> bool:
    """Return whether a namespace package is imported (PEP 420), which may have one more folder now."""
    # Not with getattr(): a module's own ``__getattr__`` may import something large.
    paths = (getattr(module, "__dict__", {}).get("__path__") for module in list(sys.modules.values()))
    return any(path is not None and not isinstance(path, list) for path in paths)


def imported_modules(is_of_it: Callable[[str], bool]) -> list[str]:
    """Return the top-level modules that were loaded from files (absolute paths) accepted by ``is_of_it``, sorted."""
    loaded = [(name, getattr(module, "__file__", None)) for name, module in list(sys.modules.items())]
    return sorted({name.partition(".")[0] for name, file in loaded if isinstance(file, str) and is_of_it(file)})

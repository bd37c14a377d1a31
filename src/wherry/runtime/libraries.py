"""Pyodide's loader of shared libraries: search path, loaded libraries, and compilation of large ones."""

from __future__ import annotations

import os
from functools import cache
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path, PurePath
from typing import TYPE_CHECKING

import js
import pyodide_js
from packaging.utils import canonicalize_name
from pyodide.ffi import JsException

from wherry.formats.dylink import head_size, read_linking
from wherry.installation.shared_libraries import Loader
from wherry.runtime.distribution import find_locked
from wherry.runtime.javascript import javascript

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

__all__ = ["compile_ahead", "extend_search_path", "read_loader"]

SEARCH_PATH = "LD_LIBRARY_PATH"
HEAD = 4096
LARGE = 4_000_000  # bytes; larger libraries take long enough to block a page
TOO_LARGE = 8 * 1024 * 1024  # bytes; the most that Chromium compiles while a page waits


def extend_search_path(site_packages: str) -> None:
    """Add the folders named ``<package>.libs`` to the loader's search path; remove those that no longer exist.

    Tools that repair wheels put libraries there, and not all of these tools set the RPATH of the modules.
    """
    there = sorted(str(folder) for folder in Path(site_packages).glob("*.libs") if folder.is_dir())
    kept = [folder for folder in _search_path() if not folder.endswith(".libs") or Path(folder).is_dir()]
    os.environ[SEARCH_PATH] = ":".join((*kept, *(folder for folder in there if folder not in kept)))


def read_loader(leaving_files: Callable[[], Iterable[str]]) -> Loader:
    """Return the runtime's loader; ``leaving_files`` (which returns absolute paths) is called only when needed."""

    @cache
    def leaving() -> frozenset[str]:
        return frozenset(leaving_files())

    return Loader(
        folders=_search_path(),
        suffixes=EXTENSION_SUFFIXES,
        stays=lambda path: Path(path).is_file() and path not in leaving(),
        is_loaded=_is_loaded,
        offer=_offer,
    )


async def compile_ahead(paths: Iterable[str], compiled: set[str]) -> list[str]:
    """Compile large libraries without blocking the page, so that imports need not compile them; return warnings.

    Outside of a page, an import can compile any size. ``compiled`` has all paths compiled so far, and is extended. They
    are compiled again in any size, because the loader uses the module compiled for a path even if the file changed.
    """
    if not hasattr(js, "document"):
        return []
    sizes = _sizes(paths)
    large = [path for path, size in sizes.items() if size > LARGE or path in compiled]
    if (functions := javascript()) is not None:
        for path in large:
            await functions.unpackAhead(path)
    failures = [(path, await _compile(path, compiled)) for path in _needed_first(large)]
    return [
        f"{path} could not be compiled ahead of its import ({reason}). If the browser refuses to import a library of "
        f"{sizes[path] / 1e6:.1f} MB in a page, run Pyodide in a worker"
        for path, reason in failures
        if reason is not None and sizes[path] > TOO_LARGE
    ]


def _sizes(paths: Iterable[str]) -> dict[str, int]:
    return {path: Path(path).stat().st_size for path in paths}


async def _compile(path: str, compiled: set[str]) -> str | None:
    """Let Emscripten compile a library and keep it until it is loaded from ``path``; return the reason of a failure."""
    files = pyodide_js.FS
    if not hasattr(files, "preloadFile"):
        return "this Pyodide has no FS.preloadFile"
    if not path.endswith(".so"):
        return "its name does not end in .so"
    compiled.add(path)
    try:
        # Arguments: no name besides the path; readable; writable; not to be created, because it exists.
        await files.preloadFile(path, "", files.readFile(path), True, True, True)  # noqa: FBT003 - JavaScript
    except JsException as error:
        return str(error)
    return None


def _needed_first(paths: Iterable[str]) -> list[str]:
    """Sort libraries so that each follows those that it needs; otherwise it would load another copy of them."""
    needed = {path: names for path in paths if (names := _read_needed(path)) is not None}
    by_name = {PurePath(path).name: path for path in needed}
    ordered: dict[str, None] = {}
    visited = set()

    def visit(path: str) -> None:
        if path not in visited:
            visited.add(path)
            for name in needed[path]:
                if name in by_name:
                    visit(by_name[name])
            ordered[path] = None

    for path in needed:
        visit(path)
    return list(ordered)


def _read_needed(path: str) -> tuple[str, ...] | None:
    """Return the names of the libraries that a library needs; ``None`` if the file is unreadable or not a library."""
    try:
        with Path(path).open("rb") as file:
            head = file.read(HEAD)
            size = head_size(head)
            if size is None:
                return None
            head += file.read(max(size - len(head), 0))
    except OSError:
        return None
    return read_linking(head, path=path, filename=PurePath(path).name).needed


def _search_path() -> list[str]:
    return [folder for folder in os.environ.get(SEARCH_PATH, "").split(":") if folder]


def _is_loaded(name: str) -> bool:
    # No public API tells this. Without it, a library loaded by its bare name counts as missing.
    loader = getattr(getattr(pyodide_js, "_module", None), "LDSO", None)
    loaded = getattr(loader, "loadedLibsByName", None)
    # A library whose loading failed stays marked as "loading".
    return loaded is not None and js.Object.hasOwn(loaded, name) and getattr(loaded, name).exports != "loading"


def _offer(name: str) -> str | None:
    """Return the shared library of the distribution with the name of the file ``name``, or ``None``."""
    stem = name.partition(".so")[0].removeprefix("lib")
    for guess in (f"lib{stem}", stem):
        entry = find_locked(canonicalize_name(guess))
        if entry is not None and entry["package_type"] == "shared_library":
            return entry["name"]
    return None

"""Pyodide's own site-packages: a destination that keeps ``loadPackage`` informed."""

from __future__ import annotations

import os
import sys
from contextlib import asynccontextmanager
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path
from typing import TYPE_CHECKING

import js
import pyodide_js
import wherry_js
from packaging.utils import canonicalize_name
from packaging.version import Version

from wherry.installation.scheme import Scheme
from wherry.installation.shared_libraries import find_unloadable, library_paths
from wherry.installation.site_packages import SitePackages
from wherry.model.core_metadata import CoreMetadata
from wherry.model.distribution import InstalledDistribution
from wherry.runtime.distribution import find_locked
from wherry.runtime.lazy_files import make_unpacker
from wherry.runtime.libraries import compile_ahead, extend_search_path, read_loader
from wherry.runtime.load_package import loading_lock

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Collection, Iterator, Mapping, Sequence

    from packaging.utils import NormalizedName

    from wherry.installation.destination import Delivery, Exchange, SharedLibrary

__all__ = ["PyodideSite"]


class PyodideSite(SitePackages):
    """Tells Pyodide what came and went, so that ``loadPackage`` does not unpack another copy over it.

    Unless ``strict``, files are unpacked, and compared with RECORD, when they are first read.
    """

    def __init__(self, *, strict: bool = False) -> None:
        super().__init__(_scheme(), _provided(), make_unpacker(strict=strict))
        self._compiled: set[str] = set()
        extend_search_path(self.scheme.site_packages)  # a persistent file system may hold them from the beginning

    def installed(self) -> Mapping[NormalizedName, InstalledDistribution]:
        """Return what is there, the distribution's shared libraries included: they have no ``.dist-info``."""
        return {**_loaded_libraries(), **super().installed()}

    @asynccontextmanager
    async def lock(self) -> AsyncIterator[None]:
        """Wait for ``loadPackage``, too, and keep it waiting while the block lasts."""
        async with super().lock(), loading_lock():
            self.scheme = _scheme()
            yield

    def exchange(
        self,
        arriving: Sequence[Delivery],
        leaving: Sequence[InstalledDistribution],
        libraries: Sequence[SharedLibrary] = (),
        replaceable: Collection[NormalizedName] = (),
    ) -> Exchange:
        """Check that libraries will load, exchange distributions, then bring ``pyodide.loadedPackages`` up to date."""
        if not self.is_locked():
            self.scheme = _scheme()
        wherry_js.showHidden()
        loader = read_loader(lambda: (path for distribution in leaving for path in self._known_files(distribution)))
        for problem in find_unloadable(arriving, libraries, self.scheme, loader):
            raise problem
        done = super().exchange(arriving, leaving, libraries, replaceable)
        extend_search_path(self.scheme.site_packages)
        _put_on_path(self.scheme.scripts)
        # As a mapping: an attribute such as "constructor" is inherited.
        loaded = pyodide_js.loadedPackages.as_py_json()
        gone = {distribution.name for distribution in leaving}
        for key in list(loaded):
            # What loadPackage() got by URL stands there as the filename spells it.
            if canonicalize_name(key) in gone:
                del loaded[key]
        for distribution in done.arrived:
            loaded[_lock_name(distribution.name)] = distribution.source
        for library in libraries:
            loaded[_lock_name(library.name)] = library.source
        return done

    async def settle(self, arrived: Sequence[Delivery], libraries: Sequence[SharedLibrary] = ()) -> list[str]:
        """Compile large libraries, for a page cannot wait while an import does."""
        return await compile_ahead(library_paths(arrived, libraries, self.scheme, EXTENSION_SUFFIXES), self._compiled)


def _provided() -> Iterator[InstalledDistribution]:
    """Yield what stands in no folder: Pyodide under both of its names, and wherry where attach() has brought it."""
    for name in ("pyodide", "pyodide-py"):
        metadata = CoreMetadata(canonicalize_name(name), Version(pyodide_js.version))
        yield InstalledDistribution(metadata, installer="pyodide")
    if bundle := sys.modules.get("wherry._vendor"):
        yield InstalledDistribution(CoreMetadata(canonicalize_name("wherry"), Version(bundle.VERSION)))


def _scheme() -> Scheme:
    """Return the runtime's folders as they are mounted now.

    Where site-packages is on a file system of its own, which may outlive the page, all of them are inside it: what
    belongs to one distribution stays or goes together.
    """
    scheme = Scheme.current()
    lookup = pyodide_js.FS.lookupPath
    apart = lookup(scheme.site_packages).node.mount.mountpoint != lookup(scheme.data).node.mount.mountpoint
    return scheme.inside_site_packages() if apart else scheme


def _put_on_path(folder: str) -> None:
    """Let ``shutil.which()`` find scripts; nothing in Pyodide can start one, but ``runpy`` can run it."""
    folders = os.environ.get("PATH", os.defpath).split(os.pathsep)
    if Path(folder).is_dir() and folder not in folders:
        os.environ["PATH"] = os.pathsep.join([*folders, folder])


def _lock_name(name: NormalizedName) -> str:
    """Return the distribution lock's own spelling of ``name``: it is what ``loadedPackages`` is keyed by."""
    entry = find_locked(name)
    return entry["name"] if entry is not None else name


def _loaded_libraries() -> dict[NormalizedName, InstalledDistribution]:
    found = {}
    for key in js.Object.keys(pyodide_js.loadedPackages):
        entry = find_locked(canonicalize_name(key))
        if entry is not None and entry["package_type"] == "shared_library":
            metadata = CoreMetadata(canonicalize_name(key), Version(entry["version"]))
            found[metadata.name] = InstalledDistribution(metadata, installer="pyodide", from_distribution=True)
    return found

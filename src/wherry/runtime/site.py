"""Pyodide's own site-packages: a destination that keeps ``pyodide.loadedPackages`` up to date."""

from __future__ import annotations

import os
import sys
from contextlib import asynccontextmanager
from functools import cached_property
from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path
from typing import TYPE_CHECKING

import js
import pyodide_js
from packaging.utils import canonicalize_name
from packaging.version import Version

from wherry.installation.scheme import Scheme
from wherry.installation.shared_libraries import find_unloadable, library_paths
from wherry.installation.site_packages import SitePackages
from wherry.model.core_metadata import CoreMetadata
from wherry.model.distribution import InstalledDistribution
from wherry.runtime.distribution import find_locked
from wherry.runtime.javascript import javascript
from wherry.runtime.lazy_files import is_in_memory, make_unpacker
from wherry.runtime.libraries import compile_ahead, extend_search_path, read_loader
from wherry.runtime.load_package import loading_lock

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Collection, Iterable, Iterator, Mapping, Sequence

    from packaging.utils import NormalizedName

    from wherry.installation.destination import Delivery, Exchange, SharedLibrary
    from wherry.runtime.bytecode import KeptBytecode

__all__ = ["PyodideSite"]


class PyodideSite(SitePackages):
    """Registers changes in ``pyodide.loadedPackages``, so that ``loadPackage`` does not unpack another copy over them.

    Unless ``strict``, files are unpacked, and verified against RECORD, at their first read. ``bytecode`` tells whether
    bytecode is kept.
    """

    def __init__(self, *, strict: bool = False, bytecode: bool = True) -> None:
        super().__init__(_scheme(), _provided(), make_unpacker(strict=strict))
        self._compiled: set[str] = set()
        self._keeps_bytecode = bytecode
        extend_search_path(self.scheme.site_packages)  # a persistent file system may have such folders already

    @property
    def bytecode_folder(self) -> str | None:
        """The folder of packages, if bytecode is put there.

        None is without the JavaScript side, which keeps it: Python then compiles modules when it imports them.
        """
        folder, half = self.scheme.site_packages, javascript()
        # attach() may have switched it off for all installers.
        is_wanted = self._keeps_bytecode and half is not None and half.bytecode is not None
        return folder if is_wanted and is_in_memory(folder) else None

    def installed(self) -> Mapping[NormalizedName, InstalledDistribution]:
        """Return the installed distributions and the loaded shared libraries, which have no ``.dist-info``."""
        return {**_loaded_libraries(), **super().installed()}

    @asynccontextmanager
    async def lock(self) -> AsyncIterator[None]:
        """Hold the folder's lock and that of ``loadPackage`` for the duration of the block."""
        async with super().lock(), loading_lock():
            self.scheme = _scheme()
            try:
                yield
            finally:
                if self._bytecode is not None:
                    self._bytecode.forget()

    def prepare(self, delivery: Delivery) -> None:
        """Unpack a wheel into the staging folder; begin to read its bytecode."""
        if self._bytecode is not None:
            self._bytecode.expect(delivery)
        super().prepare(delivery)

    def exchange(
        self,
        arriving: Sequence[Delivery],
        leaving: Sequence[InstalledDistribution],
        libraries: Sequence[SharedLibrary] = (),
        replaceable: Collection[NormalizedName] = (),
    ) -> Exchange:
        """Check that libraries will load, exchange distributions, then update ``pyodide.loadedPackages``."""
        if not self.is_locked():
            self.scheme = _scheme()
        self._show_hidden(arriving, leaving)
        loader = read_loader(lambda: (path for distribution in leaving for path in self._known_files(distribution)))
        if (problem := next(find_unloadable(arriving, libraries, self.scheme, loader), None)) is not None:
            raise problem
        done = super().exchange(arriving, leaving, libraries, replaceable)
        extend_search_path(self.scheme.site_packages)
        _put_on_path(self.scheme.scripts)
        # As a mapping, because attributes such as "constructor" are inherited.
        loaded = pyodide_js.loadedPackages.as_py_json()
        gone = {distribution.name for distribution in leaving}
        for key in list(loaded):
            # Packages that loadPackage() got by URL have the spelling of the filename.
            if canonicalize_name(key) in gone:
                del loaded[key]
        for distribution in done.arrived:
            loaded[_lock_name(distribution.name)] = distribution.source
        for library in libraries:
            loaded[_lock_name(library.name)] = library.source
        return done

    async def settle(self, arrived: Sequence[Delivery], libraries: Sequence[SharedLibrary] = ()) -> list[str]:
        """Put bytecode in place, and compile large libraries, because importing them would block the page."""
        if self._bytecode is not None:
            await self._bytecode.place(arrived)
        return await compile_ahead(library_paths(arrived, libraries, self.scheme, EXTENSION_SUFFIXES), self._compiled)

    def _show_hidden(self, arriving: Iterable[Delivery], leaving: Iterable[InstalledDistribution]) -> None:
        half = javascript()
        if half is not None:
            half.showHidden()
            return
        from wherry.runtime.alone.hidden_files import show_hidden

        site_packages = self.scheme.site_packages
        files = [f"{site_packages}/{path}" for delivery in arriving for path in delivery.wheel.record]
        files += (path for distribution in leaving for path in self._known_files(distribution))
        show_hidden(dict.fromkeys((site_packages, *map(os.path.dirname, files))))

    @cached_property
    def _bytecode(self) -> KeptBytecode | None:
        """The bytecode of wheels; ``None`` if none is kept."""
        folder = self.bytecode_folder
        if folder is None:
            return None
        from wherry.runtime.bytecode import kept_bytecode

        return kept_bytecode(javascript().bytecode, folder)


def _provided() -> Iterator[InstalledDistribution]:
    """Yield distributions without a folder: Pyodide under both of its names, and wherry if attach() loaded it."""
    for name in ("pyodide", "pyodide-py"):
        metadata = CoreMetadata(canonicalize_name(name), Version(pyodide_js.version))
        yield InstalledDistribution(metadata, installer="pyodide")
    if bundle := sys.modules.get("wherry._vendor"):
        yield InstalledDistribution(CoreMetadata(canonicalize_name("wherry"), Version(bundle.VERSION)))


def _scheme() -> Scheme:
    """Return the runtime's folders as they are mounted now.

    If site-packages is on a file system of its own, which may outlive the page, all folders are inside it, so that the
    files of a distribution stay together.
    """
    scheme = Scheme.current()
    lookup = pyodide_js.FS.lookupPath
    apart = lookup(scheme.site_packages).node.mount.mountpoint != lookup(scheme.data).node.mount.mountpoint
    return scheme.inside_site_packages() if apart else scheme


def _put_on_path(folder: str) -> None:
    """Add the folder of scripts to PATH for ``shutil.which()``: ``runpy`` can run scripts, though no process can."""
    folders = os.environ.get("PATH", os.defpath).split(os.pathsep)
    if Path(folder).is_dir() and folder not in folders:
        os.environ["PATH"] = os.pathsep.join([*folders, folder])


def _lock_name(name: NormalizedName) -> str:
    """Return the distribution lock's own spelling of ``name``, the key in ``loadedPackages``."""
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

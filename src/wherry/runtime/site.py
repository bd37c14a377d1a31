"""Pyodide's own site-packages: a destination that keeps ``loadPackage`` informed."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import js
import pyodide_js
from packaging.utils import canonicalize_name
from packaging.version import Version

from wherry.install.scheme import Scheme
from wherry.install.site_packages import SitePackages
from wherry.model.core_metadata import CoreMetadata
from wherry.model.distribution import InstalledDistribution
from wherry.runtime.loading import loading_turn

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping, Sequence

    from packaging.utils import NormalizedName

    from wherry.install.destination import Delivery, Exchange, SharedLibrary

__all__ = ["PyodideSite"]


class PyodideSite(SitePackages):
    """Tells Pyodide what came and went, so that ``loadPackage`` does not unpack another copy over it."""

    def __init__(self) -> None:
        runtime = CoreMetadata(canonicalize_name("pyodide-py"), Version(pyodide_js.version))
        super().__init__(Scheme.current(), provided=[InstalledDistribution(runtime, installer="pyodide")])

    def installed(self) -> Mapping[NormalizedName, InstalledDistribution]:
        """Return what is there, the distribution's shared libraries included: they have no ``.dist-info``."""
        return {**_loaded_libraries(), **super().installed()}

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for ``loadPackage``, too, and keep it waiting while the block lasts."""
        async with super().turn(), loading_turn():
            yield

    def exchange(
        self,
        arriving: Sequence[Delivery],
        leaving: Sequence[InstalledDistribution],
        libraries: Sequence[SharedLibrary] = (),
    ) -> Exchange:
        """Exchange distributions, then bring ``pyodide.loadedPackages`` up to date."""
        done = super().exchange(arriving, leaving, libraries)
        loaded = pyodide_js.loadedPackages
        gone = {distribution.name for distribution in leaving}
        for key in list(js.Object.keys(loaded)):
            # What loadPackage() got by URL stands there as the filename spells it.
            if canonicalize_name(key) in gone:
                delattr(loaded, key)
        for distribution in done.arrived:
            setattr(loaded, _lock_name(distribution.name), distribution.source)
        for library in libraries:
            setattr(loaded, _lock_name(library.name), library.source)
        return done


def _lock_name(name: NormalizedName) -> str:
    """Return the distribution lock's own spelling of ``name``: it is what ``loadedPackages`` is keyed by."""
    entry = getattr(pyodide_js.lockfile.packages, name, None)
    return str(entry.name) if entry is not None else name


def _loaded_libraries() -> dict[NormalizedName, InstalledDistribution]:
    found = {}
    for key in js.Object.keys(pyodide_js.loadedPackages):
        entry = getattr(pyodide_js.lockfile.packages, canonicalize_name(key), None)
        if entry is not None and entry.package_type == "shared_library":
            metadata = CoreMetadata(canonicalize_name(key), Version(entry.version))
            found[metadata.name] = InstalledDistribution(metadata, installer="pyodide", from_distribution=True)
    return found

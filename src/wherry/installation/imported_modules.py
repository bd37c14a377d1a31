"""Compile the modules that some modules import, and what those import, over several wheels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wherry.formats.bytecode_imports import find_top_imports
from wherry.formats.module_names import module_name, package_of, with_parents
from wherry.formats.wheel_rewriting import installed_paths

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable
    from types import CodeType

    from wherry.formats.wheel_archive import WheelArchive

__all__ = ["ImportedModules"]


class ImportedModules:
    """The modules of ``wheels`` that are imported. ``compile_source`` returns the code of a source at a place, if any.

    ``places`` are their sources, relative to site-packages.
    """

    def __init__(self, wheels: Iterable[WheelArchive], compile_source: Callable[[bytes, str], CodeType | None]) -> None:
        self._compile = compile_source
        # By dotted name: a wheel, the path in it, and the place.
        self._sources: dict[str, tuple[WheelArchive, str, str]] = {}
        for wheel in wheels:
            for path, place in installed_paths(wheel).items():
                if place.endswith(".py") and (name := module_name(place)):
                    self._sources.setdefault(name, (wheel, path, place))
        self.places: dict[str, None] = {}

    def find(self, roots: Iterable[str]) -> Generator[float, None, None]:
        """Find what is imported from the modules ``roots`` on, at the top of each.

        Yield zero for each module: how many there will be is not known.

        Raises :class:`~wherry.errors.InvalidWheel` for a file that differs from RECORD.
        """
        asked: dict[str, None] = {}
        queue = [name for root in roots for name in with_parents(root)]
        for name in queue:
            if name in asked or name not in self._sources:
                continue
            asked[name] = None
            wheel, path, place = self._sources[name]
            self.places[place] = None
            yield 0
            code = self._compile(wheel.read(path), place)
            if code is not None:
                imported = find_top_imports(code, package_of(name, place))
                queue += [one for found in imported for one in with_parents(found)]

    def lacks(self, name: str) -> bool:
        """Return whether no wheel has a source of the module."""
        return name not in self._sources

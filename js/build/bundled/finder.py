"""Import the modules of the bundle out of memory.

A ZIP archive would work as well, but :mod:`zipimport` reads every module twice and checks the file system for each. In
Pyodide that was a quarter of the time to import wherry.
"""

from __future__ import annotations

import marshal
import sys
from importlib.machinery import ModuleSpec
from typing import TYPE_CHECKING, cast

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from types import CodeType, ModuleType


class BundleFinder:
    """Finder and loader of modules, some of which are ``packages``.

    ``groups`` are names of modules with their code, or source code, marshalled together. ``archive`` is the path that
    the modules show. No file exists there, so tracebacks show no source lines.
    """

    def __init__(self, archive: str, packages: frozenset[str], groups: Iterable[tuple[tuple[str, ...], bytes]]) -> None:
        self.archive = archive
        self._packages = packages
        self._groups = {name: group for group in groups for name in group[0]}
        self._codes: dict[str, CodeType | str] = {}

    def find_spec(self, name: str, _path: Sequence[str] | None = None, _target: object = None) -> ModuleSpec | None:
        """Return the specification of a module of the bundle."""
        if name not in self._groups:
            return None
        spec = ModuleSpec(name, self, origin=self.get_filename(name), is_package=self.is_package(name))  # type: ignore[arg-type]
        spec.has_location = True
        return spec

    def create_module(self, spec: ModuleSpec) -> None:
        """Let the import system create the module."""

    def exec_module(self, module: ModuleType) -> None:
        """Run the module."""
        exec(self.get_code(module.__name__), module.__dict__)  # noqa: S102 - an import executes code

    def get_code(self, name: str) -> CodeType:
        """Return the code of a module."""
        if name not in self._codes:
            names, codes = self._groups[self._known(name)]
            self._codes.update(zip(names, marshal.loads(codes), strict=True))  # noqa: S302 - our own
        # Not kept: a module is imported once.
        code = self._codes.pop(name)
        return compile(code, self.get_filename(name), "exec", dont_inherit=True) if isinstance(code, str) else code

    def get_source(self, name: str) -> None:
        """Return no source: tracebacks show line numbers without the lines."""
        self._known(name)

    def get_filename(self, name: str) -> str:
        """Return the path that the module would have in an archive."""
        return f"{self.archive}/{name.replace('.', '/')}{'/__init__' if self.is_package(name) else ''}.pyc"

    def is_package(self, name: str) -> bool:
        """Whether a module is a package."""
        return self._known(name) in self._packages

    def _known(self, name: str) -> str:
        if name not in self._groups:
            raise ImportError(f"{self.archive} has no module {name}", name=name)
        return name


def begin(archive: str, packages: frozenset[str], groups: Iterable[tuple[tuple[str, ...], bytes]]) -> BundleFinder:
    """Return the finder of the modules, added before all others, so that no other wherry mixes with them."""
    for finder in sys.meta_path:
        if getattr(finder, "archive", None) == archive:
            return cast("BundleFinder", finder)
    added = BundleFinder(archive, packages, groups)
    sys.meta_path.insert(0, added)
    return added

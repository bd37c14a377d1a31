"""Install missing modules when the user's own code imports them.

:class:`Autoload` is a finder behind all others, so it is asked for missing modules alone. Its rule: the code that
imports must be the user's. An installed package imports optional dependencies, and must see that they are missing.
"""

from __future__ import annotations

import importlib
import inspect
import os
import sys
from contextvars import ContextVar
from importlib.machinery import ModuleSpec
from keyword import iskeyword
from typing import TYPE_CHECKING

from wherry.default import default_installer
from wherry.errors import UnknownImports, WherryError
from wherry.index.single_flight import SingleFlight
from wherry.progress.notebook import cell_output
from wherry.runtime.defaults import runtime_distribution, runtime_messages, runtime_wait

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from types import FrameType, ModuleType
    from typing import Any, Self

__all__ = ["Autoload", "begin"]

IMPORTLIB = frozenset({"importlib", "importlib._bootstrap", "_frozen_importlib"})
INSTALLED = f"{os.sep}site-packages{os.sep}"
LIBRARY = f"{os.path.dirname(os.__file__)}{os.sep}"  # noqa: PTH120 - in Pyodide, pathlib is slow to import

# Code that an installation calls, such as a fetcher of the user's, must not wait for another installation.
_is_installing = ContextVar("_is_installing", default=False)


def begin(*, is_on: bool, projects: Mapping[str, str], options: Mapping[str, Any]) -> Autoload:
    """Switch the earlier autoload off, and with ``is_on`` a new one on; return the new one."""
    for finder in [finder for finder in sys.meta_path if isinstance(finder, Autoload)]:
        finder.stop()
    autoload = Autoload(projects, options)
    if is_on:
        sys.meta_path.append(autoload)
    return autoload


class Autoload:
    """The import hook of :func:`wherry.autoload`. :meth:`stop`, or the end of a ``with`` block, switches it off."""

    def __init__(self, projects: Mapping[str, str], options: Mapping[str, Any]) -> None:
        self._projects = projects
        self._options = options
        self._flights = SingleFlight()
        self._unknown: dict[str, UnknownImports] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def __repr__(self) -> str:
        return f"<wherry.autoload() is {'on' if self in sys.meta_path else 'off'}>"

    def stop(self) -> None:
        """Switch the hook off. A module that is missing is then an error again."""
        if self in sys.meta_path:
            sys.meta_path.remove(self)

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Install the project of the module ``name``, and find the module.

        Return ``None`` for a module that must stay missing. Raise ``ModuleNotFoundError`` with the way out for one that
        could not be installed.
        """
        if _is_installing.get() or name.partition(".")[0] in sys.stdlib_module_names or not _may_arrive(path):
            return None
        imported = _imported_by_user()
        if imported is None or not all(part.isidentifier() and not iskeyword(part) for part in imported.split(".")):
            return None
        self._install(name, imported)
        if name in sys.modules:
            # Another task waited for the same installation, and imported the module first.
            return _Imported(sys.modules[name]).spec()
        importlib.invalidate_caches()
        found = (finder.find_spec(name, path, target) for finder in sys.meta_path if finder is not self)
        return next((spec for spec in found if spec is not None), None)

    def _install(self, name: str, imported: str) -> None:
        wait = runtime_wait()
        if wait is None:
            call = self._call(imported)
            raise _missing(name, f"it is not installed, and Python cannot wait here: write {call} before the import")
        try:
            wait(self._install_once(imported))
        except WherryError as error:
            # The message says all of it; tracebacks of an installation would bury it.
            raise _missing(name, f"autoload() did not install it: {error}") from None

    async def _install_once(self, imported: str) -> None:
        """Install the project of a module; tasks that import it at the same time wait for one installation."""
        if imported in self._unknown:
            raise self._unknown[imported]
        try:
            await self._flights.join(imported, lambda: self._install_project(imported))
        except UnknownImports as error:
            self._unknown[imported] = error
            raise
        self._flights.forget(imported)

    async def _install_project(self, imported: str) -> None:
        _is_installing.set(True)
        source = f"import {imported}"
        report = await default_installer().install_imports(source, projects=self._projects, **self._options)
        # A cell shows the report as the last step of its progress.
        if report.installed and self._options.get("on_progress") is None and cell_output() is None:
            print(report, file=runtime_messages())

    def _call(self, imported: str) -> str:
        """Return the call that installs the project of a module; without asking an index, which would have to wait."""
        from wherry.index.import_names import known_project

        project = known_project(imported, self._projects, runtime_distribution())
        return f'await wherry.install("{project}")' if project else f'await wherry.install_imports("import {imported}")'


class _Imported:
    """A loader of a module that is already imported."""

    def __init__(self, module: ModuleType) -> None:
        self._module = module
        self._spec = module.__spec__

    def spec(self) -> ModuleSpec:
        """Return the specification of the module, which is not run again.

        Python would take the module's own specification, and run it, if the module had one at the end of the search.
        """
        self._module.__spec__ = None
        return ModuleSpec(self._module.__name__, self)  # type: ignore[arg-type] # as small as importlib admits

    def create_module(self, _spec: ModuleSpec) -> ModuleType:
        """Return the module, whose attributes stay as they are."""
        return self._module

    def exec_module(self, module: ModuleType) -> None:
        """Give the module its own specification back."""
        module.__spec__ = self._spec


def _missing(name: str, advice: str) -> ModuleNotFoundError:
    error = ModuleNotFoundError(f"No module named {name!r}: {advice}", name=name)
    # Pyodide would add a note with the same advice for another installer.
    error._PYODIDE_ADDED_NOTE = True  # type: ignore[attr-defined]  # noqa: SLF001
    return error


def _may_arrive(path: Sequence[str] | None) -> bool:
    """Return whether another distribution can bring a module at ``path``: at the top, or in a namespace package.

    Python gives a namespace package a path of its own type, and all others a list.
    """
    return path is None or not isinstance(path, list)


def _imported_by_user() -> str | None:
    """Return the name in the import statement of the user's code that asks; ``None`` if anything else asks."""
    frame = inspect.currentframe()
    while frame is not None and frame.f_globals is globals():
        frame = frame.f_back
    name = None
    while frame is not None and frame.f_globals.get("__name__") in IMPORTLIB:
        # The last of these imports the module that the statement names; the others import its parents.
        if frame.f_code.co_name == "_find_and_load":
            name = frame.f_locals["name"]
        frame = frame.f_back
    return name if frame is not None and _is_users(frame) else None


def _is_users(frame: FrameType) -> bool:
    """Return whether the code of a frame belongs to neither an installed distribution, Python nor wherry."""
    own = frame.f_globals
    spec = own.get("__spec__")
    places = (frame.f_code.co_filename, str(getattr(spec, "origin", None) or ""))
    is_installed = any(INSTALLED in place or place.startswith((LIBRARY, "<frozen ")) for place in places)
    return not is_installed and places[1] != "frozen" and str(own.get("__name__")).partition(".")[0] != "wherry"

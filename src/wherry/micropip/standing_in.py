"""Let ``import micropip`` find wherry."""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.abc import Loader, MetaPathFinder
from importlib.util import find_spec, spec_from_loader
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from importlib.machinery import ModuleSpec
    from types import ModuleType

__all__ = ["as_micropip"]

OWN = "wherry.micropip"


def as_micropip() -> None:
    """Let ``import micropip``, and ``pyodide.pyimport("micropip")``, give micropip's interface over wherry.

    If micropip is imported already, wherry takes its place, and keeps its mock packages. A module that has imported it
    calls wherry, too; only objects that were taken out of it before stay as they are. If micropip is installed, or
    ``loadPackage("micropip")`` installs it later, its files stay where they are, and are not imported. Calling this
    again changes nothing.
    """
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder())
    before = sys.modules.get("micropip")
    if before is None or before is not sys.modules.get(OWN):
        mocks = sys.modules.get("micropip._mock_package")
        for name in [name for name in sys.modules if name == "micropip" or name.startswith("micropip.")]:
            del sys.modules[name]
        own = import_module("micropip")
        if before is not None:
            # JupyterLite's piplite, for one, has the module itself.
            vars(before).update((name, getattr(own, name)) for name in own.__all__)
        if mocks is not None:
            from wherry.micropip._mock_package import take_over

            take_over(mocks)


class _Finder(MetaPathFinder, Loader):
    """Finds the modules of this package under micropip's name: the same objects, so that a patch of one holds."""

    def find_spec(self, fullname: str, path: object = None, target: object = None) -> ModuleSpec | None:  # noqa: ARG002
        """Return the spec of a module of micropip; ``None`` if there is none of that name here."""
        if fullname != "micropip" and not fullname.startswith("micropip."):
            return None
        if find_spec(OWN + fullname.removeprefix("micropip")) is None:
            return None
        return spec_from_loader(fullname, self, is_package=fullname == "micropip")

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """Return the module of this package."""
        return import_module(OWN + spec.name.removeprefix("micropip"))

    def exec_module(self, module: ModuleType) -> None:
        """Give the modules that the package has imported micropip's names, too."""
        if module is sys.modules[OWN]:
            for name, loaded in [*sys.modules.items()]:
                if name.startswith(f"{OWN}."):
                    sys.modules.setdefault(name.removeprefix("wherry."), loaded)

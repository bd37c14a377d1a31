"""A package of the distribution: the set of packages that a Pyodide release is built with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

if TYPE_CHECKING:
    from packaging.utils import NormalizedName
    from packaging.version import Version

    from wherry.model.project import ProjectFile

__all__ = ["LockedPackage"]


@dataclass(frozen=True, slots=True)
class LockedPackage:
    """One entry of ``pyodide-lock.json``.

    ``depends`` names the packages of the same distribution that it was built with. A shared library is not a Python
    distribution: its archive holds ``.so`` files that other packages link to. ``imports`` are the modules in it.
    """

    origin: ClassVar[Literal["distribution"]] = "distribution"

    name: NormalizedName
    version: Version
    file: ProjectFile
    depends: tuple[NormalizedName, ...] = ()
    is_shared_library: bool = False
    imports: tuple[str, ...] = ()

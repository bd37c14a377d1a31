"""The part of a distribution's core metadata that the resolver needs."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from packaging.requirements import Requirement
    from packaging.specifiers import SpecifierSet
    from packaging.utils import NormalizedName
    from packaging.version import Version

__all__ = ["CoreMetadata"]


@dataclass(frozen=True, slots=True)
class CoreMetadata:
    """Name, version and requirements of a distribution (core metadata up to 2.6).

    ``import_names`` are the modules and namespaces that it declares (PEP 794), without private ones. ``warnings``
    describe harmless faults, each with the name of the file; they are not compared. ``digest`` is the SHA-256 of the
    file that it was read from, and empty for an installed distribution.
    """

    name: NormalizedName
    version: Version
    requires_dist: tuple[Requirement, ...] = ()
    requires_python: SpecifierSet | None = None
    provides_extra: frozenset[NormalizedName] = frozenset()
    import_names: tuple[str, ...] = ()
    warnings: tuple[str, ...] = field(default=(), compare=False)
    digest: bytes = field(default=b"", compare=False, repr=False)

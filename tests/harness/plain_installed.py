"""Installed distributions as plain data."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName, canonicalize_name
from packaging.version import Version

from wherry.model.core_metadata import CoreMetadata
from wherry.model.distribution import InstalledDistribution

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


def plain_installed(
    distributions: Mapping[str, Iterable[str]], *, requested: Iterable[str] = (), requires_python: str = ""
) -> dict[NormalizedName, InstalledDistribution]:
    """Return distributions, given by ``name version`` with requirements; all have the same ``requires_python``."""
    found = {}
    for key, requires in distributions.items():
        name, version = key.split()
        metadata = CoreMetadata(
            canonicalize_name(name),
            Version(version),
            tuple(map(Requirement, requires)),
            SpecifierSet(requires_python) if requires_python else None,
        )
        found[metadata.name] = InstalledDistribution(metadata, f"/site/{name}.dist-info", requested=name in requested)
    return found

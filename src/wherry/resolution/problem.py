"""What is to be decided: everything that the answer may depend on besides the index."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from packaging.utils import NormalizedName

    from wherry.model.distribution import InstalledDistribution
    from wherry.model.environment import Environment
    from wherry.model.locked_package import LockedPackage
    from wherry.resolution.direct_urls import DirectFile
    from wherry.resolution.required_hashes import RequiredHashes
    from wherry.resolution.requirements import ProjectRequirement

__all__ = ["Preference", "Problem"]

Preference = Literal["distribution", "index"]


@dataclass(frozen=True, slots=True)
class Problem:
    """The requirements, and how to read them.

    ``requirements`` are those whose markers apply here. ``constraints`` restrict projects without asking for them;
    ``overrides`` take the place of what others require of a project. ``direct`` are the projects that come from a URL,
    ``distribution`` those that the runtime's own distribution has; ``prefer`` tells whether that or the index comes
    first. ``upgrade`` gives up the preference for what is installed, ``reinstall`` passes it over, ``pre`` admits
    pre-releases of everything, ``deps=False`` leaves the dependencies out. ``index_urls``, and ``reserved`` for the
    projects that have an index to themselves, are only named in explanations. ``hashes`` are those that requirements
    files demand, if any does. ``unavailable`` are the packages of the distribution that cannot be downloaded.
    """

    environment: Environment
    requirements: tuple[ProjectRequirement, ...]
    installed: Mapping[NormalizedName, InstalledDistribution] = field(default_factory=dict)
    constraints: Mapping[NormalizedName, tuple[ProjectRequirement, ...]] = field(default_factory=dict)
    overrides: Mapping[NormalizedName, tuple[ProjectRequirement, ...]] = field(default_factory=dict)
    direct: Mapping[NormalizedName, DirectFile] = field(default_factory=dict)
    distribution: Mapping[NormalizedName, LockedPackage] = field(default_factory=dict)
    prefer: Preference = "distribution"
    upgrade: bool = False
    reinstall: bool = False
    pre: bool = False
    deps: bool = True
    exclude_newer: datetime | None = None
    index_urls: tuple[str, ...] = ()
    reserved: Mapping[NormalizedName, str] = field(default_factory=dict)
    hashes: RequiredHashes | None = None
    unavailable: frozenset[NormalizedName] = frozenset()

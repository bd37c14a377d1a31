"""What is to be decided: everything that the answer may depend on besides the index."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from packaging.utils import NormalizedName

    from wherry.model.distribution import InstalledDistribution
    from wherry.model.environment import Environment
    from wherry.resolution.requirements import ProjectRequirement

__all__ = ["Problem"]


@dataclass(frozen=True, slots=True)
class Problem:
    """The requirements, and how to read them.

    ``requirements`` are those whose markers apply here. ``constraints`` restrict projects without asking for them.
    ``upgrade`` gives up the preference for what is installed, ``pre`` admits pre-releases of everything, ``deps=False``
    leaves the dependencies out. ``index_urls`` are only named in explanations.
    """

    environment: Environment
    requirements: tuple[ProjectRequirement, ...]
    installed: Mapping[NormalizedName, InstalledDistribution] = field(default_factory=dict)
    constraints: Mapping[NormalizedName, tuple[ProjectRequirement, ...]] = field(default_factory=dict)
    upgrade: bool = False
    pre: bool = False
    deps: bool = True
    exclude_newer: datetime | None = None
    index_urls: tuple[str, ...] = ()

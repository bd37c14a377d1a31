"""The known part of the index, negative answers included.

A project or a file that is not in the snapshot is a *hole*. Deciding over holes is allowed and records them as needs.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from wherry.resolution.releases import find_newest, find_releases
from wherry.resolution.requirements import required_by
from wherry.resolution.wheel_selection import WheelSelection

if TYPE_CHECKING:
    from datetime import datetime

    from packaging.utils import NormalizedName

    from wherry.errors import WherryError
    from wherry.model.core_metadata import CoreMetadata
    from wherry.model.environment import Environment
    from wherry.model.project import ProjectFile, ProjectPage
    from wherry.resolution.releases import Release, Releases
    from wherry.resolution.required_hashes import RequiredHashes
    from wherry.resolution.requirements import ProjectRequirement

__all__ = ["MetadataNeed", "Need", "PageNeed", "Snapshot"]


@dataclass(frozen=True, slots=True)
class PageNeed:
    """The project page of ``name`` is needed."""

    name: NormalizedName


@dataclass(frozen=True, slots=True)
class MetadataNeed:
    """The core metadata of ``file`` is needed, for the project or for its ``extra``.

    ``older`` are the releases before it, newest first, to be fetched early if the project is needed repeatedly. A
    ``probe`` needs the metadata only, not its dependencies.
    """

    name: NormalizedName
    file: ProjectFile
    extra: str = ""
    older: tuple[Release, ...] = field(default=(), compare=False)
    probe: bool = field(default=False, compare=False)


Need = PageNeed | MetadataNeed


class Snapshot:
    """Project pages and core metadata known so far.

    ``pages`` maps a project to its page, or to ``None`` if no index has it. ``metadata`` maps a file's URL to its core
    metadata, or to the error of reading it. Both only grow.
    """

    def __init__(
        self, environment: Environment, exclude_newer: datetime | None = None, hashes: RequiredHashes | None = None
    ) -> None:
        self.environment = environment
        self.hashes = hashes
        self._selection = WheelSelection(environment, exclude_newer, hashes)
        self.pages: dict[NormalizedName, ProjectPage | None] = {}
        self.metadata: dict[str, CoreMetadata | WherryError] = {}
        self._releases: dict[NormalizedName, Releases] = {}
        self._newest: dict[NormalizedName, Releases | None] = {}
        self._required: dict[tuple[int, str], tuple[CoreMetadata, tuple[ProjectRequirement, ...]]] = {}

    def releases(self, name: NormalizedName) -> Releases | None:
        """Return the releases of the project for this environment, or ``None`` if no index has the project.

        Raises ``KeyError`` over a hole.
        """
        page = self.pages[name]
        if page is None:
            return None
        if name not in self._releases:
            known = self._newest.get(name)
            self._releases[name] = find_releases(page, self._selection, known.entries if known is not None else ())
        return self._releases[name]

    def newest(self, name: NormalizedName) -> Releases | None:
        """Return the newest entries of :meth:`releases`, or ``None`` where only all of them are known or worth reading.

        Raises ``KeyError`` over a hole.
        """
        page = self.pages[name]
        if page is None or name in self._releases:
            return None
        if name not in self._newest:
            self._newest[name] = find_newest(page, self._selection)
        return self._newest[name]

    def required(self, metadata: CoreMetadata, extra: str = "") -> tuple[ProjectRequirement, ...]:
        """Return the requirements of a distribution in this environment, or those of ``extra`` only; cached."""
        key = id(metadata), extra
        if key not in self._required:
            # Keep the metadata with the result, so that no other object can get its id.
            self._required[key] = metadata, tuple(required_by(metadata, self.environment, extra))
        return self._required[key][1]

"""The answer: which version of which project, from where, and who asked for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from wherry.model.distribution import InstalledDistribution

if TYPE_CHECKING:
    from packaging.utils import NormalizedName

    from wherry.model.project import ProjectFile

__all__ = ["Pin", "Resolution"]


@dataclass(frozen=True, slots=True)
class Pin:
    """One project's version.

    ``source`` is the file to install, or the distribution that is installed already. ``required_by`` names the projects
    that require it; ``requested`` tells whether the caller did.
    """

    name: NormalizedName
    version: str
    source: ProjectFile | InstalledDistribution
    requested: bool = False
    required_by: tuple[str, ...] = ()

    @property
    def file(self) -> ProjectFile | None:
        """The file to install, or ``None`` where nothing needs to be done."""
        return None if isinstance(self.source, InstalledDistribution) else self.source

    def __str__(self) -> str:
        asker = f"  (required by {', '.join(self.required_by)})" if self.required_by else ""
        return f"{self.name}=={self.version}{asker}"


@dataclass(frozen=True, slots=True)
class Resolution:
    """A set of pins that satisfies every requirement; ``chosen`` is ordered by name."""

    chosen: tuple[Pin, ...]
    warnings: tuple[str, ...] = ()

    @property
    def pins(self) -> dict[str, str]:
        """Versions by normalized name."""
        return {pin.name: pin.version for pin in self.chosen}

    def __str__(self) -> str:
        return "\n".join(map(str, self.chosen))

    def to_dict(self) -> dict[str, object]:
        """Return a JSON-able mapping."""
        return {"pins": self.pins, "warnings": list(self.warnings)}

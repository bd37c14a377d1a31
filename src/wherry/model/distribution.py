"""Installed distributions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

from wherry.model.tables import align, html_table

if TYPE_CHECKING:
    from packaging.utils import NormalizedName

    from wherry.model.core_metadata import CoreMetadata

__all__ = ["InstalledDistribution", "InstalledDistributions"]


@dataclass(frozen=True, slots=True, repr=False)
class InstalledDistribution:
    """An installed distribution, as its ``.dist-info`` folder describes it.

    ``location`` is the path of that folder, or ``None`` for a distribution of the runtime itself, which cannot be
    uninstalled. ``source`` is the URL of its wheel, if known. ``requested`` is true if a caller asked for it by name,
    ``from_distribution`` if it is a package of the runtime's own distribution.
    """

    origin: ClassVar[Literal["installed"]] = "installed"
    file: ClassVar[None] = None  # there is nothing to download

    metadata: CoreMetadata
    location: str | None = None
    installer: str | None = None
    requested: bool = False
    source: str | None = None
    from_distribution: bool = False

    @property
    def name(self) -> NormalizedName:
        """The normalized name."""
        return self.metadata.name

    @property
    def version(self) -> str:
        """The normalized version."""
        return str(self.metadata.version)

    def __repr__(self) -> str:
        return f"<InstalledDistribution {self}>"

    def __str__(self) -> str:
        return f"{self.name} {self.version}"

    def to_dict(self) -> dict[str, object]:
        """Return a JSON-able mapping."""
        return {
            "name": self.name,
            "version": self.version,
            "installer": self.installer,
            "requested": self.requested,
            "source": self.source,
        }


class InstalledDistributions(tuple[InstalledDistribution, ...]):
    """A tuple of distributions that a prompt shows as a table."""

    __slots__ = ()

    def __str__(self) -> str:
        rows = [("Package", "Version"), *((one.name, one.version) for one in self)]
        return align(rows) if self else "Nothing is installed"

    def __repr__(self) -> str:
        # A prompt shows this.
        return str(self)

    def _repr_html_(self) -> str:
        rows = [(one.name, one.version) for one in self]
        return html_table(rows, ("Package", "Version")) if rows else f"<p>{self}</p>"

"""Resolutions: the chosen versions, their sources, and the reasons for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from wherry.model.locked_package import LockedPackage
from wherry.model.sizes import human_size
from wherry.model.tables import html_table
from wherry.printable import printable
from wherry.resolution.graph.graph import Graph

if TYPE_CHECKING:
    from packaging.utils import NormalizedName

    from wherry.model.project import ProjectFile
    from wherry.resolution.graph.graph import Reason
    from wherry.resolution.graph.tree import Tree
    from wherry.resolution.graph.why import Why
    from wherry.resolution.sources import Origin, Source

__all__ = ["Pin", "Resolution"]

SHOWN_ASKERS = 3


@dataclass(frozen=True, slots=True)
class Pin:
    """The chosen version of a project.

    ``source`` is a release of the index, a wheel at a URL, a package of Pyodide's distribution, or the installed
    distribution.
    ``required_by`` names the projects that require it; ``requested`` is true if the caller does; ``reasons`` has their
    requirements, the caller's first.
    """

    name: NormalizedName
    version: str
    source: Source
    requested: bool = False
    required_by: tuple[str, ...] = ()
    reasons: tuple[Reason, ...] = ()

    @property
    def file(self) -> ProjectFile | None:
        """The file to install, or ``None`` if the version is installed already."""
        return self.source.file

    @property
    def origin(self) -> Origin:
        """The kind of source: ``index``, ``direct`` (a URL), ``distribution``, or ``installed``."""
        return self.source.origin

    @property
    def is_shared_library(self) -> bool:
        """Whether it is a shared library of the distribution, and no Python package."""
        return isinstance(self.source, LockedPackage) and self.source.is_shared_library

    @property
    def hash(self) -> str | None:
        """The strongest known hash of the file, ``sha256:…`` in hexadecimal, or ``None``."""
        return self.file.strongest_hash if self.file else None

    @property
    def size(self) -> int | None:
        """The size of the file in bytes; 0 without a download, ``None`` if the index does not tell it."""
        return self.file.size if self.file else 0

    def __str__(self) -> str:
        asker = f"  (required by {', '.join(self.required_by)})" if self.required_by else ""
        return f"{self.name}=={self.version}{asker}"

    def to_dict(self) -> dict[str, object]:
        """Return a mapping for JSON; ``file`` is ``None`` if the version is installed already."""
        return {
            "name": self.name,
            "version": self.version,
            "origin": self.origin,
            "requested": self.requested,
            "required_by": list(self.required_by),
            "reasons": [reason.to_dict() for reason in self.reasons],
            "file": self.file
            and {
                "filename": self.file.filename,
                "url": self.file.url,
                "hash": self.hash,
                "size": self.size,
            },
        }


@dataclass(frozen=True, slots=True, repr=False)
class Resolution:
    """A set of pins that satisfies every requirement; ``chosen`` is ordered by name."""

    chosen: tuple[Pin, ...]
    warnings: tuple[str, ...] = ()

    @property
    def pins(self) -> dict[str, str]:
        """Versions by normalized name."""
        return {pin.name: pin.version for pin in self.chosen}

    @property
    def download_size(self) -> int | None:
        """The number of bytes to download; ``None`` if the size of a file is unknown."""
        sizes = [pin.size for pin in self.chosen]
        return None if None in sizes else sum(size or 0 for size in sizes)

    def why(self, name: str) -> Why:
        """Return the chains of requirements from the requested projects to the project ``name``."""
        from wherry.resolution.graph.why import explain_presence

        return explain_presence(self._graph(), name)

    def tree(self) -> Tree:
        """Return the tree of requirements, with the requested projects at the top."""
        from wherry.resolution.graph.tree import draw_tree

        return draw_tree(self._graph())

    def _graph(self) -> Graph:
        from wherry.resolution.graph.installed import find_orphans

        reasons = {pin.name: pin.reasons for pin in self.chosen}
        # Only the pins of another tool's lock can lack reasons.
        return Graph({pin.name: pin.version for pin in self.chosen}, reasons, find_orphans(reasons, reasons))

    def __str__(self) -> str:
        rows = [_row(pin) for pin in self.chosen]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        lines = [f"{pin:<{widths[0]}}  {size:>{widths[1]}}  {askers}".rstrip() for pin, size, askers in rows]
        lines.append(self._total())
        lines += [f"Warning: {warning}" for warning in self.warnings]
        return printable("\n".join(lines))

    def __repr__(self) -> str:
        # A REPL shows this.
        return str(self)

    def _repr_html_(self) -> str:
        notes = [self._total(), *(f"Warning: {warning}" for warning in self.warnings)]
        return html_table(map(_row, self.chosen), ("Project", "Size", "Required by"), notes)

    def _total(self) -> str:
        new = [pin for pin in self.chosen if pin.file is not None]
        if not new:
            return "Nothing to download"
        members = sum(_is_unmeasured(pin) for pin in new)
        unknown = sum(pin.size is None for pin in new) - members
        parts = [f"{members} of Pyodide's distribution"] if members else []
        if len(new) > members + unknown:
            known = human_size(sum(pin.size or 0 for pin in new))
            parts.insert(0, f"more than {known}" if unknown else known)
        if unknown:
            parts.append(f"{unknown} of unknown size")
        files = f"{len(new)} file{'s' if len(new) > 1 else ''}"
        if len(new) in {members, unknown}:
            return f"To download: {files}{parts[0].removeprefix(str(len(new)))}"
        return f"To download: {', '.join((files, *parts))}"

    def to_dict(self) -> dict[str, object]:
        """Return a mapping for JSON."""
        return {
            "pins": self.pins,
            "chosen": [pin.to_dict() for pin in self.chosen],
            "download_size": self.download_size,
            "warnings": list(self.warnings),
        }


def _is_unmeasured(pin: Pin) -> bool:
    """Return whether it is a package of Pyodide's distribution, whose lock has no sizes."""
    return pin.origin == "distribution" and pin.size is None


def _size(pin: Pin) -> str:
    if pin.file is None:
        return "installed"
    if pin.size is None:
        return "Pyodide's" if _is_unmeasured(pin) else "?"
    return human_size(pin.size)


def _row(pin: Pin) -> tuple[str, str, str]:
    """Return the pin, its size and its requirers, for display."""
    others = [f"{reason.asker} ({reason.text})" for reason in pin.reasons if reason.parent not in {None, pin.name}]
    askers = [*(["you"] if pin.requested else []), *others]
    more = f" and {len(askers) - SHOWN_ASKERS} more" if len(askers) > SHOWN_ASKERS else ""
    return f"{pin.name}=={pin.version}", _size(pin), ", ".join(askers[:SHOWN_ASKERS]) + more

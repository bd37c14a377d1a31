"""Reports of installations and uninstallations."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

from wherry.model.distribution import InstalledDistribution
from wherry.model.tables import align, html_table
from wherry.printable import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

__all__ = ["InstallReport", "UninstallReport"]


@dataclass(frozen=True, slots=True, repr=False)
class InstallReport:
    """The result of an installation.

    ``installed`` are the new distributions, ``unchanged`` those that were installed before and are requested or
    required, ``removed`` those replaced by another version. ``seconds`` maps the phases (``resolving``,
    ``downloading``, ``placing``) to their durations, ``requests`` counts the fetches.
    """

    installed: tuple[InstalledDistribution, ...] = ()
    unchanged: tuple[InstalledDistribution, ...] = ()
    removed: tuple[InstalledDistribution, ...] = ()
    warnings: tuple[str, ...] = ()
    seconds: Mapping[str, float] = field(default_factory=dict)
    requests: int = 0

    def __str__(self) -> str:
        lines = [f"{word}: {', '.join(map(str, items))}" for word, items in self._rows() if items]
        return _with_warnings(lines, self.warnings)

    def __repr__(self) -> str:
        # A prompt shows this.
        return _table(self._rows(), self.warnings)

    def _repr_html_(self) -> str:
        earlier = {one.name: one.version for one in self.removed}
        new = {one.name for one in self.installed}
        gone = [one for one in self.removed if one.name not in new]
        rows = [
            *(("Installed", one.name, one.version, _replacing(earlier.get(one.name))) for one in self.installed),
            *(("Unchanged", one.name, one.version, "") for one in self.unchanged),
            *(("Removed", one.name, one.version, "") for one in gone),
        ]
        return _html(rows, self.warnings)

    def _rows(self) -> tuple[tuple[str, tuple[InstalledDistribution, ...]], ...]:
        return ("Installed", self.installed), ("Unchanged", self.unchanged), ("Removed", self.removed)

    def to_dict(self) -> dict[str, object]:
        """Return a JSON-able mapping."""
        return {
            "installed": [distribution.to_dict() for distribution in self.installed],
            "unchanged": [distribution.to_dict() for distribution in self.unchanged],
            "removed": [distribution.to_dict() for distribution in self.removed],
            "warnings": list(self.warnings),
            "seconds": dict(self.seconds),
            "requests": self.requests,
        }


class UninstallReport(tuple[InstalledDistribution, ...]):  # noqa: SLOT001 - a tuple can have no others
    """The removed distributions; ``warnings`` name the files that were kept, and remaining requirers."""

    warnings: tuple[str, ...]

    def __new__(cls, gone: Iterable[InstalledDistribution] = (), warnings: Iterable[str] = ()) -> Self:
        """Make a report of the removed distributions, ``gone``."""
        report = super().__new__(cls, gone)
        report.warnings = tuple(warnings)
        return report

    def __str__(self) -> str:
        lines = [f"Removed: {', '.join(map(str, self))}"] if self else []
        return _with_warnings(lines, self.warnings)

    def __repr__(self) -> str:
        # A prompt shows this.
        return _table([("Removed", self)], self.warnings)

    def _repr_html_(self) -> str:
        return _html([("Removed", one.name, one.version, "") for one in self], self.warnings)

    def to_dict(self) -> dict[str, object]:
        """Return a JSON-able mapping."""
        return {"removed": [distribution.to_dict() for distribution in self], "warnings": list(self.warnings)}


def _table(groups: Iterable[tuple[str, Sequence[InstalledDistribution]]], warnings: Iterable[str]) -> str:
    """Return one row a distribution, the word of its group before the first, and the warnings below."""
    rows = [
        (word if place == 0 else "", distribution.name, distribution.version)
        for word, distributions in groups
        for place, distribution in enumerate(distributions)
    ]
    return _with_warnings([align(rows)] if rows else [], warnings)


def _html(rows: Sequence[tuple[str, str, str, str]], warnings: Iterable[str]) -> str:
    """Return a table of rows that begin with the word of their group, and the warnings below."""
    words = [word for word, *_ in rows]
    cells = [(word if word not in words[:place] else "", *rest) for place, (word, *rest) in enumerate(rows)]
    notes = [f"Warning: {warning}" for warning in warnings]
    return html_table(cells, notes=notes if rows or notes else ["Nothing to do"])


def _replacing(version: str | None) -> str:
    return f"replaces {version}" if version is not None else ""


def _with_warnings(lines: Iterable[str], warnings: Iterable[str]) -> str:
    """Return ``lines`` with one for each warning below."""
    return printable("\n".join([*lines, *(f"Warning: {warning}" for warning in warnings)])) or "Nothing to do"

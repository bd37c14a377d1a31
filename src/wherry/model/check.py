"""Reports about damaged distributions and unmet requirements."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from wherry.model.tables import html_table
from wherry.printable import printable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from packaging.utils import NormalizedName

__all__ = ["BrokenDistribution", "CheckReport", "UnmetRequirement"]

SHOWN_FILES = 3
ALL_IS_WELL = "No problems found"


@dataclass(frozen=True, slots=True)
class BrokenDistribution:
    """A damaged distribution; ``location`` is the path of its ``.dist-info`` folder.

    ``name`` is ``project version``, or the name of the folder if its metadata cannot be read. ``problem`` is a phrase;
    ``missing_files`` (paths) are files of its RECORD that do not exist.
    """

    name: str
    location: str
    problem: str
    missing_files: tuple[str, ...] = ()

    def __str__(self) -> str:
        shown = ", ".join(self.missing_files[:SHOWN_FILES])
        more = ", …" if len(self.missing_files) > SHOWN_FILES else ""
        return printable(f"{self.name}: {self.problem}{f': {shown}{more}' if shown else ''}")

    def to_dict(self) -> dict[str, object]:
        """Return a JSON-able mapping."""
        return {
            "name": self.name,
            "location": self.location,
            "problem": self.problem,
            "missing_files": list(self.missing_files),
        }


@dataclass(frozen=True, slots=True)
class UnmetRequirement:
    """A ``requirement`` of ``name`` ``version`` (or of its ``extra``) that no installed distribution meets.

    The requirement is for ``project``, whose ``installed`` version is ``None`` if it is not installed. If it is for
    Python itself, ``project`` is ``python``.
    """

    name: NormalizedName
    version: str
    requirement: str
    project: str
    installed: str | None = None
    extra: str = ""

    def __str__(self) -> str:
        extra = f"[{self.extra}]" if self.extra else ""
        sentence = f"{self.name}{extra} {self.version} requires {self.requirement}"
        if self.installed is None:
            return f"{sentence}, which is not installed"
        if self.project == "python":
            return f"{sentence}; this is {self.installed}"
        return f"{sentence}, but {self.project} {self.installed} is installed"

    def to_dict(self) -> dict[str, object]:
        """Return a JSON-able mapping."""
        return {
            "name": self.name,
            "version": self.version,
            "extra": self.extra,
            "requirement": self.requirement,
            "project": self.project,
            "installed": self.installed,
        }


@dataclass(frozen=True, slots=True, repr=False)
class CheckReport:
    """The result of :func:`wherry.check`; false if there are no problems.

    ``broken`` are damaged distributions, ``missing`` are requirements of projects that are not installed, and
    ``conflicting`` are requirements that the installed version does not satisfy. ``warnings`` describe harmless faults
    of metadata. ``environment`` names Pyodide, Python, the platform, and whether there is a JavaScript side.
    """

    broken: tuple[BrokenDistribution, ...] = ()
    missing: tuple[UnmetRequirement, ...] = ()
    conflicting: tuple[UnmetRequirement, ...] = ()
    warnings: tuple[str, ...] = ()
    environment: str = ""

    def __bool__(self) -> bool:
        return bool(self.broken or self.missing or self.conflicting)

    def __str__(self) -> str:
        lines = [f"{word}: {problem}" for word, problems in self._rows() for problem in problems]
        return printable("\n".join([*lines, *self._notes()]))

    def __repr__(self) -> str:
        # A prompt shows this.
        return str(self)

    def _repr_html_(self) -> str:
        rows = [(word, str(problem)) for word, problems in self._rows() for problem in problems]
        return html_table(rows, notes=self._notes())

    def _notes(self) -> list[str]:
        verdict = [] if self else [ALL_IS_WELL]
        environment = [f"Environment: {self.environment}"] if self.environment else []
        return [*verdict, *(f"Warning: {warning}" for warning in self.warnings), *environment]

    def _rows(self) -> tuple[tuple[str, tuple[BrokenDistribution | UnmetRequirement, ...]], ...]:
        return ("Broken", self.broken), ("Missing", self.missing), ("Conflicting", self.conflicting)

    def to_dict(self) -> dict[str, object]:
        """Return a JSON-able mapping."""
        return {
            "broken": _to_dicts(self.broken),
            "missing": _to_dicts(self.missing),
            "conflicting": _to_dicts(self.conflicting),
            "warnings": list(self.warnings),
            "environment": self.environment,
        }


def _to_dicts(problems: Iterable[BrokenDistribution | UnmetRequirement]) -> list[dict[str, object]]:
    return [problem.to_dict() for problem in problems]

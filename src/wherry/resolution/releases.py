"""What a project page offers an environment: the best wheel of each version, and why the other files fell.

Versions are ordered newest first, and a set of them is an ``int`` whose bit *i* stands for entry *i*. A specifier is
tried on each version once; from then on, putting requirements together is ``&``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import InvalidWheelFilename, parse_wheel_filename

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from packaging.version import Version

    from wherry.model.environment import Environment
    from wherry.model.project import ProjectFile, ProjectPage
    from wherry.resolution.requirements import ProjectRequirement

__all__ = ["Release", "Releases", "find_releases"]


@dataclass(frozen=True, slots=True)
class Release:
    """One version of a project and the file that would be installed."""

    version: Version
    file: ProjectFile


class Releases:
    """The releases that fit, newest first, and the files that do not, each with the reason."""

    def __init__(self, entries: tuple[Release, ...], rejections: tuple[tuple[str, str], ...]) -> None:
        self.entries = entries
        self.rejections = rejections
        self.positions = {entry.version: position for position, entry in enumerate(entries)}
        self.everything = (1 << len(entries)) - 1
        self.prereleases = _bits(entry.version.is_prerelease for entry in entries)
        self.yanked = _bits(entry.file.yanked is not None for entry in entries)
        self._admitted: dict[ProjectRequirement, int] = {}
        self._admitted_by_text: dict[str, int] = {}

    def admitted(self, requirement: ProjectRequirement) -> int:
        """Return the set of versions that ``requirement`` admits."""
        if requirement.refusal:
            return 0
        found = self._admitted.get(requirement)
        if found is None:
            # Five hundred releases may ask for the same in the same words.
            text = str(requirement.specifier if requirement.exactly is None else requirement.exactly)
            if text not in self._admitted_by_text:
                self._admitted_by_text[text] = _bits(requirement.admits(entry.version) for entry in self.entries)
            found = self._admitted[requirement] = self._admitted_by_text[text]
        return found

    def named(self, requirements: Iterable[ProjectRequirement]) -> int:
        """Return the set of versions that are yanked and that any of ``requirements`` names."""
        if not self.yanked:
            return 0
        pinning = [requirement for requirement in requirements if requirement.pins]
        return _bits(
            release.file.yanked is not None and any(requirement.names(release.version) for requirement in pinning)
            for release in self.entries
        )

    def pick(self, chosen: int) -> Iterator[Release]:
        """Yield the releases of a set, newest first."""
        while chosen:
            lowest = chosen & -chosen
            yield self.entries[lowest.bit_length() - 1]
            chosen ^= lowest

    def older(self, version: Version) -> tuple[Release, ...]:
        """Return the releases before ``version``, newest first."""
        return self.entries[self.positions[version] + 1 :]


def _bits(flags: Iterator[bool]) -> int:
    return sum(1 << position for position, flag in enumerate(flags) if flag)


def find_releases(page: ProjectPage, environment: Environment, exclude_newer: datetime | None = None) -> Releases:
    """Sort the files of ``page`` into releases for ``environment`` and rejections."""
    best: dict[Version, tuple[tuple[object, ...], Release]] = {}
    rejections: list[tuple[str, str]] = []
    for file in page.files:
        try:
            version, preference = _judge(file, page, environment, exclude_newer)
        except _DoesNotFit as reason:
            rejections.append((file.filename, str(reason)))
            continue
        if version not in best or preference < best[version][0]:
            best[version] = preference, Release(version, file)
    entries = tuple(best[version][1] for version in sorted(best, reverse=True))
    return Releases(entries, tuple(reversed(rejections)))


class _DoesNotFit(Exception):
    """Says why a file cannot be installed."""


def _judge(
    file: ProjectFile, page: ProjectPage, environment: Environment, exclude_newer: datetime | None
) -> tuple[Version, tuple[object, ...]]:
    """Return the file's version and how good it is (less is better): not yanked, tag rank, then build tag."""
    if page.status == "quarantined":
        raise _DoesNotFit("the index has quarantined the project")
    if not file.is_wheel:
        raise _DoesNotFit("it is not a wheel, and wherry never builds")
    try:
        name, version, build, tags = parse_wheel_filename(file.filename)
    except InvalidWheelFilename as error:
        raise _DoesNotFit(f"its name is not that of a wheel ({error})") from error
    if name != page.name:
        raise _DoesNotFit(f"it belongs to {name}")
    rank = min((environment.rank[tag] for tag in map(str, tags) if tag in environment.rank), default=None)
    if rank is None:
        wanted = ", ".join(sorted({tag.platform if tag.platform != "any" else str(tag) for tag in tags}))
        raise _DoesNotFit(f"it is for {wanted}; this runtime is {environment.tags[0]}")
    _check_python(file, environment)
    _check_age(file, exclude_newer)
    return version, (file.yanked is not None, rank, _Descending(build))


class _Descending:
    """Orders build tags the higher first."""

    def __init__(self, build: tuple[()] | tuple[int, str]) -> None:
        self.build = build

    def __lt__(self, other: _Descending) -> bool:
        return other.build < self.build


def _check_python(file: ProjectFile, environment: Environment) -> None:
    if file.requires_python is None:
        return
    try:
        specifier = SpecifierSet(file.requires_python)
    except InvalidSpecifier:
        # The metadata says the same, and there it is an error; a broken copy of it on the page decides nothing.
        return
    if not specifier.contains(environment.python_version, prereleases=True):
        raise _DoesNotFit(f"it requires Python {file.requires_python}; this is {environment.python_version}")


def _check_age(file: ProjectFile, exclude_newer: datetime | None) -> None:
    if exclude_newer is None:
        return
    uploaded = file.uploaded
    if uploaded is None:
        raise _DoesNotFit("the index does not say when it was uploaded, which exclude_newer needs")
    if uploaded >= exclude_newer:
        raise _DoesNotFit(f"it was uploaded at {uploaded.isoformat()}, not before {exclude_newer.isoformat()}")

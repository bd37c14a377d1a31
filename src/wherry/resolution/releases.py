"""Releases of a project for an environment: the best wheel of each version, and the rejected files with reasons.

Versions are ordered newest first, and a set of them is an ``int`` whose bit *i* stands for entry *i*. A specifier is
evaluated for each version once; then requirements are combined by ``&``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar, Literal

from wherry.resolution.wheel_selection import DoesNotFit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from packaging.version import Version

    from wherry.model.project import ProjectFile, ProjectPage
    from wherry.resolution.requirements import ProjectRequirement
    from wherry.resolution.wheel_selection import Age, Rank, WheelSelection

__all__ = ["Release", "Releases", "find_newest", "find_releases"]

FEW = 24  # files
NEWEST = 8  # different numbers of releases


@dataclass(frozen=True, slots=True)
class Release:
    """One version of a project on an index, with the file to install."""

    origin: ClassVar[Literal["index"]] = "index"

    version: Version
    file: ProjectFile


class Releases:
    """The releases that fit, newest first, and the files that do not, each with the reason."""

    def __init__(self, entries: tuple[Release, ...], reject: Callable[[], Iterable[tuple[str, str]]] = tuple) -> None:
        self.entries = entries
        self._reject = reject
        self.positions = {entry.version: position for position, entry in enumerate(entries)}
        self.everything = (1 << len(entries)) - 1
        self.prereleases = _bits(entry.version.is_prerelease for entry in entries)
        self.yanked = _bits(entry.file.yanked is not None for entry in entries)
        self._admitted: dict[ProjectRequirement, int] = {}
        self._admitted_by_text: dict[str, int] = {}

    @cached_property
    def rejections(self) -> tuple[tuple[str, str], ...]:
        """The files that do not fit, each with the reason; computed only for explanations."""
        return tuple(self._reject())

    def admitted(self, requirement: ProjectRequirement) -> int:
        """Return the set of versions that ``requirement`` admits."""
        if requirement.refusal:
            return 0
        found = self._admitted.get(requirement)
        if found is None:
            # Hundreds of releases may have the same requirement, in objects that are not equal.
            text = f"{requirement.specifier} {requirement.exactly} {requirement.built_with}"
            if text not in self._admitted_by_text:
                self._admitted_by_text[text] = _bits(requirement.admits(entry.version) for entry in self.entries)
            found = self._admitted[requirement] = self._admitted_by_text[text]
        return found

    def named(self, requirements: Iterable[ProjectRequirement]) -> int:
        """Return the set of yanked versions that any of ``requirements`` names."""
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


def find_releases(page: ProjectPage, fitting: WheelSelection, known: Iterable[Release] = ()) -> Releases:
    """Return the releases among the files of ``page``; those that are ``known`` as the very same objects."""
    best = _best(page.take(list(fitting.candidates(page))), page, fitting)
    ordered = sorted(best, reverse=True)
    if fitting.hashes is not None:
        # All requirements use == then, but 1.0 and 1.0+local both match ==1.0.
        ordered.sort(key=lambda version: best[version][0][0])
    made = {release.version: release for release in known}
    entries = tuple(made.get(version) or best[version][1] for version in ordered)
    return Releases(entries, lambda: _rejections(page, fitting))


def find_newest(page: ProjectPage, fitting: WheelSelection) -> Releases | None:
    """Return the first entries of :func:`find_releases`, or ``None`` if these are not worth a look of their own.

    Most answers take one of them, and a page may have hundreds more. The other files of the page are not read.
    """
    usable = fitting.candidates(page)
    if len(usable) <= FEW or fitting.hashes is not None:
        return None
    by_age: dict[Age, list[int]] = {}
    for position, name in usable.items():
        if (age := fitting.age(name)) is not None:
            by_age.setdefault(age, []).append(position)
    positions = [position for age in sorted(by_age, reverse=True)[:NEWEST] for position in by_age[age]]
    best = _best(page.take(positions), page, fitting)
    return Releases(tuple(best[version][1] for version in sorted(best, reverse=True)))


def _best(
    files: Iterable[ProjectFile], page: ProjectPage, fitting: WheelSelection
) -> dict[Version, tuple[Rank, Release]]:
    """Return the best wheel of each version, with its rank."""
    best: dict[Version, tuple[Rank, Release]] = {}
    for file in files:
        try:
            version, preference = fitting.judge(file, page)
        except DoesNotFit:
            continue
        if version not in best or preference < best[version][0]:
            best[version] = preference, Release(version, file)
    return best


def _rejections(page: ProjectPage, fitting: WheelSelection) -> Iterator[tuple[str, str]]:
    names = page.filenames
    for position in reversed(range(len(names))):
        try:
            # For most files the name suffices, which is faster to parse than the whole entry.
            fitting.judge_name(names[position], page)
            fitting.judge(page.take([position])[0], page)
        except DoesNotFit as reason:
            yield names[position], str(reason)

"""Small random indexes as plain data, and a brute-force oracle."""

from __future__ import annotations

import asyncio
import itertools
import random
from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from tests.harness.environments import PYODIDE_314
from tests.harness.memory_fetcher import JSON_URL, MemoryFetcher
from wherry.index.cache import NoCache
from wherry.index.client import IndexClient
from wherry.model.core_metadata import CoreMetadata
from wherry.model.distribution import InstalledDistribution
from wherry.model.locked_package import LockedPackage
from wherry.model.project import ProjectFile, ProjectPage
from wherry.resolution.problem import ResolveOptions, pose
from wherry.resolution.requirements import applies
from wherry.resolution.snapshot import Snapshot

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from packaging.utils import NormalizedName

    from wherry.errors import InvalidMetadata, InvalidWheel
    from wherry.resolution.problem import Problem

PROJECTS = "abcdef"
EXTRA = "x"
OTHER_PYTHON = ">=3.15"
LOCKED = "1.5"


@dataclass(frozen=True)
class SmallRelease:
    """The requirements of a release. ``unfit`` is the place where its Requires-Python excludes this Python, if any.

    Places are the page and the metadata. Without ``extra`` the release does not list the only extra; it still has the
    extra if it requires something for it.
    """

    requires: tuple[str, ...] = ()
    yanked: bool = False
    unfit: str = ""
    extra: bool = True

    @property
    def has_extra(self) -> bool:
        """Whether the release has the extra."""
        return self.extra or any("extra ==" in text for text in self.requires)


@dataclass(frozen=True)
class SmallMember:
    """A package of the distribution, of version ``LOCKED``: its dependencies in the lock and in its metadata."""

    depends: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()


@dataclass(frozen=True)
class SmallIndex:
    """The releases by (project, version), the requirements, the installed versions by project, and so on."""

    releases: Mapping[tuple[str, str], SmallRelease]
    requested: tuple[str, ...]
    constraints: tuple[str, ...] = ()
    installed: Mapping[str, tuple[str, tuple[str, ...]]] = field(default_factory=dict)
    upgrade: bool = False
    distribution: Mapping[str, SmallMember] = field(default_factory=dict)

    def problem(self) -> Problem:
        """Return the problem to solve."""
        installed = {}
        for project, (version, requires) in self.installed.items():
            metadata = _metadata(project, version, requires)
            installed[metadata.name] = InstalledDistribution(metadata, location=f"/site/{project}-{version}.dist-info")
        asked = ResolveOptions(requirements=self.requested, constraints=self.constraints, upgrade=self.upgrade)
        distribution = {package.name: package for package in map(self._package, self.distribution)}
        return pose(asked, environment=PYODIDE_314, installed=installed, distribution=distribution)[0]

    def _package(self, project: str) -> LockedPackage:
        # The lock leads only to its own packages.
        depends = tuple(canonicalize_name(name) for name in self._depends(project))
        return LockedPackage(
            canonicalize_name(project), Version(LOCKED), _file(project, LOCKED, SmallRelease()), depends
        )

    def _depends(self, project: str) -> list[str]:
        return [name for name in self.distribution[project].depends if name in self.distribution]

    def _leads_to(self, project: str) -> list[str]:
        """Return the projects that a member requires by the lock, directly or not."""
        reached = self._depends(project)
        for name in reached:  # which grows meanwhile
            reached += [other for other in self._depends(name) if other not in reached]
        return reached

    def snapshot(self) -> Snapshot:
        """Return a snapshot without holes."""
        snapshot = Snapshot(PYODIDE_314)
        for project in PROJECTS:
            name = canonicalize_name(project)
            files = tuple(
                _file(project, version, release)
                for (owner, version), release in self.releases.items()
                if owner == project
            )
            snapshot.pages[name] = ProjectPage(name, f"https://example.org/{project}/", files) if files else None
        for (project, version), release in self.releases.items():
            metadata = _metadata(project, version, release.requires)
            if not release.extra:
                metadata = replace(metadata, provides_extra=frozenset())
            if release.unfit:
                metadata = replace(metadata, requires_python=SpecifierSet(OTHER_PYTHON))
            snapshot.metadata[_file(project, version, release).url] = metadata
        for project, member in self.distribution.items():
            metadata = _metadata(project, LOCKED, member.requires)
            snapshot.metadata[_file(project, LOCKED, SmallRelease()).url] = metadata
        return snapshot

    def solutions(self, chosen: Mapping[str, str] | None = None) -> Iterator[Mapping[str, str]]:
        """Yield every choice of versions that satisfies all requirements, of the necessary projects only."""
        chosen = chosen or {}
        missing = next((requirement.name for requirement in self._active(chosen) if requirement.name not in chosen), "")
        if missing:
            for version in self._choosable(missing):
                yield from self.solutions({**chosen, missing: version})
        elif self.satisfied(chosen):
            yield chosen

    def satisfied(self, chosen: Mapping[str, str]) -> bool:
        """Return whether ``chosen`` satisfies the requirements, and those of its members with the requested extras.

        A release for another Python cannot be chosen; a yanked one only if a requirement names its exact version.
        """
        active = self._active(chosen)
        reached = {requirement.name for requirement in active}
        active += [requirement for requirement in map(_read, self.constraints) if requirement.name in reached]
        return all(
            requirement.name in chosen
            and chosen[requirement.name] in self._choosable(requirement.name)
            and _admits(requirement, chosen[requirement.name])
            and not (requirement.extras and self._lacks_extra(requirement.name, chosen[requirement.name]))
            for requirement in active
        ) and all(self._may_be_taken(project, chosen[project], active) for project in reached)

    def _active(self, chosen: Mapping[str, str]) -> list[Requirement]:
        """Return the requirements, and those of the chosen versions that they lead to."""
        active = [*map(_read, self.requested)]
        seen = set()
        for requirement in active:  # which grows meanwhile
            for extra in ("", *requirement.extras):
                if requirement.name in chosen and (requirement.name, extra) not in seen:
                    seen.add((requirement.name, extra))
                    active += self._required(requirement.name, chosen[requirement.name], extra)
        return active

    def _choosable(self, project: str) -> set[str]:
        offered = {
            version for (owner, version), release in self.releases.items() if owner == project and not release.unfit
        }
        offered |= {LOCKED} if project in self.distribution else set()
        return offered | ({self.installed[project][0]} if project in self.installed else set())

    def _may_be_taken(self, project: str, version: str, active: list[Requirement]) -> bool:
        if project in self.installed and self.installed[project][0] == version:
            return True
        pinned = any(
            requirement.name == project and str(requirement.specifier) == f"=={version}" for requirement in active
        )
        return pinned or version == LOCKED or not self.releases[project, version].yanked

    def _lacks_extra(self, project: str, version: str) -> bool:
        """Return whether the version lacks the extra, but another one that may be chosen without naming it has it."""
        installed_version, _ = self.installed.get(project, ("", ()))
        if version in {installed_version, LOCKED} or self.releases[project, version].has_extra:
            return False
        offered = {
            other: release
            for (owner, other), release in self.releases.items()
            if owner == project and not release.yanked and release.unfit != "page" and other != installed_version
        }
        finals = {other: release for other, release in offered.items() if not Version(other).is_prerelease}
        having = [release for release in (finals or offered).values() if release.has_extra and not release.unfit]
        return bool(having or installed_version or project in self.distribution)

    def _required(self, project: str, version: str, extra: str) -> Iterator[Requirement]:
        installed_version, texts = self.installed.get(project, ("", ()))
        if version == LOCKED and not extra:
            return self._required_by_member(project)
        if version == LOCKED:
            texts = tuple(text for text in self.distribution[project].requires if not _applies(text, ""))
        elif version != installed_version:
            release = self.releases.get((project, version))
            texts = release.requires if release else ()
        return (_read(text) for text in texts if _applies(text, extra))

    def _required_by_member(self, project: str) -> Iterator[Requirement]:
        """Yield the requirements of the lock, and those of the metadata, which also admit the lock's version."""
        yield from map(_read, self._depends(project))
        for text in self.distribution[project].requires:
            name = _read(text).name
            if name in self._leads_to(project) and _applies(text, "") and LOCKED in self._choosable(name):
                yield _beside_locked(text)


class SlowIndex(IndexClient):
    """An index that answers from a snapshot without holes, in an order that ``seed`` decides."""

    def __init__(self, full: Snapshot, seed: int) -> None:
        super().__init__(MemoryFetcher(()), NoCache(), [JSON_URL])
        self._full = full
        self._random = random.Random(seed)  # noqa: S311 - a repeatable order of arrival, nothing secret

    async def page(self, name: NormalizedName) -> ProjectPage | None:
        """Return the page, later."""
        await self._wait()
        return self._full.pages[name]

    async def metadata(self, file: ProjectFile) -> CoreMetadata | InvalidMetadata | InvalidWheel:
        """Return the metadata, later."""
        await self._wait()
        known = self._full.metadata[file.url]
        assert isinstance(known, CoreMetadata)
        return known

    async def _wait(self) -> None:
        for _ in range(self._random.randrange(6)):
            await asyncio.sleep(0)


def partly_known(full: Snapshot, seed: int) -> Snapshot:
    """Return a snapshot with a part of ``full``, on pages whose files are in another order."""
    chance = random.Random(seed)  # noqa: S311 - a repeatable choice, nothing secret
    share = chance.random()
    partial = Snapshot(full.environment)
    for name, page in full.pages.items():
        if chance.random() < share:
            files = page.files if page else ()
            shuffled = tuple(chance.sample(files, len(files)))
            partial.pages[name] = replace(page, files=shuffled) if page else None
    partial.metadata.update({url: known for url, known in full.metadata.items() if chance.random() < share})
    return partial


@cache
def _read(text: str) -> Requirement:
    return Requirement(text)


@cache
def _applies(text: str, extra: str) -> bool:
    return applies(Requirement(text), PYODIDE_314, extra)


class _BesideLocked(Requirement):
    """A requirement without extras that the lock's version satisfies, too."""


@cache
def _beside_locked(text: str) -> Requirement:
    requirement = _BesideLocked(text)
    requirement.extras = set()
    return requirement


def _admits(requirement: Requirement, version: str) -> bool:
    return (version == LOCKED and isinstance(requirement, _BesideLocked)) or _contains(requirement.specifier, version)


@cache
def _contains(specifier: SpecifierSet, version: str) -> bool:
    return specifier.contains(version, prereleases=True)


def _metadata(project: str, version: str, requires: tuple[str, ...]) -> CoreMetadata:
    return CoreMetadata(
        canonicalize_name(project),
        Version(version),
        tuple(map(Requirement, requires)),
        provides_extra=frozenset({canonicalize_name(EXTRA)}),
    )


def _file(project: str, version: str, release: SmallRelease) -> ProjectFile:
    filename = f"{project}-{version}-py3-none-any.whl"
    return ProjectFile(
        filename,
        f"https://example.org/{filename}",
        requires_python=OTHER_PYTHON if release.unfit == "page" else None,
        yanked="" if release.yanked else None,
    )


@dataclass(frozen=True)
class Ingredients:
    """The ingredients of small indexes: the ``versions``, and the features that may occur."""

    versions: tuple[str, ...] = ("1", "2", "3")
    yanked: bool = False
    unfit: bool = False
    constraints: bool = False
    installed: bool = False
    distribution: bool = False
    extras: bool = False


def small_indexes(ingredients: Ingredients | None = None) -> st.SearchStrategy[SmallIndex]:
    """Draw indexes of up to six projects, whose releases require one another, often without an answer."""
    made_of = ingredients or Ingredients()
    versions = st.sampled_from(made_of.versions)
    projects = st.sampled_from(PROJECTS)
    # Whole requirements are drawn at once, since Hypothesis is slow at each draw.
    specifiers = ["", *map("".join, itertools.product(("==", "!=", ">=", "<"), made_of.versions))]
    texts = list(map("".join, itertools.product(PROJECTS, ["", "", "", f"[{EXTRA}]"], specifiers)))
    markers = ["", "", "", f"; extra == '{EXTRA}'"]
    dependencies = st.lists(st.sampled_from(list(map("".join, itertools.product(texts, markers)))), max_size=3)
    flaws: list[dict[str, Any]] = (
        [{}] * 10
        + [{"extra": False}] * 10 * made_of.extras
        + [{"yanked": True}] * 3 * made_of.yanked
        + [{"unfit": "page"}, {"unfit": "metadata"}] * made_of.unfit
    )
    releases = st.builds(
        lambda requires, flaw: SmallRelease(tuple(requires), **flaw), dependencies, st.sampled_from(flaws)
    )
    constraints = st.lists(st.sampled_from(texts), max_size=1)
    members = st.builds(
        SmallMember, st.lists(projects, max_size=2).map(tuple), st.lists(st.sampled_from(texts), max_size=3).map(tuple)
    )
    distribution = st.dictionaries(projects, members, max_size=4)
    installed = st.dictionaries(projects, st.tuples(versions, dependencies.map(tuple)), max_size=3)
    return st.builds(
        SmallIndex,
        releases=st.dictionaries(
            st.sampled_from(list(itertools.product(PROJECTS, made_of.versions))), releases, min_size=4, max_size=14
        ),
        requested=st.lists(st.sampled_from(texts), min_size=1, max_size=3).map(tuple),
        constraints=constraints.map(tuple) if made_of.constraints else st.just(()),
        installed=installed if made_of.installed else st.just({}),
        upgrade=st.booleans() if made_of.installed else st.just(value=False),
        distribution=distribution if made_of.distribution else st.just({}),
    )

"""Candidates: which versions may be tried for a project, in which order."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wherry.errors import WherryError
from wherry.model.core_metadata import CoreMetadata
from wherry.model.distribution import InstalledDistribution
from wherry.model.project import ProjectFile

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from packaging.utils import NormalizedName
    from packaging.version import Version

    from wherry.resolution.problem import Problem
    from wherry.resolution.releases import Release, Releases
    from wherry.resolution.requirements import Identifier, ProjectRequirement
    from wherry.resolution.snapshot import Snapshot

__all__ = ["Candidate", "Candidates", "Policy"]


class Policy(enum.Enum):
    """How far pre-releases and yanked files are let in beyond what is asked for."""

    AS_ASKED = enum.auto()
    """As the specifications say: pre-releases when asked for, or when no final release satisfies what is asked."""
    LAST_RESORT = enum.auto()
    """Pre-releases of everything, after all final releases."""
    RELAXED = enum.auto()
    """Everything that further requirements could let in: where even this fails, the holes do not matter."""


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """One version of a project (or of one of its extras) that may be pinned.

    Without a ``version`` it is the placeholder of a project whose page is not known, and fits everything.
    """

    name: NormalizedName
    extra: str
    version: Version | None
    source: ProjectFile | InstalledDistribution | None

    @property
    def identifier(self) -> Identifier:
        """What resolvelib calls the candidate by."""
        return self.name, self.extra

    @property
    def is_installed(self) -> bool:
        """Whether the version is there already."""
        return isinstance(self.source, InstalledDistribution)

    def __str__(self) -> str:
        extra = f"[{self.extra}]" if self.extra else ""
        return f"{self.name}{extra} {self.version}" if self.version else f"{self.name}{extra}"


class Candidates:
    """Selects candidates out of a snapshot; one object serves one run of the resolver.

    A candidate is made once, so that it equals itself and nothing else.
    """

    def __init__(self, problem: Problem, snapshot: Snapshot, policy: Policy) -> None:
        self.problem = problem
        self.snapshot = snapshot
        self.policy = policy
        self._made: dict[tuple[Identifier, Version | None], Candidate] = {}

    def select(
        self, name: NormalizedName, requirements: Sequence[ProjectRequirement], extra: str = ""
    ) -> Iterator[Candidate]:
        """Yield the candidates that satisfy ``requirements`` and the constraints, in the order to try them."""
        wanted = (*requirements, *self.problem.constraints.get(name, ()))
        for version, source in self._in_order(name, wanted):
            yield self._make(name, extra, version, source)

    def _in_order(
        self, name: NormalizedName, wanted: tuple[ProjectRequirement, ...]
    ) -> Iterator[tuple[Version | None, ProjectFile | InstalledDistribution | None]]:
        installed = self._installed(name, wanted)
        if installed is not None and self._stays(installed):
            yield installed.metadata.version, installed
        if name not in self.snapshot.pages:
            yield None, None
            return
        offered = ((release.version, release.file) for release in self.matching(name, wanted))
        if installed is None:
            yield from offered
        else:
            yield from _merge(installed, offered, already_there=self._stays(installed))

    def matching(self, name: NormalizedName, requirements: Iterable[ProjectRequirement]) -> Iterator[Release]:
        """Yield the releases on the index that satisfy ``requirements``, in the order to try them."""
        releases = self.snapshot.releases(name)
        if releases is not None:
            for chosen in self._tiers(releases, tuple(requirements)):
                yield from releases.pick(chosen)

    def refusal(self, candidate: Candidate) -> str:
        """Say why the candidate's metadata forbids it, or return nothing."""
        if not isinstance(candidate.source, ProjectFile):
            return ""
        known = self.snapshot.metadata.get(candidate.source.url)
        if isinstance(known, WherryError):
            return str(known)
        version = self.problem.environment.python_version
        if known is None or known.requires_python is None or known.requires_python.contains(version, prereleases=True):
            return ""
        return f"its metadata requires Python {known.requires_python}; this is {version}"

    def metadata(self, candidate: Candidate) -> CoreMetadata | None:
        """Return the candidate's metadata, or ``None`` over a hole."""
        if isinstance(candidate.source, InstalledDistribution):
            return candidate.source.metadata
        known = self.snapshot.metadata.get(candidate.source.url) if candidate.source else None
        return known if isinstance(known, CoreMetadata) else None

    def _installed(self, name: NormalizedName, wanted: Iterable[ProjectRequirement]) -> InstalledDistribution | None:
        """Return what is installed if it satisfies what is wanted."""
        installed = self.problem.installed.get(name)
        if installed is None:
            return None
        return installed if all(requirement.admits(installed.metadata.version) for requirement in wanted) else None

    def _stays(self, installed: InstalledDistribution) -> bool:
        # What the runtime itself provides has no location, and nothing else can take its place.
        return not self.problem.upgrade or installed.location is None

    def _tiers(self, releases: Releases, wanted: tuple[ProjectRequirement, ...]) -> Iterator[int]:
        """Yield sets of releases, each to be tried after the one before."""
        admitted = releases.everything
        for requirement in wanted:
            admitted &= releases.admitted(requirement)
        if self.policy is Policy.RELAXED:
            yield admitted
            return
        # "An installer MUST ignore yanked releases, if the selection constraints can be satisfied with a non-yanked
        # version" and may use one where "==" or "===" name that very version (PEP 592).
        if not any(requirement.pins for requirement in wanted):
            admitted &= ~releases.yanked
        finals = admitted & ~releases.prereleases
        if self.problem.pre or not finals or any(requirement.specifier.prereleases for requirement in wanted):
            yield admitted
            return
        yield finals
        if self.policy is Policy.LAST_RESORT:
            yield admitted & releases.prereleases

    def _make(
        self,
        name: NormalizedName,
        extra: str,
        version: Version | None,
        source: ProjectFile | InstalledDistribution | None,
    ) -> Candidate:
        key = (name, extra), version
        if key not in self._made:
            self._made[key] = Candidate(name, extra, version, source)
        return self._made[key]


def _merge(
    installed: InstalledDistribution, offered: Iterator[tuple[Version, ProjectFile]], *, already_there: bool
) -> Iterator[tuple[Version, ProjectFile | InstalledDistribution]]:
    """Yield what is offered, with what is installed once, in the place of its version: an upgrade never goes down."""
    version = installed.metadata.version
    for offer in offered:
        if not already_there and offer[0] <= version:
            already_there = True
            yield version, installed
        if offer[0] != version:
            yield offer
    if not already_there:
        yield version, installed

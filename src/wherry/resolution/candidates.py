"""Candidates: the versions to try for a project, in order."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from itertools import chain, islice
from typing import TYPE_CHECKING

from wherry.errors import WherryError
from wherry.model.core_metadata import CoreMetadata
from wherry.model.distribution import InstalledDistribution
from wherry.resolution.sources import Sources

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from packaging.utils import NormalizedName
    from packaging.version import Version

    from wherry.model.project import ProjectFile
    from wherry.resolution.problem import Problem
    from wherry.resolution.releases import Release, Releases
    from wherry.resolution.requirements import Identifier, ProjectRequirement
    from wherry.resolution.snapshot import Snapshot
    from wherry.resolution.sources import Origin, Source

__all__ = ["Candidate", "Candidates", "Policy", "probe"]


FEW = 12


def probe(candidates: Sequence[Candidate]) -> Sequence[Candidate]:
    """Return all candidates if they are few; else the 1st, 4th, 16th, 64th … and the last.

    Neighbouring releases are mostly alike, so six of them represent hundreds.
    """
    if len(candidates) <= FEW:
        return candidates
    return [*(candidates[4**power - 1] for power in range((len(candidates).bit_length() + 1) // 2)), candidates[-1]]


class Policy(enum.Enum):
    """Which pre-releases and yanked releases are candidates, beyond those that requirements name."""

    AS_ASKED = enum.auto()
    """Final releases first; pre-releases if no final one satisfies the requirements, or if a specifier names one."""
    LAST_RESORT = enum.auto()
    """Pre-releases of all projects after the final ones; then yanked ones, in case a later requirement names them."""
    RELAXED = enum.auto()
    """All releases that further requirements could allow. If even this policy fails, the holes do not matter."""


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """One version of a project, or of one of its extras, that may be pinned.

    Without a ``version``, it is the placeholder of a project whose page is unknown, and satisfies every requirement.
    """

    name: NormalizedName
    extra: str
    version: Version | None
    source: Source | None
    identifier: Identifier = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "identifier", (self.name, self.extra))

    @property
    def file(self) -> ProjectFile | None:
        """The file to install; ``None`` for an installed distribution, and for the placeholder."""
        return self.source.file if self.source is not None else None

    @property
    def origin(self) -> Origin | None:
        """The kind of its source; ``None`` for the placeholder."""
        return self.source.origin if self.source is not None else None

    def __str__(self) -> str:
        extra = f"[{self.extra}]" if self.extra else ""
        return f"{self.name}{extra} {self.version}" if self.version else f"{self.name}{extra}"


class Candidates:
    """Selects candidates from a snapshot, for one run of a resolver.

    Each candidate is made once and equals only itself.
    """

    def __init__(self, problem: Problem, snapshot: Snapshot, policy: Policy) -> None:
        self.problem = problem
        self.snapshot = snapshot
        self.policy = policy
        self._made: dict[tuple[Identifier, int], Candidate] = {}
        self._sources: dict[NormalizedName, Sources] = {}

    def select(
        self, name: NormalizedName, requirements: Sequence[ProjectRequirement], extra: str = ""
    ) -> Iterator[Candidate]:
        """Yield the candidates that satisfy ``requirements`` and the constraints, in the order to try them."""
        constraints = self.problem.constraints.get(name, ())
        for version, source in self._in_order(name, requirements, constraints):
            yield self._make(name, extra, version, source)

    def exists(self, requirement: ProjectRequirement) -> bool:
        """Return whether any candidate satisfies ``requirement`` by itself, regardless of the constraints."""
        found = self._in_order(requirement.name, [requirement], ())
        made = (self._make(requirement.name, requirement.extra, version, source) for version, source in found)
        return not all(self.refusal(candidate) for candidate in made)

    def _in_order(
        self,
        name: NormalizedName,
        requirements: Sequence[ProjectRequirement],
        constraints: Sequence[ProjectRequirement],
    ) -> Iterable[tuple[Version | None, Source | None]]:
        found = self._by_source(name, requirements, constraints)
        locked = self.problem.locked.get(name)
        if locked is None or not all(one.admits(locked) for one in (*requirements, *constraints)):
            return found
        # Over a hole, the placeholder comes first: the page may have the locked version.
        return sorted(found, key=lambda one: (one[0] != locked, one[0] is not None))

    def _by_source(
        self,
        name: NormalizedName,
        requirements: Sequence[ProjectRequirement],
        constraints: Sequence[ProjectRequirement],
    ) -> Iterator[tuple[Version | None, Source | None]]:
        wanted = (*requirements, *constraints)
        sources = self.sources(name)
        yield from sources.before(wanted)
        if sources.is_closed:
            return
        if name not in self.snapshot.pages:
            yield None, None
        else:
            yield from sources.among(wanted, self.matching(name, requirements, constraints))
        yield from sources.after(wanted)

    def sources(self, name: NormalizedName) -> Sources:
        """Return the sources of the project besides the index."""
        if name not in self._sources:
            self._sources[name] = Sources(name, self.problem)
        return self._sources[name]

    def matching(
        self,
        name: NormalizedName,
        requirements: Sequence[ProjectRequirement],
        constraints: Sequence[ProjectRequirement],
    ) -> Iterator[Release]:
        """Yield the releases on the index that satisfy all of them, in the order to try them.

        The older releases of a page are read when all newest ones that satisfy have been refused.
        """
        offered = 0
        newest = self.snapshot.newest(name)
        if newest is not None:
            first = next(self._tiers(newest, requirements, constraints))
            # Pre-releases alone come first only if no older release is final.
            if first & ~newest.prereleases or self.problem.pre or self.policy is Policy.RELAXED:
                offered = first.bit_count()
                yield from newest.pick(first)
        releases = self.snapshot.releases(name)
        if releases is not None:
            tiers = self._tiers(releases, requirements, constraints)
            yield from islice(chain.from_iterable(map(releases.pick, tiers)), offered, None)

    def refusal(self, candidate: Candidate) -> str:
        """Return the reason why the candidate's metadata rules it out, or an empty string."""
        return self._flaw(candidate) or (self._lack(candidate) if self.lacks_extra(candidate) else "")

    def is_unnamed(self, candidate: Candidate, requirements: Iterable[ProjectRequirement]) -> bool:
        """Return whether the candidate is a yanked release that nothing names, so that it must not stay in an answer.

        :attr:`Policy.LAST_RESORT` offers yanked releases before all requirements are known; this is for the end, when
        they are (PEP 592).
        """
        if self.policy is Policy.RELAXED or candidate.extra:
            return False
        file, version = candidate.file, candidate.version
        if file is None or version is None or file.yanked is None or candidate.origin != "index":
            return False
        constraints = self.problem.constraints.get(candidate.name, ())
        return not any(requirement.names(version) for requirement in (*requirements, *constraints))

    def error(self, candidate: Candidate) -> WherryError | None:
        """Return the error of reading the candidate or its metadata, if any."""
        known = self.snapshot.metadata.get(candidate.file.url) if candidate.file else None
        return known if isinstance(known, WherryError) else None

    def _flaw(self, candidate: Candidate) -> str:
        known = self.snapshot.metadata.get(candidate.file.url) if candidate.file else None
        if isinstance(known, WherryError):
            return str(known)
        version = self.problem.environment.python_version
        if known is None or known.requires_python is None or known.requires_python.contains(version, prereleases=True):
            return ""
        return f"its metadata requires Python {known.requires_python}; this is {version}"

    def lacks_extra(self, candidate: Candidate) -> bool:
        """Return whether the candidate is known to lack its extra; never without dependencies."""
        metadata = self.metadata(candidate) if candidate.extra and self.problem.deps else None
        return metadata is not None and not self._has_extra(metadata, candidate.extra)

    def _has_extra(self, metadata: CoreMetadata, extra: str) -> bool:
        return extra in metadata.provides_extra or bool(self.snapshot.required(metadata, extra))

    def _lack(self, candidate: Candidate) -> str:
        """Name a release that has the extra that ``candidate`` lacks; return nothing if none is known to have it."""
        for other in self.probes(candidate.name, candidate.extra):
            metadata = self.metadata(other)
            if metadata is not None and self._has_extra(metadata, candidate.extra) and not self._flaw(other):
                lacking = f"{candidate.name} {candidate.version} has no extra {candidate.extra!r}"
                return f"{lacking}, which {other.name} {other.version} has"
        return ""

    def probes(self, name: NormalizedName, extra: str) -> Sequence[Candidate]:
        """Return a sample of all candidates of the project, to find out whether any has the extra.

        The sample ignores requirements. It ignores the policy as well, so that all policies refuse the same candidates.
        """
        sources = self.sources(name)
        found: list[tuple[Version | None, Source | None]] = [*sources.before(()), *sources.after(())]
        if not sources.is_closed:
            if name not in self.snapshot.pages:
                found.append((None, None))
            elif releases := self.snapshot.releases(name):
                usable = releases.everything & ~releases.yanked
                finals = 0 if self.problem.pre else usable & ~releases.prereleases
                found += sources.among((), releases.pick(finals or usable))
        return probe([self._make(name, extra, version, source) for version, source in found])

    def metadata(self, candidate: Candidate) -> CoreMetadata | None:
        """Return the candidate's metadata, or ``None`` over a hole."""
        if isinstance(candidate.source, InstalledDistribution):
            return candidate.source.metadata
        known = self.snapshot.metadata.get(candidate.file.url) if candidate.file else None
        return known if isinstance(known, CoreMetadata) else None

    def _tiers(
        self,
        releases: Releases,
        requirements: Sequence[ProjectRequirement],
        constraints: Sequence[ProjectRequirement],
    ) -> Iterator[int]:
        """Yield sets of releases, in the order to try them.

        A further requirement removes releases without reordering the others. So a pin that satisfies all requirements
        is the one that would have been chosen with all of them known.
        """
        satisfying = releases.everything
        for requirement in (*requirements, *constraints):
            satisfying &= releases.admitted(requirement)
        if self.policy is Policy.RELAXED:
            yield satisfying
            return
        # PEP 592: yanked releases are ignored, unless "==" or "===" names that very version.
        usable = satisfying & (~releases.yanked | releases.named((*requirements, *constraints)))
        prereleases = usable & releases.prereleases
        finals = usable & ~prereleases
        if self.problem.pre or not finals:
            yield usable
        else:
            yield finals
            if self.policy is Policy.LAST_RESORT or any(map(_names_prereleases, requirements)):
                yield prereleases
        if self.policy is Policy.LAST_RESORT:
            yield satisfying & ~usable

    def _make(self, name: NormalizedName, extra: str, version: Version | None, source: Source | None) -> Candidate:
        # By identity: the sources outlive this object, and comparing them is slower than making candidates.
        key = (name, extra), id(source)
        if key not in self._made:
            self._made[key] = Candidate(name, extra, version, source)
        return self._made[key]


def _names_prereleases(requirement: ProjectRequirement) -> bool:
    return requirement.exactly is None and bool(requirement.specifier.prereleases)

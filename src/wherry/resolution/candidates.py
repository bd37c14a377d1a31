"""Candidates: which versions may be tried for a project, in which order."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from wherry.errors import WherryError
from wherry.model.core_metadata import CoreMetadata
from wherry.model.distribution import InstalledDistribution
from wherry.resolution.sources import Sources, file_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from packaging.utils import NormalizedName
    from packaging.version import Version

    from wherry.model.project import ProjectFile
    from wherry.resolution.problem import Problem
    from wherry.resolution.releases import Release, Releases
    from wherry.resolution.requirements import Identifier, ProjectRequirement
    from wherry.resolution.snapshot import Snapshot
    from wherry.resolution.sources import Source

__all__ = ["Candidate", "Candidates", "Policy", "probe"]


FEW = 12


def probe(candidates: Sequence[Candidate]) -> Sequence[Candidate]:
    """Return all candidates where they are few; else the 1st, 4th, 16th, 64th … and the last.

    Releases that stand side by side mostly agree, so these speak for hundreds at the price of six.
    """
    if len(candidates) <= FEW:
        return candidates
    return [*(candidates[4**power - 1] for power in range((len(candidates).bit_length() + 1) // 2)), candidates[-1]]


class Policy(enum.Enum):
    """How far pre-releases and yanked files are let in beyond what is asked for."""

    AS_ASKED = enum.auto()
    """Final releases first; pre-releases where no final release satisfies what is asked, or a specifier names one."""
    LAST_RESORT = enum.auto()
    """Pre-releases of everything, after all final releases; then what is yanked, if something turns out to name it."""
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
    source: Source | None
    identifier: Identifier = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "identifier", (self.name, self.extra))

    @property
    def file(self) -> ProjectFile | None:
        """The file to install; ``None`` for what is installed, and for the placeholder."""
        return file_of(self.source) if self.source is not None else None

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
        """Whether anything satisfies ``requirement`` by itself, whatever the constraints say."""
        found = self._in_order(requirement.name, [requirement], ())
        made = (self._make(requirement.name, requirement.extra, version, source) for version, source in found)
        return not all(self.refusal(candidate) for candidate in made)

    def _in_order(
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
            offered = ((release.version, release.file) for release in self.matching(name, requirements, constraints))
            yield from sources.among(wanted, offered)
        yield from sources.after(wanted)

    def sources(self, name: NormalizedName) -> Sources:
        """Return where the project may come from besides the index."""
        if name not in self._sources:
            self._sources[name] = Sources(name, self.problem)
        return self._sources[name]

    def matching(
        self,
        name: NormalizedName,
        requirements: Sequence[ProjectRequirement],
        constraints: Sequence[ProjectRequirement],
    ) -> Iterator[Release]:
        """Yield the releases on the index that satisfy everything, in the order to try them."""
        releases = self.snapshot.releases(name)
        if releases is not None:
            for chosen in self._tiers(releases, requirements, constraints):
                yield from releases.pick(chosen)

    def refusal(self, candidate: Candidate) -> str:
        """Say why the candidate's metadata forbids it, or return nothing."""
        return self._flaw(candidate) or (self._lack(candidate) if self.lacks_extra(candidate) else "")

    def is_unnamed(self, candidate: Candidate, requirements: Iterable[ProjectRequirement]) -> bool:
        """Return whether the candidate is a yanked release that nothing names, so that it must not stay in an answer.

        :attr:`Policy.LAST_RESORT` offers yanked releases before all requirements are known; this is for the end, when
        they are (PEP 592).
        """
        if self.policy is Policy.RELAXED or candidate.extra:
            return False
        file, version = candidate.file, candidate.version
        if file is None or version is None or file.yanked is None or candidate.source is not file:
            return False
        constraints = self.problem.constraints.get(candidate.name, ())
        return not any(requirement.names(version) for requirement in (*requirements, *constraints))

    def error(self, candidate: Candidate) -> WherryError | None:
        """Return why the candidate, or its metadata, cannot be read."""
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
        """Whether the candidate is known to lack the extra that it stands for; never so without dependencies."""
        metadata = self.metadata(candidate) if candidate.extra and self.problem.deps else None
        return metadata is not None and not self._has_extra(metadata, candidate.extra)

    def _has_extra(self, metadata: CoreMetadata, extra: str) -> bool:
        return extra in metadata.provides_extra or bool(self.snapshot.required(metadata, extra))

    def _lack(self, candidate: Candidate) -> str:
        """Say which release has the extra that ``candidate`` lacks; nothing where none is known to have it."""
        for other in self.probes(candidate.name, candidate.extra):
            metadata = self.metadata(other)
            if metadata is not None and self._has_extra(metadata, candidate.extra) and not self._flaw(other):
                lacking = f"{candidate.name} {candidate.version} has no extra {candidate.extra!r}"
                return f"{lacking}, which {other.name} {other.version} has"
        return ""

    def probes(self, name: NormalizedName, extra: str) -> Sequence[Candidate]:
        """Return the candidates that tell whether the project has the extra: some of all, whatever is asked of it.

        They do not depend on the policy, or the policies would not agree on what is refused.
        """
        sources = self.sources(name)
        found: list[tuple[Version | None, Source | None]] = [*sources.before(()), *sources.after(())]
        if not sources.is_closed:
            if name not in self.snapshot.pages:
                found.append((None, None))
            elif releases := self.snapshot.releases(name):
                usable = releases.everything & ~releases.yanked
                finals = 0 if self.problem.pre else usable & ~releases.prereleases
                found += sources.among((), ((one.version, one.file) for one in releases.pick(finals or usable)))
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
        """Yield sets of releases, each to be tried after the one before.

        Another requirement only takes releases away from the front, so the first that is left stays the first: a pin
        that satisfies all requirements is the one that would have been chosen with all of them known.
        """
        satisfying = releases.everything
        for requirement in (*requirements, *constraints):
            satisfying &= releases.admitted(requirement)
        if self.policy is Policy.RELAXED:
            yield satisfying
            return
        # PEP 592: yanked releases are passed over, unless "==" or "===" names that very version.
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
        # By identity: the sources outlive this object, and comparing them would cost more than making candidates.
        key = (name, extra), id(source)
        if key not in self._made:
            self._made[key] = Candidate(name, extra, version, source)
        return self._made[key]


def _names_prereleases(requirement: ProjectRequirement) -> bool:
    return requirement.exactly is None and bool(requirement.specifier.prereleases)

"""The provider of resolvelib's interface: a pure function of a problem and a snapshot."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from resolvelib import AbstractProvider

from wherry.formats.urls import split_hash
from wherry.resolution.candidates import Candidate
from wherry.resolution.members import (
    locked_package,
    members_beside_others,
    members_to_replace,
    required_by_member,
)
from wherry.resolution.requirements import Identifier, ProjectRequirement
from wherry.resolution.snapshot import MetadataNeed, PageNeed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from resolvelib.structs import RequirementInformation

    from wherry.errors import WherryError
    from wherry.resolution.candidates import Candidates
    from wherry.resolution.releases import Release
    from wherry.resolution.snapshot import Need

    Information = RequirementInformation[ProjectRequirement, Candidate]

__all__ = ["Provider"]


class Provider(AbstractProvider[ProjectRequirement, Candidate, Identifier]):
    """Answers a resolver from ``candidates``, and collects in ``needs`` every hole that an answer touched.

    ``unreadable`` maps candidates that cannot be read, or whose metadata cannot, to the error.
    """

    def __init__(self, candidates: Candidates) -> None:
        self.candidates = candidates
        self.needs: dict[Need, None] = {}
        self.unreadable: dict[Candidate, WherryError] = {}
        self._dependencies: dict[Candidate, tuple[ProjectRequirement, ...]] = {}
        self._satisfied: dict[tuple[ProjectRequirement, Candidate], bool] = {}
        self._is_probing = False

    def identify(self, requirement_or_candidate: ProjectRequirement | Candidate) -> Identifier:
        """Return the project's name and the extra."""
        return requirement_or_candidate.identifier

    def get_preference(
        self,
        identifier: Identifier,
        resolutions: Mapping[Identifier, Candidate],  # noqa: ARG002 - resolvelib's signature
        candidates: Mapping[Identifier, Iterator[Candidate]],  # noqa: ARG002
        information: Mapping[Identifier, Iterator[Information]],
        backtrack_causes: Sequence[Information],  # noqa: ARG002
    ) -> tuple[bool, Identifier]:
        """Prefer pinned projects; order the others by name.

        Do not look at what is already known: the answer would depend on the order of arrival.
        """
        requirements = (item.requirement for item in information[identifier])
        pinned = any(requirement.exactly is not None or requirement.pins for requirement in requirements)
        return not pinned, identifier

    def find_matches(
        self,
        identifier: Identifier,
        requirements: Mapping[Identifier, Iterator[ProjectRequirement]],
        incompatibilities: Mapping[Identifier, Iterator[Candidate]],
    ) -> Callable[[], Iterator[Candidate]]:
        """Return a function that yields the candidates in order. Those of an extra must also suit its project."""
        name, extra = identifier
        wanted = list(requirements[identifier])
        if extra and (name, "") in requirements:
            wanted += requirements[name, ""]
        excluded = set(incompatibilities[identifier])
        return lambda: (match for match in self.candidates.select(name, wanted, extra) if match not in excluded)

    def is_satisfied_by(self, requirement: ProjectRequirement, candidate: Candidate) -> bool:
        """Return whether a pinned candidate satisfies ``requirement``."""
        pair = requirement, candidate
        satisfied = self._satisfied.get(pair)
        if satisfied is None:
            # resolvelib asks again after each decision.
            satisfied = candidate.version is None or requirement.admits(candidate.version)
            self._satisfied[pair] = satisfied
        return satisfied

    def probe(self, candidate: Candidate) -> tuple[ProjectRequirement, ...]:
        """Return the requirements of a probed candidate; over a hole, need only its metadata."""
        self._is_probing = True
        required = self.get_dependencies(candidate)
        self._is_probing = False
        return required

    def get_dependencies(self, candidate: Candidate) -> tuple[ProjectRequirement, ...]:
        """Return the requirements of the candidate; over a hole, return none and add a need."""
        if candidate not in self._dependencies:
            self._dependencies[candidate] = tuple(self._find_dependencies(candidate))
        return self._dependencies[candidate]

    def _find_dependencies(self, candidate: Candidate) -> Iterator[ProjectRequirement]:
        if candidate.extra:
            yield ProjectRequirement(candidate.name, exactly=candidate.version, text=str(candidate).partition("[")[0])
        if candidate.version is None:
            self.needs[PageNeed(candidate.name)] = None
        elif refusal := self.candidates.refusal(candidate):
            if (error := self.candidates.error(candidate)) is not None:
                self.unreadable[candidate] = error
            yield ProjectRequirement(candidate.name, extra=candidate.extra, refusal=refusal, text=refusal)
        else:
            if self.candidates.lacks_extra(candidate):
                self._look_for_extra(candidate)
            # Also without dependencies: the metadata may say that the release is not for this Python.
            required = self._required(candidate)
            if not self.candidates.problem.deps:
                return
            for requirement in required:
                yield from self._as_the_caller_has_it(_of_another(requirement, candidate))
            if candidate.name not in self.candidates.problem.overrides:
                yield from members_to_replace(candidate, self.candidates.problem, self.candidates.snapshot)

    def _look_for_extra(self, candidate: Candidate) -> None:
        """Add the needs that must be met before it is certain that no release has the extra."""
        for other in self.candidates.probes(candidate.name, candidate.extra):
            if other.version is None:
                self.needs[PageNeed(other.name)] = None
            elif self.candidates.metadata(other) is None and not self.candidates.refusal(other):
                self._note_metadata(other, probe=True)

    def _required(self, candidate: Candidate) -> Iterable[ProjectRequirement]:
        problem, snapshot = self.candidates.problem, self.candidates.snapshot
        metadata = self.candidates.metadata(candidate)
        package = None if candidate.extra else locked_package(candidate.source, problem)
        if package is not None:
            stated = None if metadata is None else snapshot.required(metadata)
            return required_by_member(package, problem, stated)
        if metadata is None:
            self._note_metadata(candidate)
            return ()
        return snapshot.required(metadata, candidate.extra)

    def note_members(self, pins: Iterable[Candidate]) -> None:
        """Add needs for the metadata of members of the distribution that are pinned with versions not in the lock."""
        problem = self.candidates.problem
        for member in members_beside_others(pins, problem) if problem.deps else ():
            if self.candidates.metadata(member) is None:
                self._note_metadata(member)

    def _as_the_caller_has_it(self, requirement: ProjectRequirement) -> Iterator[ProjectRequirement]:
        """Replace the requirement by the caller's overrides, and refuse URLs that are not the caller's."""
        problem = self.candidates.problem
        overrides = problem.overrides.get(requirement.name)
        if overrides is not None:
            yield from (replace(override, extra=requirement.extra) for override in overrides)
            return
        direct = problem.direct.get(requirement.name)
        if requirement.url is not None and (direct is None or direct.file.url != split_hash(requirement.url)[0]):
            wanted = f"{requirement.name} @ {requirement.url}"
            refusal = f"it names a URL, which only the caller may do: allow it by asking for {wanted!r}"
            requirement = replace(requirement, refusal=refusal)
        yield requirement

    def _note_metadata(self, candidate: Candidate, *, probe: bool = False) -> None:
        if candidate.file is None or candidate.version is None:
            return
        older: tuple[Release, ...] = ()
        if not self.candidates.sources(candidate.name).is_closed and candidate.origin == "index":
            releases = self.candidates.snapshot.releases(candidate.name)
            older = releases.older(candidate.version) if releases is not None else ()
        need = MetadataNeed(candidate.name, candidate.file, candidate.extra, older, probe or self._is_probing)
        self.needs[need] = None


def _of_another(requirement: ProjectRequirement, candidate: Candidate) -> ProjectRequirement:
    """Make a release that excludes itself unusable; resolvelib would look for another release of the project."""
    if requirement.name != candidate.name or candidate.version is None or requirement.admits(candidate.version):
        return requirement
    return replace(requirement, refusal=f"it requires {requirement.text} of itself")

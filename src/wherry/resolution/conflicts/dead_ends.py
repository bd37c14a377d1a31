"""Dead ends: requirements that fail by themselves, found before hundreds of older releases are fetched.

A requirement is a dead end if nothing satisfies it, or if all probed candidates require a dead end. Of many candidates,
only some are probed (:func:`~wherry.resolution.candidates.probe`). The result depends on the index only, not on the
order of arrival or on the path of a search.
"""

from __future__ import annotations

from collections import Counter, deque
from typing import TYPE_CHECKING, NamedTuple

from resolvelib.structs import RequirementInformation

from wherry.resolution.candidates import Candidates, Policy, probe
from wherry.resolution.provider import Provider

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from packaging.utils import NormalizedName

    from wherry.resolution.candidates import Candidate
    from wherry.resolution.conflicts.incompatibility import Cause
    from wherry.resolution.problem import Problem
    from wherry.resolution.requirements import Identifier, ProjectRequirement
    from wherry.resolution.snapshot import Need, Snapshot

    Key = tuple[Identifier, str]

__all__ = ["DeadEnd", "DeadEnds"]

EXACTLY = "exactly"


class DeadEnd(NamedTuple):
    """A requirement that nothing satisfies; ``chain`` has the requirements that lead to it from the caller's.

    ``is_clash`` marks a project that has other requirements, too.
    """

    cause: Cause
    chain: tuple[str, ...]
    is_clash: bool = False


class DeadEnds:
    """The dead ends behind the requirements of ``problem``; ``needs`` are the holes that were touched."""

    def __init__(self, problem: Problem, snapshot: Snapshot) -> None:
        # All candidates that any search may use, in the order to try them.
        self._candidates = Candidates(problem, snapshot, Policy.LAST_RESORT)
        self._provider = Provider(self._candidates)
        self._wanted: dict[Key, tuple[ProjectRequirement, Candidate | None]] = {}
        # For requirements whose newest candidate fails.
        self._probes: dict[Key, Sequence[Candidate]] = {}
        self._failing: set[Key] = set()
        # The number of different requirements of each project, without the pins of its own extras.
        self._wordings: Counter[NormalizedName] = Counter()
        self._explore(problem.requirements)
        while self._conclude():
            pass

    @property
    def needs(self) -> tuple[Need, ...]:
        """The holes to fill before the dead ends are complete."""
        return tuple(self._provider.needs)

    def find(self) -> Iterator[DeadEnd]:
        """Yield each dead end once, with the shortest chain over the newest releases."""
        pending: deque[tuple[Cause, tuple[str, ...]]] = deque(
            (RequirementInformation(requirement, None), (str(requirement),))
            for requirement in self._candidates.problem.requirements
        )
        seen: set[Key] = set()
        while pending:
            cause, chain = pending.popleft()
            key = _key(cause.requirement)
            if key in seen or not self._is_dead(cause.requirement):
                continue
            seen.add(key)
            newest = next(filter(self._is_usable, self._probes.get(key, ())), None)
            if newest is None:
                yield DeadEnd(cause, chain, self._wordings[cause.requirement.name] > 1)
            for requirement in self._provider.get_dependencies(newest) if newest else ():
                # An extra pins its project to its own version, which adds nothing to the chain.
                is_its_own = requirement.exactly is not None and requirement.name == cause.requirement.name
                further = chain if is_its_own else (*chain, requirement.text)
                pending.append((RequirementInformation(requirement, newest), further))

    def _explore(self, requirements: Iterable[ProjectRequirement]) -> None:
        pending = list(requirements)
        while pending:
            requirement = pending.pop()
            key = _key(requirement)
            # A member that must be replaced depends on the installed distributions: a conflict, not a dead end.
            if key in self._wanted or requirement.refusal or requirement.replaces:
                continue
            newest = next(self._select(requirement), None)
            self._wanted[key] = requirement, newest
            self._wordings[requirement.name] += not (requirement.extra or key[1].startswith(EXACTLY))
            if newest is not None:
                pending += self._provider.get_dependencies(newest)

    def _select(self, requirement: ProjectRequirement) -> Iterator[Candidate]:
        return self._candidates.select(requirement.name, [requirement], requirement.extra)

    def _conclude(self) -> bool:
        """Mark failing requirements in one pass; return whether the pass changed anything."""
        before = len(self._failing), len(self._probes)
        # In reverse, because dependencies come after the requirements that lead to them.
        for key, (wanted, newest) in reversed(list(self._wanted.items())):
            if key in self._failing or (newest and not self._fails(newest)):
                continue
            if key not in self._probes:
                self._probes[key] = probe(list(self._select(wanted)))
                for other in self._probes[key][1:]:
                    required = self._provider.probe(other)
                    if not self._fails(other):
                        self._explore(required)
            if all(map(self._fails, self._probes[key])):
                self._failing.add(key)
        return before != (len(self._failing), len(self._probes))

    def _fails(self, candidate: Candidate) -> bool:
        return any(map(self._is_dead, self._provider.get_dependencies(candidate)))

    def _is_dead(self, requirement: ProjectRequirement) -> bool:
        return bool(requirement.refusal) or (not requirement.replaces and _key(requirement) in self._failing)

    def _is_usable(self, candidate: Candidate) -> bool:
        return not self._candidates.refusal(candidate)


def _key(requirement: ProjectRequirement) -> Key:
    if requirement.exactly is not None:
        return requirement.identifier, f"{EXACTLY} {requirement.exactly}"
    # The caller and a member may have the same requirement, but only the member's admits the lock's version.
    beside = "" if requirement.built_with is None else f" or {requirement.built_with}"
    return requirement.identifier, f"{requirement.specifier}{beside}"

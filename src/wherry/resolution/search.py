"""One search over the snapshot as it is: by resolvelib, and where that fails or takes long, by proof."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import resolvelib
from resolvelib.resolvers import Resolution as Backtracking

from wherry.resolution.candidates import Candidates, Policy
from wherry.resolution.explanation import explain
from wherry.resolution.nogoods import Required
from wherry.resolution.proof import Proof
from wherry.resolution.provider import Provider

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from packaging.utils import NormalizedName

    from wherry.errors import ResolutionError
    from wherry.resolution.candidates import Candidate
    from wherry.resolution.nogoods import Fact
    from wherry.resolution.problem import Problem
    from wherry.resolution.requirements import Identifier, ProjectRequirement
    from wherry.resolution.snapshot import Need, Snapshot

__all__ = ["Answer", "Search"]

MAX_ROUNDS = 2_000
MAX_CONFLICTS = 30


@dataclass(frozen=True, slots=True)
class Answer:
    """The candidates that are required, each with the requirements of it and who has them."""

    candidates: Mapping[Identifier, Candidate]
    parents: Mapping[Identifier, list[Required]]

    def wanted(self, candidate: Candidate) -> list[ProjectRequirement]:
        """Return all that is required of the candidate, and of its project."""
        keys = dict.fromkeys(((candidate.name, ""), candidate.identifier))
        return [required.requirement for key in keys for required in self.parents.get(key, ())]


@dataclass
class Search:
    """Searches once; ``needs`` are the holes that it went over, in branches given up later, too."""

    problem: Problem
    snapshot: Snapshot
    policy: Policy
    candidates: Candidates = field(init=False)
    _provider: Provider = field(init=False)
    _facts: tuple[Fact, ...] = field(default=(), init=False)

    def __post_init__(self) -> None:
        self.candidates = Candidates(self.problem, self.snapshot, self.policy)
        self._provider = Provider(self.candidates)

    @property
    def needs(self) -> tuple[Need, ...]:
        """What the search did not know."""
        return tuple(self._provider.needs)

    def answer(self) -> Answer | None:
        """Return what was found, or ``None`` where there is no answer; raises :class:`ResolutionTooDeep`."""
        # In this order whatever the order asked in, so that the order cannot decide anything.
        requirements = sorted(self.problem.requirements, key=lambda asked: (asked.identifier, asked.text))
        while True:
            answer = self._backtrack(requirements) or self._prove(requirements)
            hasty = set(self._hasty(answer)) if answer is not None else set()
            if not hasty:
                return answer
            self.candidates.finals_first |= hasty

    def _backtrack(self, requirements: list[ProjectRequirement]) -> Answer | None:
        if self.policy is not Policy.AS_ASKED:
            # What the other policies are for is to be sure.
            return None
        # resolvelib.Resolver would do the same and then look for the way from each candidate to the root, which never
        # ends where candidates that were given up require one another.
        backtracking = Backtracking(self._provider, _Patience())
        try:
            answer = self._reached(backtracking.resolve(requirements, max_rounds=MAX_ROUNDS).mapping)
        except (resolvelib.ResolutionImpossible, resolvelib.ResolutionTooDeep, _OutOfPatience):
            return None
        # It may have let something in for the sake of a requirement that was given up later.
        return answer if all(self._holds(answer, candidate) for candidate in answer.candidates.values()) else None

    def _holds(self, answer: Answer, candidate: Candidate) -> bool:
        return candidate in self.candidates.select(candidate.name, answer.wanted(candidate), candidate.extra)

    def _hasty(self, answer: Answer) -> Iterator[NormalizedName]:
        """Yield projects whose pre-release was taken before somebody turned out to be content with a final release."""
        for candidate in answer.candidates.values():
            if candidate.version is None or not candidate.version.is_prerelease or candidate.extra:
                continue
            best = next(self.candidates.select(candidate.name, answer.wanted(candidate)), candidate)
            is_final = best.version is not None and not best.version.is_prerelease
            if is_final and candidate.name not in self.candidates.finals_first:
                yield candidate.name

    def failure(self) -> ResolutionError:
        """Explain why there was no answer."""
        return explain(self._facts, self.candidates)

    def _prove(self, requirements: list[ProjectRequirement]) -> Answer | None:
        proof = Proof(requirements, self._provider)
        found = proof.search()
        self._facts = proof.facts
        return None if found is None else self._reached(found)

    def _reached(self, pinned: Mapping[Identifier, Candidate]) -> Answer:
        """Keep what the requirements lead to: what was given up may have left candidates behind."""
        parents: dict[Identifier, list[Required]] = {}
        pending = [Required(asked, None) for asked in self.problem.requirements]
        while pending:
            required = pending.pop()
            identifier = required.requirement.identifier
            if identifier not in parents:
                child = pinned[identifier]
                pending += [Required(dependency, child) for dependency in self._provider.get_dependencies(child)]
            parents.setdefault(identifier, []).append(required)
        return Answer({identifier: pinned[identifier] for identifier in sorted(parents)}, parents)


class _OutOfPatience(Exception):
    """resolvelib has met more conflicts than an easy problem has."""


class _Patience(resolvelib.BaseReporter["ProjectRequirement", "Candidate", "Identifier"]):
    def __init__(self) -> None:
        self._conflicts = 0

    def resolving_conflicts(self, causes: object) -> None:  # noqa: ARG002 - resolvelib's signature
        self._conflicts += 1
        if self._conflicts > MAX_CONFLICTS:
            raise _OutOfPatience

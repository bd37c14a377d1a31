"""One search by resolvelib, over the snapshot as it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import resolvelib
from resolvelib.resolvers import Resolution as Backtracking

from wherry.errors import ResolutionTooDeep
from wherry.resolution.candidates import Candidates
from wherry.resolution.explanation import explain
from wherry.resolution.provider import Provider

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wherry.errors import ResolutionError
    from wherry.resolution.candidates import Candidate, Policy
    from wherry.resolution.problem import Problem
    from wherry.resolution.requirements import Identifier, ProjectRequirement
    from wherry.resolution.snapshot import Need, Snapshot

__all__ = ["Answer", "Search"]

MAX_ROUNDS = 20_000


@dataclass(frozen=True, slots=True)
class Answer:
    """The candidates that are required, each with those that require it (``None`` is the caller)."""

    candidates: Mapping[Identifier, Candidate]
    parents: Mapping[Identifier, list[Candidate | None]]


@dataclass
class Search:
    """Searches once; ``needs`` are the holes that it went over, in branches given up later, too."""

    problem: Problem
    snapshot: Snapshot
    policy: Policy
    candidates: Candidates = field(init=False)
    _provider: Provider = field(init=False)
    _error: resolvelib.ResolutionImpossible[ProjectRequirement, Candidate] | None = field(default=None, init=False)

    def __post_init__(self) -> None:
        self.candidates = Candidates(self.problem, self.snapshot, self.policy)
        self._provider = Provider(self.candidates)

    @property
    def needs(self) -> tuple[Need, ...]:
        """What the search did not know."""
        return tuple(self._provider.needs)

    def answer(self) -> Answer | None:
        """Return what was found, or ``None`` where there is no answer; raises :class:`ResolutionTooDeep`."""
        # resolvelib.Resolver would do the same and then look for the way from each candidate to the root, which never
        # ends where candidates that were given up require one another.
        backtracking = Backtracking(self._provider, resolvelib.BaseReporter())
        # In this order whatever the order asked in, so that the order cannot decide anything.
        requirements = sorted(self.problem.requirements, key=lambda asked: (asked.identifier, asked.text))
        try:
            state = backtracking.resolve(requirements, max_rounds=MAX_ROUNDS)
        except resolvelib.ResolutionImpossible as error:
            self._error = error
            return None
        except resolvelib.ResolutionTooDeep as error:
            raise ResolutionTooDeep(MAX_ROUNDS) from error
        return self._reached(state.mapping)

    def failure(self) -> ResolutionError:
        """Explain why there was no answer."""
        return explain(tuple(self._error.causes) if self._error else (), self.candidates)

    def _reached(self, pinned: Mapping[Identifier, Candidate]) -> Answer:
        """Keep what the requirements lead to: what was given up may have left candidates behind."""
        parents: dict[Identifier, list[Candidate | None]] = {}
        pending: list[tuple[Candidate | None, ProjectRequirement]] = [
            (None, asked) for asked in self.problem.requirements
        ]
        while pending:
            parent, requirement = pending.pop()
            identifier = requirement.identifier
            if identifier not in parents:
                child = pinned[identifier]
                pending += [(child, dependency) for dependency in self._provider.get_dependencies(child)]
            parents.setdefault(identifier, []).append(parent)
        return Answer({identifier: pinned[identifier] for identifier in sorted(parents)}, parents)

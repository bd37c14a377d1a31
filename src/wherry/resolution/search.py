"""One search over the snapshot as it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from wherry.resolution.candidates import Candidates, Policy
from wherry.resolution.conflicts.resolver import Refuted, Resolver
from wherry.resolution.fast_path import decide_straight
from wherry.resolution.provider import Provider

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from wherry.errors import WherryError
    from wherry.resolution.candidates import Candidate
    from wherry.resolution.conflicts.dead_ends import DeadEnds
    from wherry.resolution.conflicts.incompatibility import Fact
    from wherry.resolution.conflicts.resolver import Answer
    from wherry.resolution.problem import Problem
    from wherry.resolution.requirements import ProjectRequirement
    from wherry.resolution.snapshot import Need, Snapshot

__all__ = ["Search"]


@dataclass
class Search:
    """Searches once; ``needs`` are the holes that it went over, in branches given up later, too."""

    problem: Problem
    snapshot: Snapshot
    policy: Policy
    candidates: Candidates = field(init=False)
    _needs: dict[Need, None] = field(default_factory=dict, init=False)
    _facts: Sequence[Fact] = field(default=(), init=False)
    unreadable: Mapping[Candidate, WherryError] = field(default_factory=dict, init=False)
    """The candidates that were tried on the way to the answer, and cannot be read or have metadata that cannot."""
    holes: int | None = field(default=None, init=False)
    """How many holes it had gone over when it first went back; ``None`` where it never did."""

    def __post_init__(self) -> None:
        self.candidates = Candidates(self.problem, self.snapshot, self.policy)

    @property
    def needs(self) -> tuple[Need, ...]:
        """What the search did not know."""
        return tuple(self._needs)

    def answer(self) -> Answer | None:
        """Return what was found, or ``None`` where there is no answer; raises :class:`ResolutionTooDeep`."""
        # In this order whatever the order asked in, so that the order cannot decide anything.
        requirements = sorted(self.problem.requirements, key=lambda asked: (asked.identifier, asked.text))
        try:
            return self._decide(requirements)
        except Refuted as refuted:
            self._facts = refuted.facts
            return None

    def _decide(self, requirements: Sequence[ProjectRequirement]) -> Answer:
        """Decide straight; where that fails, the engine decides, and what counts are its needs alone."""
        provider = Provider(self.candidates)
        answer = decide_straight(provider, requirements)
        if answer is None:
            provider = Provider(self.candidates)
            answer = self._decide_with_conflicts(provider, requirements)
        provider.note_members(answer.mapping.values())
        self._needs |= provider.needs
        self.unreadable = provider.unreadable
        return answer

    def _decide_with_conflicts(self, provider: Provider, requirements: Sequence[ProjectRequirement]) -> Answer:
        resolver = Resolver(provider)
        try:
            return resolver.resolve(requirements)
        finally:
            self.holes = resolver.holes
            self._needs |= provider.needs

    def failure(self) -> WherryError:
        """Explain why there was no answer."""
        # Few attempts fail, and what finds the words is no small part of wherry.
        from wherry.resolution.conflicts.explanation import explain

        return explain(self._facts, self.candidates)

    def explain_dead_ends(self, ends: DeadEnds) -> WherryError | None:
        """Tell of all of ``ends``, or return ``None`` where there are none to tell of."""
        if not (found := list(ends.find())):
            return None
        from wherry.resolution.conflicts.explanation import explain_dead_ends

        return explain_dead_ends(found, self.candidates)

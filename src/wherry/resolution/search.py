"""One search over the snapshot as it is."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from wherry.resolution.candidates import Candidates, Policy
from wherry.resolution.provider import Provider
from wherry.resolution.resolver import Refuted, Resolver

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from packaging.utils import NormalizedName

    from wherry.errors import WherryError
    from wherry.resolution.nogoods import Fact
    from wherry.resolution.problem import Problem
    from wherry.resolution.resolver import Answer
    from wherry.resolution.snapshot import Need, Snapshot

__all__ = ["Search"]


@dataclass
class Search:
    """Searches once; ``needs`` are the holes that it went over, in branches given up later, too."""

    problem: Problem
    snapshot: Snapshot
    policy: Policy
    candidates: Candidates = field(init=False)
    _provider: Provider = field(init=False)
    _facts: Sequence[Fact] = field(default=(), init=False)

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
            try:
                answer = Resolver(self._provider).resolve(requirements)
            except Refuted as refuted:
                self._facts = refuted.facts
                return None
            hasty = set(self._hasty(answer))
            if not hasty:
                return answer
            self.candidates.finals_first |= hasty

    def failure(self) -> WherryError:
        """Explain why there was no answer."""
        # Few attempts fail, and what finds the words is no small part of wherry.
        from wherry.resolution.explanation import explain

        return explain(self._facts, self.candidates)

    def _hasty(self, answer: Answer) -> Iterator[NormalizedName]:
        """Yield projects whose pre-release was taken before somebody turned out to be content with a final release."""
        for (name, extra), candidate in answer.mapping.items():
            if candidate.version is None or not candidate.version.is_prerelease or extra:
                continue
            wanted = list(answer.criteria[name, extra].iter_requirement())
            best = next(self.candidates.select(name, wanted), candidate)
            is_final = best.version is not None and not best.version.is_prerelease
            if is_final and name not in self.candidates.finals_first:
                yield name

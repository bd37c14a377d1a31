"""One attempt: the answer over the snapshot as it is, or the holes that stand before it.

A hole only relaxes the problem: an unknown page is one placeholder that fits everything, unknown metadata requires
nothing. So an attempt without needs gives the answer that the whole index would give, and failing over holes, with
everything let in that they might let in, is final.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from wherry.resolution.answer_warnings import find_warnings
from wherry.resolution.candidates import Candidates, Policy
from wherry.resolution.fast_path import decide_on_fast_path
from wherry.resolution.graph.graph import gather_reasons
from wherry.resolution.provider import Provider
from wherry.resolution.resolution import Pin, Resolution
from wherry.resolution.standard_library import NEEDLESS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from wherry.errors import WherryError
    from wherry.resolution.candidates import Candidate
    from wherry.resolution.conflicts.dead_ends import DeadEnds
    from wherry.resolution.conflicts.incompatibility import Fact
    from wherry.resolution.conflicts.resolver import Answer
    from wherry.resolution.graph.graph import Reason
    from wherry.resolution.problem import Problem
    from wherry.resolution.requirements import ProjectRequirement
    from wherry.resolution.snapshot import Need, Snapshot

__all__ = ["Attempt", "attempt"]


@dataclass(frozen=True, slots=True)
class Attempt:
    """Either ``needs`` (what to learn before trying again) or a ``resolution``."""

    needs: tuple[Need, ...] = ()
    resolution: Resolution | None = None


def attempt(problem: Problem, snapshot: Snapshot) -> Attempt:
    """Resolve over ``snapshot``; raises where no answer can exist.

    That is a :class:`~wherry.errors.ResolutionError`, or the error of a file that the caller named by its address.
    """
    # Where both fail, the first explains: it tells of what was asked for.
    asked = Search(problem, snapshot, Policy.AS_ASKED)
    for search in (asked, Search(problem, snapshot, Policy.LAST_RESORT)):
        answer = search.answer()
        if search is asked and search.holes == 0:
            # Only a search that went back without going over a hole first goes back over the whole index, too.
            from wherry.resolution.conflicts.dead_ends import DeadEnds

            ends = DeadEnds(problem, snapshot)
            if ends.needs:
                return Attempt(needs=ends.needs)
            if error := search.explain_dead_ends(ends):
                raise error
        if search.needs:
            if answer is None and not asked.holes:
                _give_up_if_hopeless(problem, snapshot)
            return Attempt(needs=search.needs)
        if answer is not None:
            return Attempt(resolution=_resolution(answer, search))
    raise asked.failure()


def _give_up_if_hopeless(problem: Problem, snapshot: Snapshot) -> None:
    search = Search(problem, snapshot, Policy.RELAXED)
    if search.answer() is None:
        raise search.failure()


def _resolution(answer: Answer, search: Search) -> Resolution:
    candidates = search.candidates
    reasons = gather_reasons(
        (cause.parent.identifier if cause.parent else None, cause.requirement)
        for criterion in answer.criteria.values()
        for cause in criterion.information
    )
    pins = []
    # The page and the metadata may have the same fault.
    warnings = list(dict.fromkeys(find_warnings(answer, candidates, search.unreadable)))
    for candidate in answer.mapping.values():
        if candidate.extra:
            continue
        pin = _pin(candidate, reasons[candidate.name])
        if candidate.source is candidates.sources(candidate.name).module:
            warnings.append(f"{pin.name} (required by {', '.join(pin.required_by)}) {NEEDLESS}")
        else:
            pins.append(pin)
    return Resolution(tuple(pins), tuple(warnings))


def _pin(candidate: Candidate, reasons: tuple[Reason, ...]) -> Pin:
    if candidate.source is None:
        raise AssertionError(candidate)
    askers = {reason.parent for reason in reasons}
    return Pin(
        name=candidate.name,
        version=str(candidate.version),
        source=candidate.source,
        requested=None in askers,
        required_by=tuple(sorted(asker for asker in askers if asker not in {None, candidate.name})),
        reasons=reasons,
    )


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
        provider = Provider(self.candidates)
        answer = decide_on_fast_path(provider, requirements)
        if answer is None:
            # Then only the needs of the engine count.
            provider = Provider(self.candidates)
            answer = self._decide_with_conflicts(provider, requirements)
        if answer is not None:
            provider.note_members(answer.mapping.values())
            self.unreadable = provider.unreadable
        self._needs |= provider.needs
        return answer

    def _decide_with_conflicts(self, provider: Provider, requirements: Sequence[ProjectRequirement]) -> Answer | None:
        # Most problems have no conflict, and need no second engine.
        from wherry.resolution.conflicts.resolver import Refuted, Resolver

        resolver = Resolver(provider)
        try:
            return resolver.resolve(requirements)
        except Refuted as refuted:
            self._facts = refuted.facts
            return None
        finally:
            self.holes = resolver.holes

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

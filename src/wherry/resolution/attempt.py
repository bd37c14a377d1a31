"""One attempt: the answer over the current snapshot, or the holes to fill first.

A hole only relaxes the problem: an unknown page is one placeholder that satisfies every requirement, unknown metadata
has no requirements. So an attempt without needs has the answer that the whole index would give. A failure over holes is
final if it includes all releases that the holes could allow (:attr:`Policy.RELAXED`).
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
    """Either ``needs``, to be met before the next attempt, or a ``resolution``."""

    needs: tuple[Need, ...] = ()
    resolution: Resolution | None = None


def attempt(problem: Problem, snapshot: Snapshot) -> Attempt:
    """Resolve over ``snapshot``.

    Raises :class:`~wherry.errors.ResolutionError` if no answer can exist, or the error of a file that the caller named
    by its address.
    """
    # If both fail, the first has the explanation: it is about the requirements as the caller wrote them.
    asked = Search(problem, snapshot, Policy.AS_ASKED)
    for search in (asked, Search(problem, snapshot, Policy.LAST_RESORT)):
        answer = search.answer()
        if search is asked and search.holes == 0:
            # Only a search with a conflict before any hole has that conflict over the whole index, too.
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
    # The page and the metadata may have the same problem.
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
    """One search; ``needs`` are the holes that it touched, including those in abandoned branches."""

    problem: Problem
    snapshot: Snapshot
    policy: Policy
    candidates: Candidates = field(init=False)
    _needs: dict[Need, None] = field(default_factory=dict, init=False)
    _facts: Sequence[Fact] = field(default=(), init=False)
    unreadable: Mapping[Candidate, WherryError] = field(default_factory=dict, init=False)
    """The tried candidates that cannot be read, or whose metadata cannot, each with the error."""
    holes: int | None = field(default=None, init=False)
    """The number of holes touched before the first conflict; ``None`` if there was no conflict."""

    def __post_init__(self) -> None:
        self.candidates = Candidates(self.problem, self.snapshot, self.policy)

    @property
    def needs(self) -> tuple[Need, ...]:
        """The holes that the search touched."""
        return tuple(self._needs)

    def answer(self) -> Answer | None:
        """Return the answer, or ``None`` if there is none; raises :class:`ResolutionTooDeep`."""
        # Sorted, so that the order of the caller's requirements has no effect.
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
        """Return the error that explains why there is no answer."""
        # Imported late: few attempts fail, and the modules for explanations are large.
        from wherry.resolution.conflicts.explanation import explain

        return explain(self._facts, self.candidates)

    def explain_dead_ends(self, ends: DeadEnds) -> WherryError | None:
        """Return the error about all of ``ends``, or ``None`` if there are none to report."""
        if not (found := list(ends.find())):
            return None
        from wherry.resolution.conflicts.explanation import explain_dead_ends

        return explain_dead_ends(found, self.candidates)

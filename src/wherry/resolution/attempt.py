"""One attempt: the answer over the snapshot as it is, and the holes it went over.

A hole only relaxes the problem: an unknown page is one placeholder that fits everything, unknown metadata requires
nothing. So an attempt without needs gives the answer that the whole index would give, and failing over holes, with
everything let in that they might let in, is final.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import resolvelib

from wherry.errors import ResolutionError, ResolutionTooDeep
from wherry.model.distribution import InstalledDistribution
from wherry.model.project import ProjectFile
from wherry.resolution.candidates import Candidates, Policy
from wherry.resolution.explanation import explain
from wherry.resolution.provider import Provider
from wherry.resolution.resolution import Pin, Resolution

if TYPE_CHECKING:
    from collections.abc import Iterator

    from resolvelib.resolvers import Result

    from wherry.resolution.candidates import Candidate
    from wherry.resolution.problem import Problem
    from wherry.resolution.requirements import Identifier, ProjectRequirement
    from wherry.resolution.snapshot import Need, Snapshot

    Answer = Result[ProjectRequirement, Candidate, Identifier]

__all__ = ["Attempt", "attempt"]

MAX_ROUNDS = 20_000


@dataclass(frozen=True, slots=True)
class Attempt:
    """Either ``needs`` (what to learn before trying again) or a ``resolution``."""

    needs: tuple[Need, ...] = ()
    resolution: Resolution | None = None


def attempt(problem: Problem, snapshot: Snapshot) -> Attempt:
    """Resolve over ``snapshot``; raises :class:`~wherry.errors.ResolutionError` where no answer can exist."""
    # Where both fail, the first run explains: it tells of what was asked for.
    asked = _Run(problem, snapshot, Policy.AS_ASKED)
    for run in (asked, _Run(problem, snapshot, Policy.LAST_RESORT)):
        answer = run.answer()
        if run.needs:
            if answer is None:
                _give_up_if_hopeless(problem, snapshot)
            return Attempt(needs=run.needs)
        if answer is not None:
            return Attempt(resolution=_resolution(answer, run.candidates))
    raise asked.failure()


def _give_up_if_hopeless(problem: Problem, snapshot: Snapshot) -> None:
    run = _Run(problem, snapshot, Policy.RELAXED)
    if run.answer() is None:
        raise run.failure()


class _Run:
    """resolvelib, once."""

    def __init__(self, problem: Problem, snapshot: Snapshot, policy: Policy) -> None:
        self.candidates = Candidates(problem, snapshot, policy)
        self._provider = Provider(self.candidates)
        self._error: resolvelib.ResolutionImpossible[ProjectRequirement, Candidate] | None = None

    @property
    def needs(self) -> tuple[Need, ...]:
        return tuple(self._provider.needs)

    def answer(self) -> Answer | None:
        resolver: resolvelib.Resolver[ProjectRequirement, Candidate, Identifier] = resolvelib.Resolver(
            self._provider, resolvelib.BaseReporter()
        )
        # In this order whatever the order asked in, so that the order cannot decide anything.
        requirements = sorted(self.candidates.problem.requirements, key=lambda asked: (asked.identifier, asked.text))
        try:
            return resolver.resolve(requirements, max_rounds=MAX_ROUNDS)
        except resolvelib.ResolutionImpossible as error:
            self._error = error
            return None
        except resolvelib.ResolutionTooDeep as error:
            raise ResolutionTooDeep(MAX_ROUNDS) from error

    def failure(self) -> ResolutionError:
        causes = tuple(self._error.causes) if self._error else ()
        return explain(causes, self.candidates)


def _resolution(answer: Answer, candidates: Candidates) -> Resolution:
    pins = sorted((_pin(answer, candidate) for candidate in _projects(answer)), key=lambda pin: pin.name)
    return Resolution(tuple(pins), tuple(_warnings(answer, candidates)))


def _projects(answer: Answer) -> Iterator[Candidate]:
    yield from (candidate for candidate in answer.mapping.values() if not candidate.extra)


def _pin(answer: Answer, candidate: Candidate) -> Pin:
    if candidate.source is None:
        raise AssertionError(candidate)
    parents = {parent.name for parent in _parents(answer, candidate) if parent is not None} - {candidate.name}
    return Pin(
        name=candidate.name,
        version=str(candidate.version),
        source=candidate.source,
        requested=None in _parents(answer, candidate),
        required_by=tuple(sorted(parents)),
    )


def _parents(answer: Answer, candidate: Candidate) -> list[Candidate | None]:
    kept = {id(pinned) for pinned in answer.mapping.values()}
    return [
        parent
        for identifier, criterion in answer.criteria.items()
        if identifier[0] == candidate.name
        for parent in criterion.iter_parent()
        if parent is None or id(parent) in kept
    ]


def _warnings(answer: Answer, candidates: Candidates) -> Iterator[str]:
    for candidate in answer.mapping.values():
        metadata = candidates.metadata(candidate)
        if candidate.extra and metadata and candidate.extra not in metadata.provides_extra:
            yield f"{candidate.name} {candidate.version} has no extra {candidate.extra!r}"
        elif not candidate.extra:
            yield from _warnings_of_project(candidate, candidates)


def _warnings_of_project(candidate: Candidate, candidates: Candidates) -> Iterator[str]:
    if isinstance(candidate.source, InstalledDistribution):
        return
    if isinstance(candidate.source, ProjectFile) and candidate.source.yanked is not None:
        reason = f": {candidate.source.yanked}" if candidate.source.yanked else ""
        yield f"{candidate} has been yanked{reason}"
    page = candidates.snapshot.pages[candidate.name]
    if page is not None and page.status in {"archived", "deprecated"}:
        yield f"The index calls {candidate.name} {page.status}" + (
            f": {page.status_reason}" if page.status_reason else ""
        )

"""One attempt: the answer over the snapshot as it is, or the holes that stand before it.

A hole only relaxes the problem: an unknown page is one placeholder that fits everything, unknown metadata requires
nothing. So an attempt without needs gives the answer that the whole index would give, and failing over holes, with
everything let in that they might let in, is final.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from wherry.model.distribution import InstalledDistribution
from wherry.model.project import ProjectFile
from wherry.resolution.candidates import Policy
from wherry.resolution.graph import gather_reasons
from wherry.resolution.resolution import Pin, Resolution
from wherry.resolution.search import Search

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wherry.resolution.candidates import Candidate, Candidates
    from wherry.resolution.graph import Reason
    from wherry.resolution.problem import Problem
    from wherry.resolution.resolver import Answer
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
        if search.needs:
            if answer is None:
                _give_up_if_hopeless(problem, snapshot)
            return Attempt(needs=search.needs)
        if answer is not None:
            return Attempt(resolution=_resolution(answer, search.candidates))
    raise asked.failure()


def _give_up_if_hopeless(problem: Problem, snapshot: Snapshot) -> None:
    search = Search(problem, snapshot, Policy.RELAXED)
    if search.answer() is None:
        raise search.failure()


def _resolution(answer: Answer, candidates: Candidates) -> Resolution:
    reasons = gather_reasons(
        (cause.parent.identifier if cause.parent else None, cause.requirement)
        for criterion in answer.criteria.values()
        for cause in criterion.information
    )
    chosen = [candidate for candidate in answer.mapping.values() if not candidate.extra]
    pins = tuple(_pin(candidate, reasons[candidate.name]) for candidate in chosen)
    return Resolution(pins, tuple(_warnings(answer, candidates)))


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
    page = candidates.snapshot.pages.get(candidate.name)
    if page is not None and page.status in {"archived", "deprecated"}:
        reason = f": {page.status_reason}" if page.status_reason else ""
        yield f"The index calls {candidate.name} {page.status}{reason}"

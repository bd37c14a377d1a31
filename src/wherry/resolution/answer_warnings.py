"""Warnings about an answer: skipped releases, missing extras, downgrades, pre-releases and others."""

from __future__ import annotations

from itertools import chain, takewhile
from typing import TYPE_CHECKING

from wherry.formats.lenient import read_requires_python

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from packaging.utils import NormalizedName

    from wherry.errors import WherryError
    from wherry.model.project import ProjectFile
    from wherry.resolution.candidates import Candidate, Candidates
    from wherry.resolution.conflicts.resolver import Answer
    from wherry.resolution.problem import Problem
    from wherry.resolution.requirements import ProjectRequirement

__all__ = ["find_warnings"]

SHOWN_RELEASES = 3


def find_warnings(answer: Answer, candidates: Candidates, unreadable: Mapping[Candidate, WherryError]) -> Iterator[str]:
    """Yield the warnings about an answer, each in a sentence.

    ``unreadable`` has the tried candidates that cannot be read, or whose metadata cannot, each with the error.
    """
    for candidate in answer.mapping.values():
        metadata = candidates.metadata(candidate)
        if candidate.extra and metadata and candidate.extra not in metadata.provides_extra:
            yield f"{candidate.name} {candidate.version} has no extra {candidate.extra!r}"
        elif not candidate.extra and candidate.origin != "installed":
            yield from metadata.warnings if metadata else ()
            yield from _of_project(candidate, answer, candidates)
    yield from _of_unreadable(answer, candidates, unreadable)


def _of_unreadable(
    answer: Answer, candidates: Candidates, unreadable: Mapping[Candidate, WherryError]
) -> Iterator[str]:
    """Warn about releases that might have been chosen if they, or their metadata, could be read."""
    by_name: dict[NormalizedName, dict[str, WherryError]] = {}
    for candidate, error in unreadable.items():
        by_name.setdefault(candidate.name, {})[str(candidate.version)] = error
    for name, errors in sorted(by_name.items()):
        preferred = _before_choice(name, answer, candidates)
        passed = [version for version in errors if preferred is None or version in preferred]
        yield from (f"{name} {version} was skipped: {errors[version]}" for version in passed[:SHOWN_RELEASES])
        if len(passed) > SHOWN_RELEASES:
            yield f"{len(passed) - SHOWN_RELEASES} more releases of {name} were skipped for similar reasons"


def _before_choice(name: NormalizedName, answer: Answer, candidates: Candidates) -> frozenset[str] | None:
    """Return the versions before the chosen one of a project; ``None`` if the answer does without the project."""
    chosen = answer.mapping.get((name, ""))
    if chosen is None:
        return None
    # Without the pins of extras, which follow from the choice and say nothing about it.
    wanted = [one for one in answer.criteria[name, ""].iter_requirement() if one.exactly is None]
    before = takewhile(lambda one: one is not chosen, candidates.select(name, wanted))
    return frozenset(str(one.version) for one in before)


def _of_project(candidate: Candidate, answer: Answer, candidates: Candidates) -> Iterator[str]:
    problem = candidates.problem
    requirements = [*answer.criteria[candidate.identifier].iter_requirement()]
    yield from _of_downgrade(candidate, requirements, problem)
    if candidate.origin == "index" and candidate.file is not None:
        yield from _of_file(candidate, candidate.file, requirements, problem)
    page = candidates.snapshot.pages.get(candidate.name)
    if page is not None and page.status in {"archived", "deprecated"}:
        reason = f": {page.status_reason}" if page.status_reason else ""
        yield f"The index has marked {candidate.name} as {page.status}{reason}"


def _of_downgrade(candidate: Candidate, requirements: Sequence[ProjectRequirement], problem: Problem) -> Iterator[str]:
    """Warn about an older version than the installed one, unless the caller's own requirements exclude that one."""
    installed = problem.installed.get(candidate.name)
    if installed is None or candidate.version is None or candidate.version >= installed.metadata.version:
        return
    refusing = [one for one in requirements if not one.admits(installed.metadata.version)]
    said = {*problem.requirements, *chain.from_iterable(problem.overrides.values())}
    constraints = problem.constraints.get(candidate.name, ())
    is_asked = any(not one.admits(installed.metadata.version) for one in constraints) or not said.isdisjoint(refusing)
    if not is_asked and candidate.origin != "direct":
        texts = " and ".join(sorted({one.text for one in refusing}))
        reason = f", which {texts} excludes" if texts else ""
        yield f"{candidate} replaces the newer {installed.version}{reason}"


def _of_file(
    candidate: Candidate, file: ProjectFile, requirements: Sequence[ProjectRequirement], problem: Problem
) -> Iterator[str]:
    if file.requires_python and (fault := read_requires_python(file.requires_python)[1]):
        yield f"{file.filename}: {fault}"
    version = candidate.version
    if version is not None and version.is_prerelease and not problem.pre:
        named = (*requirements, *problem.constraints.get(candidate.name, ()))
        if not any(one.names(version) for one in named):
            yield f"{candidate} is a pre-release: no final release satisfies all requirements"
    if file.yanked is not None:
        reason = f": {file.yanked}" if file.yanked else ""
        yield f"{candidate} has been yanked{reason}"

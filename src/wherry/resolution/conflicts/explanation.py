"""Explanations of failures, with advice."""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import TYPE_CHECKING

from packaging.version import Version
from resolvelib.structs import RequirementInformation

from wherry.errors import (
    MissingProject,
    NoFittingWheel,
    ResolutionConflict,
    UnknownProject,
    UnsupportedPython,
    WherryError,
    list_missing,
)
from wherry.resolution.conflicts.dead_ends import DeadEnd
from wherry.resolution.conflicts.incompatibility import Restricted, Unselectable
from wherry.resolution.conflicts.suggestions import (
    describe_files,
    module_of_python,
    module_providers,
    newest_first,
    other_platforms,
    other_project,
    similar_names,
    stated_version,
    version_that_fits,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from packaging.utils import NormalizedName

    from wherry.errors import ResolutionError
    from wherry.resolution.candidates import Candidates
    from wherry.resolution.conflicts.incompatibility import Cause, Fact
    from wherry.resolution.releases import Release, Releases
    from wherry.resolution.requirements import ProjectRequirement

__all__ = ["explain", "explain_dead_ends"]

SHOWN_VERSIONS = 8
SHOWN_RANGES = 3
SEVERITY = [NoFittingWheel.code, UnknownProject.code, ResolutionConflict.code]


def explain(facts: Sequence[Fact], candidates: Candidates) -> WherryError:
    """Return the error for ``facts``, which together exclude every answer.

    If a file that the caller named by its address cannot be used, or if nothing can satisfy one of the requirements,
    the error is about that. Otherwise it is a conflict.
    """
    if error := _unusable_file(facts, candidates):
        return error
    required = [fact for fact in facts if isinstance(fact, RequirementInformation) and not fact.requirement.refusal]
    wordings = Counter(fact.requirement.name for fact in required if not fact.requirement.extra)
    for fact in required:
        # If the project has other requirements, too, the conflict between them explains more.
        is_told_elsewhere = fact.requirement.replaces or wordings[fact.requirement.name] > 1
        if not is_told_elsewhere and (missing := _missing(DeadEnd(fact, ()), candidates)):
            name = missing.name
            same = [other for other in required if other.requirement.name == name]
            askers = {str(other.parent or other.requirement.place) for other in same} - {""}
            return _dead_end(missing, fact, candidates, sorted(askers))
    return _conflict(facts, candidates)


def _unusable_file(facts: Iterable[Fact], candidates: Candidates) -> WherryError | None:
    """Return the error of a file that the caller named by its address, if ``facts`` are about it and it is unusable."""
    problem = candidates.problem
    refused = {fact.requirement.name for fact in facts if isinstance(fact, RequirementInformation)}
    for name in sorted(refused & problem.direct.keys()):
        file = problem.direct[name].file
        known = candidates.snapshot.metadata.get(file.url)
        if isinstance(known, WherryError):
            return known
        python = problem.environment.python_version
        wanted = known.requires_python if known is not None else None
        if wanted is not None and not wanted.contains(python, prereleases=True):
            return UnsupportedPython(str(wanted), str(python), file.filename)
    return None


def explain_dead_ends(ends: Iterable[DeadEnd], candidates: Candidates) -> WherryError | None:
    """Return the error about all ``ends``, one for each project; ``None`` if there is nothing to report."""
    ends = list(ends)
    if error := _unusable_file([end.cause for end in ends], candidates):
        return error
    found: dict[NormalizedName, tuple[MissingProject, Cause]] = {}
    for end in ends:
        name = end.cause.requirement.name
        # If the project exists and has other requirements, too, the conflict between them explains more.
        is_clash = end.is_clash and next(candidates.select(name, ()), None) is not None
        if name not in found and not is_clash and (missing := _missing(end, candidates)):
            found[name] = missing, end.cause
    if not found:
        return None
    missing, cause = min(found.values(), key=lambda pair: SEVERITY.index(pair[0].code))
    askers = [asker] if (asker := str(cause.parent or cause.requirement.place)) else []
    return _dead_end(missing, cause, candidates, askers, [one for one, _ in found.values()])


def _missing(end: DeadEnd, candidates: Candidates) -> MissingProject | None:
    """Describe a requirement that nothing can satisfy, regardless of the others; ``None`` otherwise."""
    requirement = end.cause.requirement
    if requirement.refusal or candidates.exists(requirement):
        return None
    name, environment = requirement.name, candidates.problem.environment
    about = partial(MissingProject, name, requirement.text, end.chain)
    releases = candidates.snapshot.releases(name) if name in candidates.snapshot.pages else None
    if lacking := _lacking_extra(requirement, candidates):
        return about(ResolutionConflict.code, lacking)
    if other_sources := _other_sources(requirement, candidates):
        return about(ResolutionConflict.code, " and ".join(other_sources) + _on_index(releases))
    if releases is None:
        places = ", ".join(_index_urls(name, candidates)) or "any index"
        hint = other_project(requirement, candidates.problem)
        return about(UnknownProject.code, f"no project of that name on {places}", hint=hint)
    rejections = newest_first(
        _rejections(requirement, releases, candidates) if releases.entries else releases.rejections
    )
    if releases.entries and not rejections:
        return about(ResolutionConflict.code, f"no version satisfies it: this runtime can use {_offer(releases)}")
    # Only the caller can ask for another version.
    hint = "" if end.cause.parent else version_that_fits(requirement, releases)
    hint = hint or other_project(requirement, candidates.problem) or other_platforms(rejections, environment)
    return about(NoFittingWheel.code, describe_files(rejections, environment), rejections, hint)


def _dead_end(
    missing: MissingProject,
    fact: Cause,
    candidates: Candidates,
    askers: Sequence[str],
    together: Sequence[MissingProject] = (),
) -> ResolutionError:
    """Return the error about ``missing`` and the other missing projects in ``together``."""
    name = fact.requirement.name
    if missing.code == NoFittingWheel.code:
        releases = candidates.snapshot.releases(name)
        subject = fact.requirement.text if releases and releases.entries else name
        return NoFittingWheel(subject, missing.rejections, askers, missing.hint, missing.reason, together)
    if missing.code == UnknownProject.code:
        problem = candidates.problem
        similar = module_providers(fact.requirement, problem) or similar_names(name, _names_at_hand(candidates))
        own = module_of_python(fact.requirement, problem)
        return UnknownProject(name, _index_urls(name, candidates), askers, similar, together, own)
    sentence = f"{_who(fact)} {fact.requirement}, but {missing.reason}"
    return ResolutionConflict(list_missing(together) if len(together) > 1 else sentence, [_clash(fact)])


def _lacking_extra(requirement: ProjectRequirement, candidates: Candidates) -> str:
    """Say that the newest release lacks the extra; return nothing if an admitted release has it."""
    found = list(candidates.select(requirement.name, [requirement], requirement.extra))
    return candidates.refusal(found[0]) if found and all(map(candidates.lacks_extra, found)) else ""


def _index_urls(name: NormalizedName, candidates: Candidates) -> Sequence[str]:
    problem = candidates.problem
    return (problem.reserved[name],) if name in problem.reserved else problem.index_urls


def _names_at_hand(candidates: Candidates) -> set[NormalizedName]:
    # Without the known projects of the index: the answer would depend on the order of arrival.
    problem = candidates.problem
    requested = {requirement.name for requirement in problem.requirements}
    return requested | problem.installed.keys() | problem.distribution.keys()


def _other_sources(requirement: ProjectRequirement, candidates: Candidates) -> list[str]:
    """Describe the sources of the project besides the index."""
    sources = candidates.sources(requirement.name)
    found = []
    if sources.direct is not None:
        found.append(f"the URL asked for has {sources.direct.version}")
    if sources.locked is not None:
        pin = f"{sources.locked.name}=={sources.locked.version}"
        found.append(f"Pyodide's distribution has {sources.locked.version} (allow it with {pin})")
    if sources.installed is not None and sources.installed.location is None:
        found.append(f"the runtime itself provides {sources.installed.version}")
    return found


def _on_index(releases: Releases | None) -> str:
    if releases is None or not releases.entries:
        return ""
    return f"; of the index, this runtime can use {_offer(releases)}"


def _offer(releases: Releases) -> str:
    versions = [str(release.version) for release in releases.entries]
    older = len(versions) - SHOWN_VERSIONS
    return ", ".join(versions[:SHOWN_VERSIONS]) + (f" and {older} older" if older > 0 else "")


def _rejections(requirement: ProjectRequirement, releases: Releases, candidates: Candidates) -> list[tuple[str, str]]:
    """Return the files that ``requirement`` admits, each with the reason why it cannot be used."""
    admitted = [
        (release.file.filename, _why_not(release, requirement, candidates))
        for release in releases.pick(releases.admitted(requirement))
    ]
    unfit = [(filename, why) for filename, why in releases.rejections if _names_version(requirement, filename)]
    return admitted or unfit


def _why_not(release: Release, requirement: ProjectRequirement, candidates: Candidates) -> str:
    for candidate in candidates.select(requirement.name, [requirement], requirement.extra):
        if candidate.version == release.version and (refusal := candidates.refusal(candidate)):
            return refusal
    if release.file.yanked is not None:
        reason = f": {release.file.yanked}" if release.file.yanked else ""
        return f"it has been yanked{reason}; to install it anyway, pin its version with =="
    return "it is a pre-release; to install it anyway, pin its version with ==, or allow pre-releases"


def _names_version(requirement: ProjectRequirement, filename: str) -> bool:
    """Return whether a rejected wheel or sdist is of a version that ``requirement`` admits."""
    version = stated_version(filename)
    return version is not None and requirement.admits(version)


def _conflict(facts: Sequence[Fact], candidates: Candidates) -> ResolutionConflict:
    required = sorted(
        (fact for fact in facts if isinstance(fact, RequirementInformation)),
        key=_Distances(facts).of,  # the caller's requirements first
    )
    lines = [*_requirement_lines(required, candidates), *_other_lines(facts)]
    sentence = "\n  ".join(["These requirements exclude each other:", *lines])
    return ResolutionConflict(sentence, list(dict.fromkeys(map(_clash, required))))


class _Distances:
    """The distances of projects from the caller's requirements, over the conflicting requirements."""

    def __init__(self, facts: Iterable[Fact]) -> None:
        required = [fact for fact in facts if isinstance(fact, RequirementInformation)]
        self._distances: dict[str, int] = {}
        frontier = {fact.requirement.name for fact in required if fact.parent is None}
        while frontier:
            distance = len(self._distances)
            self._distances.update((name, distance) for name in sorted(frontier))
            reached = {fact.requirement.name for fact in required if fact.parent and fact.parent.name in frontier}
            frontier = reached - self._distances.keys()

    def of(self, fact: Cause) -> tuple[int, str, Version, str]:
        if fact.parent is None:
            return -1, "", Version("0"), fact.requirement.text
        distance = self._distances.get(fact.parent.name, len(self._distances))
        return distance, fact.parent.name, fact.parent.version or Version("0"), fact.requirement.text


def _requirement_lines(required: Iterable[Cause], candidates: Candidates) -> Iterator[str]:
    """Yield a line for each parent and project, or a few where the requirements of its versions differ."""
    groups: dict[tuple[str, str], dict[str, list[Cause]]] = {}
    for fact in required:
        parent = fact.parent.name if fact.parent else ""
        by_text = groups.setdefault((parent, fact.requirement.name), {})
        by_text.setdefault(fact.requirement.refusal or str(fact.requirement), []).append(fact)
    for by_text in groups.values():
        shown = list(by_text.items())[-SHOWN_RANGES:]
        for text, alike in shown:
            yield f"{_whose(alike)} {text}{_comment(alike[0].requirement, candidates)}"
        hidden = [fact for text, alike in by_text.items() for fact in alike if text not in dict(shown)]
        if hidden:
            yield f"… and {_versions(hidden)} {len(by_text) - len(shown)} other ranges of it"


def _whose(alike: list[Cause]) -> str:
    if alike[0].parent is None:
        return "you asked for"
    if alike[0].requirement.refusal:
        return f"{_versions(alike).removesuffix(' require').removesuffix(' requires')} cannot be used:"
    return _versions(alike)


def _versions(alike: list[Cause]) -> str:
    """Return such as ``a 1 requires``, ``a 2 and 1 require`` or ``a 9 to 1 (9 versions) require``."""
    parents = {fact.parent.version: fact.parent for fact in alike if fact.parent and fact.parent.version}
    newest_first = [parents[version] for version in sorted(parents, reverse=True)]
    newest, *others = newest_first
    if not others:
        return f"{newest} requires"
    if len(others) < SHOWN_RANGES:
        *middle, last = (str(other.version) for other in others)
        return f"{', '.join([str(newest), *middle])} and {last} require"
    return f"{newest} to {others[-1].version} ({len(newest_first)} versions) require"


def _comment(requirement: ProjectRequirement, candidates: Candidates) -> str:
    if requirement.refusal or requirement.replaces or candidates.exists(requirement):
        return ""
    if other_sources := _other_sources(requirement, candidates):
        return f" ({' and '.join(other_sources)})"
    is_known = candidates.snapshot.pages.get(requirement.name) is not None
    return ", of which no file fits here" if is_known else ", which no index has"


def _other_lines(facts: Iterable[Fact]) -> Iterator[str]:
    yield from (f"a constraint says {fact.constraint}" for fact in facts if isinstance(fact, Restricted))
    for name in dict.fromkeys(fact.name for fact in facts if isinstance(fact, Unselectable)):
        yield f"the other releases of {name} are pre-releases or yanked; pin one with ==, or allow pre-releases"


def _who(fact: Cause) -> str:
    return "you asked for" if fact.parent is None else f"{fact.parent} requires"


def _clash(fact: Cause) -> tuple[str, str | None]:
    return fact.requirement.text, None if fact.parent is None else str(fact.parent)

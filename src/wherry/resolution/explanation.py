"""Why there is no answer, in words that one can act on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wherry.errors import NoFittingWheel, ResolutionConflict, UnknownProject, WherryError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from packaging.utils import NormalizedName
    from resolvelib.structs import RequirementInformation

    from wherry.errors import ResolutionError
    from wherry.resolution.candidates import Candidate, Candidates
    from wherry.resolution.releases import Releases
    from wherry.resolution.requirements import ProjectRequirement

    Cause = RequirementInformation[ProjectRequirement, Candidate]

__all__ = ["explain"]


def explain(causes: Sequence[Cause], candidates: Candidates) -> ResolutionError:
    """Return the error that tells what resolvelib's ``causes`` amount to.

    A project that is not there, or has nothing that fits, is told as that; the rest is a conflict.
    """
    by_name: dict[NormalizedName, list[Cause]] = {}
    for cause in causes:
        by_name.setdefault(cause.requirement.name, []).append(cause)
    for name, asked in sorted(by_name.items()):
        if name in candidates.snapshot.pages and (error := _dead_end(name, asked, candidates)):
            return error
    return _conflict(causes, candidates)


def _dead_end(name: NormalizedName, causes: list[Cause], candidates: Candidates) -> ResolutionError | None:
    """Tell of a project that fails by itself, whatever else is asked for."""
    hopeless = [cause for cause in causes if next(candidates.select(name, [cause.requirement]), None) is None]
    if not hopeless:
        return None
    releases = candidates.snapshot.releases(name)
    if releases is None:
        return UnknownProject(name, candidates.problem.index_urls, _askers(causes))
    if releases.everything == 0:
        return NoFittingWheel(name, releases.rejections, _askers(causes))
    return _nothing_satisfies(hopeless[0], releases, candidates)


def _askers(causes: list[Cause]) -> list[str]:
    return sorted({str(cause.parent) for cause in causes if cause.parent is not None})


def _nothing_satisfies(cause: Cause, releases: Releases, candidates: Candidates) -> ResolutionError:
    text = cause.requirement.text
    admitted = releases.admitted(cause.requirement)
    if admitted:
        rejections = [
            (release.file.filename, _why_unusable(release.file.url, candidates, yanked=release.file.yanked))
            for release in releases.pick(admitted)
        ]
        return NoFittingWheel(text, rejections, _askers([cause]))
    matching = [(filename, why) for filename, why in releases.rejections if _names_version(cause.requirement, filename)]
    if matching:
        return NoFittingWheel(text, matching, _askers([cause]))
    versions = ", ".join(str(release.version) for release in releases.entries[:8])
    more = f" and {len(releases.entries) - 8} older" if len(releases.entries) > 8 else ""  # noqa: PLR2004 - as shown
    sentence = f"{_who(cause)} {text}, but no version satisfies it: this runtime can use {versions}{more}"
    return ResolutionConflict(sentence, [_clash(cause)])


def _why_unusable(url: str, candidates: Candidates, *, yanked: str | None) -> str:
    known = candidates.snapshot.metadata.get(url)
    if isinstance(known, WherryError):
        return str(known)
    if known is not None and known.requires_python is not None:
        version = candidates.problem.environment.python_version
        if not known.requires_python.contains(version, prereleases=True):
            return f"its metadata requires Python {known.requires_python}; this is {version}"
    if yanked is not None:
        return f"it has been yanked{': ' + yanked if yanked else ''}; only == its version brings it back"
    return "a constraint excludes it"


def _names_version(requirement: ProjectRequirement, filename: str) -> bool:
    """Whether a rejected wheel or sdist is of a version that ``requirement`` admits."""
    from packaging.utils import InvalidSdistFilename, InvalidWheelFilename, parse_sdist_filename, parse_wheel_filename

    try:
        parse = parse_wheel_filename if filename.endswith(".whl") else parse_sdist_filename
        return requirement.admits(parse(filename)[1])
    except (InvalidWheelFilename, InvalidSdistFilename):
        return False


def _conflict(causes: Sequence[Cause], candidates: Candidates) -> ResolutionConflict:
    clashes = {_clash(cause): cause for cause in sorted(causes, key=lambda cause: cause.requirement.identifier)}
    lines = [f"  {_who(cause)} {cause.requirement.text}" for cause in clashes.values()]
    lines += _constraint_lines(causes, candidates)
    return ResolutionConflict("\n".join(["These requirements exclude each other:", *lines]), list(clashes))


def _constraint_lines(causes: Sequence[Cause], candidates: Candidates) -> Iterator[str]:
    for name in sorted({cause.requirement.name for cause in causes}):
        yield from (f"  a constraint says {constraint}" for constraint in candidates.problem.constraints.get(name, ()))


def _who(cause: Cause) -> str:
    return "you asked for" if cause.parent is None else f"{cause.parent} requires"


def _clash(cause: Cause) -> tuple[str, str | None]:
    return cause.requirement.text, None if cause.parent is None else str(cause.parent)

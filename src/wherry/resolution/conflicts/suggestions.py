"""Advice for requirements that cannot be satisfied."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packaging.tags import parse_tag
from packaging.utils import parse_sdist_filename
from packaging.version import Version

from wherry.formats.filenames import length_excess, parse_wheel_name, tags_excess
from wherry.formats.wording import shorten
from wherry.resolution.module_providers import name_as_typed, providers_of
from wherry.resolution.standard_library import describe_module

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from packaging.utils import NormalizedName

    from wherry.model.environment import Environment
    from wherry.resolution.problem import Problem
    from wherry.resolution.releases import Releases
    from wherry.resolution.requirements import ProjectRequirement

__all__ = [
    "describe_files",
    "module_of_python",
    "module_providers",
    "newest_first",
    "other_platforms",
    "other_project",
    "similar_names",
    "stated_version",
    "version_that_fits",
]

SHOWN = 3
SOURCES = "sources"
# By the beginning of a platform tag, in the order to name them.
PLATFORMS = {
    "win": "Windows",
    "macosx": "macOS",
    "manylinux": "Linux",
    "musllinux": "Linux",
    "linux": "Linux",
    "android": "Android",
    "ios": "iOS",
    "pyemscripten": "other versions of Pyodide",
    "pyodide": "other versions of Pyodide",
    "emscripten": "other versions of Pyodide",
    "any": "other versions of Python",
    "": "other platforms",
}


def newest_first(rejections: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Order files by the versions in their names, newest first; files without a version come last."""
    # Thousands of files share a few hundred versions, and each is read and compared once.
    keyed = [
        (filename.rsplit("-", 3)[0] if filename.endswith(".whl") else filename, filename, why)
        for filename, why in rejections
    ]
    versions = {
        key: stated_version(filename) or Version("0.dev0") for key, filename in {k: f for k, f, _ in keyed}.items()
    }
    places = {version: place for place, version in enumerate(sorted(set(versions.values()), reverse=True))}
    keyed.sort(key=lambda one: places[versions[one[0]]])
    return [(filename, why) for _, filename, why in keyed]


def _ending(filename: str) -> str:
    """Return the tags in the name of a wheel, ``?`` if it has none, an empty string for other files."""
    return "-".join(filename.removesuffix(".whl").rsplit("-", 3)[1:]) or "?" if filename.endswith(".whl") else ""


def stated_version(filename: str) -> Version | None:
    """Return the version in the name of a wheel or an sdist."""
    if length_excess(filename):
        return None
    try:
        parse = parse_wheel_name if filename.endswith(".whl") else parse_sdist_filename
        return parse(filename)[1]
    except ValueError:  # also of packaging; Python reads no number of more than 4,300 digits
        return None


def version_that_fits(requirement: ProjectRequirement, releases: Releases) -> str:
    """Suggest a release to use instead, outside of ``requirement``, whose releases have failed already."""
    others = [release for release in releases.entries if not requirement.admits(release.version)]
    usable = [release for release in others if release.file.yanked is None]
    finals = [release for release in usable if not release.version.is_prerelease] or usable
    if not finals:
        return ""
    newest = finals[0]
    platform = "a pure wheel" if newest.file.filename.endswith("-none-any.whl") else "a wheel that fits"
    return f"{requirement.name} {newest.version} has {platform}: ask for {requirement.name}<={newest.version}"


def describe_files(rejections: Sequence[tuple[str, str]], environment: Environment) -> str:
    """Describe the files of a project that has none that fits: their platforms, or why the newest do not fit.

    ``rejections`` are in the order of :func:`newest_first`.
    """
    if not rejections:
        return "no files at all"
    kinds = {ending: _kinds(ending, environment) for ending in {_ending(filename) for filename, _ in rejections}}
    if not all(kinds.values()):
        others = [f"{shorten(filename)}: {reason}" for filename, reason in rejections if not kinds[_ending(filename)]]
        shown = [*others[:SHOWN], *([f"… and {len(rejections) - SHOWN} more"] if len(rejections) > SHOWN else [])]
        return f"no file that fits: {shown[0]}" if len(shown) == 1 else "\n    ".join(["no file that fits:", *shown])
    found = set().union(*kinds.values())
    platforms = [platform for platform in dict.fromkeys(PLATFORMS.values()) if platform in found]
    *most, last = platforms or [""]
    texts = [f"for {', '.join(most)} and {last}" if most else f"for {last}"] if platforms else []
    texts += [SOURCES if platforms else f"{SOURCES}, which wherry never builds"] if SOURCES in found else []
    number = f"its {len(rejections)} files are" if len(rejections) > 1 else "all that it has is"
    return f"no wheel for Pyodide: {number} {', and '.join(texts)}"


def _kinds(ending: str, environment: Environment) -> set[str]:
    """Return the platforms of a wheel's tags, or ``sources``; an empty set if the tags are not why it does not fit."""
    if not ending:
        return {SOURCES}
    try:
        tags = frozenset() if tags_excess(ending) else parse_tag(ending)
    except ValueError:
        return set()
    if any(str(tag) in environment.rank for tag in tags):
        return set()
    return {next(PLATFORMS[start] for start in PLATFORMS if tag.platform.startswith(start)) for tag in tags}


def other_platforms(rejections: Sequence[tuple[str, str]], environment: Environment) -> str:
    """Name the versions of Pyodide that the files are for, or suggest a build; return nothing for other reasons."""
    endings = {_ending(filename) for filename, _ in rejections}
    platforms = {platform for ending in endings for platform in _pyodide_platforms(ending)}
    release = environment.python_version.release
    runtime = f"{environment.platform} (Python {release[0]}.{release[1]})"
    if platforms:
        return f"Wheels exist for {', '.join(sorted(platforms, reverse=True))}; this runtime is {runtime}"
    if all(_kinds(ending, environment) for ending in endings):
        return "Ask the maintainers for a wheel for Pyodide (PEP 783), or build one and give its URL"
    return ""


def module_providers(requirement: ProjectRequirement, problem: Problem) -> list[str]:
    """Return the projects of the distribution that have a module with the required name."""
    found = providers_of(name_as_typed(requirement.text), problem.distribution.values())
    return [name for name in found if name != requirement.name]


def module_of_python(requirement: ProjectRequirement, problem: Problem) -> str:
    """Say that the required name is that of a module of Python; return nothing for other names."""
    return describe_module(name_as_typed(requirement.text), problem.environment)


def other_project(requirement: ProjectRequirement, problem: Problem) -> str:
    """Name the projects that have a module with the required name, or Python; return nothing if none has."""
    if own := module_of_python(requirement, problem):
        return own
    providers = " or ".join(module_providers(requirement, problem))
    return providers and f"That may be the name of a module: did you mean {providers}?"


def _pyodide_platforms(ending: str) -> Iterator[str]:
    for platform in ending.rpartition("-")[2].split("."):
        if platform.startswith(("pyemscripten_", "pyodide_")):
            yield platform


def similar_names(name: NormalizedName, known: Iterable[NormalizedName]) -> list[str]:
    """Return the ``known`` names one slip from ``name``: a letter added, missing or replaced, or two swapped."""
    return sorted(other for other in set(known) if other != name and _is_one_slip(name, other))


def _is_one_slip(one: str, other: str) -> bool:
    shorter, longer = sorted((one, other), key=len)
    start = next((i for i, pair in enumerate(zip(shorter, longer, strict=False)) if pair[0] != pair[1]), len(shorter))
    rest, longer_rest = shorter[start:], longer[start:]
    if len(shorter) != len(longer):
        return rest == longer_rest[1:]
    swapped = longer_rest[1:2] + longer_rest[:1] + longer_rest[2:]
    return rest[1:] == longer_rest[1:] or rest == swapped

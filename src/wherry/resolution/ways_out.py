"""What would help: ways out of a dead end, each in a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packaging.utils import InvalidSdistFilename, InvalidWheelFilename, parse_sdist_filename, parse_wheel_filename
from packaging.version import Version

from wherry.resolution.providers import name_as_typed, providers_of
from wherry.resolution.standard_library import describe_module

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from packaging.utils import NormalizedName

    from wherry.model.environment import Environment
    from wherry.resolution.problem import Problem
    from wherry.resolution.releases import Releases
    from wherry.resolution.requirements import ProjectRequirement

__all__ = [
    "module_of_python",
    "module_providers",
    "newest_first",
    "other_platforms",
    "other_project",
    "similar_names",
    "stated_version",
    "version_that_fits",
]


def newest_first(rejections: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Order files by the versions that their names state; what states none comes last."""
    return sorted(rejections, key=lambda rejection: stated_version(rejection[0]) or Version("0.dev0"), reverse=True)


def stated_version(filename: str) -> Version | None:
    """Return the version that the name of a wheel or an sdist states."""
    try:
        parse = parse_wheel_filename if filename.endswith(".whl") else parse_sdist_filename
        return parse(filename)[1]
    except (InvalidWheelFilename, InvalidSdistFilename):
        return None


def version_that_fits(requirement: ProjectRequirement, releases: Releases) -> str:
    """Say which release could be used instead; those that are asked for have failed already."""
    others = [release for release in releases.entries if not requirement.admits(release.version)]
    usable = [release for release in others if release.file.yanked is None]
    finals = [release for release in usable if not release.version.is_prerelease] or usable
    if not finals:
        return ""
    newest = finals[0]
    platform = "a pure wheel" if newest.file.filename.endswith("-none-any.whl") else "a wheel that fits"
    return f"{requirement.name} {newest.version} has {platform}: ask for {requirement.name}<={newest.version}"


def other_platforms(rejections: Sequence[tuple[str, str]], environment: Environment) -> str:
    """Say that the files are for another Pyodide, or that they all want building; nothing where neither is so."""
    if rejections and not any(filename.endswith(".whl") for filename, _ in rejections):
        return "Only sdists exist, which wherry never builds: ask its maintainers for a wheel"
    platforms = {platform for filename, _ in rejections for platform in _pyodide_platforms(filename)}
    if not platforms:
        return ""
    release = environment.python_version.release
    runtime = f"{environment.platform} (Python {release[0]}.{release[1]})"
    return f"Wheels exist for {', '.join(sorted(platforms, reverse=True))}; this runtime is {runtime}"


def module_providers(requirement: ProjectRequirement, problem: Problem) -> list[str]:
    """Return the projects of the distribution that have a module of the name that is required."""
    found = providers_of(name_as_typed(requirement.text), problem.distribution.values())
    return [name for name in found if name != requirement.name]


def module_of_python(requirement: ProjectRequirement, problem: Problem) -> str:
    """Say that the name is that of a module of Python; nothing where it is not."""
    return describe_module(name_as_typed(requirement.text), problem.environment)


def other_project(requirement: ProjectRequirement, problem: Problem) -> str:
    """Say where a module of the name that is required is, if it is no module of this project."""
    if own := module_of_python(requirement, problem):
        return own
    providers = " or ".join(module_providers(requirement, problem))
    return providers and f"That may be the name of a module: did you mean {providers}?"


def _pyodide_platforms(filename: str) -> Iterator[str]:
    for platform in filename.removesuffix(".whl").rpartition("-")[2].split("."):
        if platform.startswith(("pyemscripten_", "pyodide_")):
            yield platform


def similar_names(name: NormalizedName, known: Iterable[NormalizedName]) -> list[str]:
    """Return those of ``known`` that become ``name`` by one slip: a letter more, less, other, or two the other way."""
    return sorted(other for other in set(known) if other != name and _is_one_slip(name, other))


def _is_one_slip(one: str, other: str) -> bool:
    shorter, longer = sorted((one, other), key=len)
    start = next((i for i, pair in enumerate(zip(shorter, longer, strict=False)) if pair[0] != pair[1]), len(shorter))
    rest, longer_rest = shorter[start:], longer[start:]
    if len(shorter) != len(longer):
        return rest == longer_rest[1:]
    swapped = longer_rest[1:2] + longer_rest[:1] + longer_rest[2:]
    return rest[1:] == longer_rest[1:] or rest == swapped

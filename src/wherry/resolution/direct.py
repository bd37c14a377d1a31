"""Direct URLs: wheels that the caller names by where they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from packaging.utils import InvalidWheelFilename, canonicalize_name, parse_wheel_filename

from wherry.errors import InvalidRequirement, ResolutionConflict, UnsupportedRequirement, UnsupportedWheel, WherryError
from wherry.formats.urls import last_segment, split_hash
from wherry.model.project import ProjectFile

if TYPE_CHECKING:
    from collections.abc import Iterable

    from packaging.requirements import Requirement
    from packaging.utils import NormalizedName
    from packaging.version import Version

    from wherry.model.environment import Environment

__all__ = ["DirectFile", "find_direct", "name_of_wheel"]


@dataclass(frozen=True, slots=True)
class DirectFile:
    """A wheel at a URL, of a version that its filename states."""

    version: Version
    file: ProjectFile


def name_of_wheel(url: str) -> NormalizedName:
    """Return the project that the wheel at ``url`` (or a path) is of, by its filename.

    Raises :class:`~wherry.errors.InvalidRequirement`.
    """
    try:
        return parse_wheel_filename(last_segment(url))[0]
    except InvalidWheelFilename as error:
        raise InvalidRequirement(url, str(error)) from error


def find_direct(requirements: Iterable[Requirement], environment: Environment) -> dict[NormalizedName, DirectFile]:
    """Return the files that ``requirements`` name by URL, by project.

    Raises :class:`~wherry.errors.UnsupportedRequirement` for anything but a wheel, and where a wheel cannot be meant
    :class:`~wherry.errors.InvalidRequirement`, :class:`~wherry.errors.UnsupportedWheel` or (for two URLs)
    :class:`~wherry.errors.ResolutionConflict`.
    """
    found: dict[NormalizedName, DirectFile] = {}
    for requirement in requirements:
        if requirement.url is None:
            continue
        name = canonicalize_name(requirement.name)
        try:
            direct = _direct(requirement, requirement.url, environment)
        except WherryError as error:
            error.place = getattr(requirement, "place", "")
            raise
        if name in found and found[name].file.url != direct.file.url:
            urls = sorted((found[name].file.url, direct.file.url))
            sentence = f"{name} is asked for at two URLs: {' and '.join(urls)}"
            raise ResolutionConflict(sentence, [(f"{name} @ {url}", None) for url in urls])
        found[name] = direct
    return found


def _direct(requirement: Requirement, url: str, environment: Environment) -> DirectFile:
    location, hashes = split_hash(url)
    filename = last_segment(location)
    if not filename.endswith(".whl") or "+" in location.partition(":")[0]:
        raise UnsupportedRequirement(str(requirement), "only wheels can be installed by URL, and wherry never builds")
    if name_of_wheel(location) != canonicalize_name(requirement.name):
        raise InvalidRequirement(str(requirement), f"{filename} is a wheel of another project")
    _, version, _, tags = parse_wheel_filename(filename)
    if environment.rank.keys().isdisjoint(map(str, tags)):
        wanted = ", ".join(sorted(map(str, tags)))
        raise UnsupportedWheel(filename, f"it is for {wanted}; this runtime is {environment.tags[0]}")
    return DirectFile(version, ProjectFile(filename, location, hashes))

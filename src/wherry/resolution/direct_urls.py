"""Direct URLs: wheels that the caller names by URL or path."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar, Literal

from packaging.requirements import InvalidRequirement as BadRequirement
from packaging.utils import canonicalize_name

from wherry.errors import InvalidRequirement, ResolutionConflict, UnsupportedWheel, WherryError
from wherry.formats.filenames import parse_wheel_name
from wherry.formats.requirement_text import parse_requirement
from wherry.formats.urls import is_web, last_segment, split_hash
from wherry.model.project import ProjectFile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from packaging.requirements import Requirement
    from packaging.tags import Tag
    from packaging.utils import NormalizedName
    from packaging.version import Version

    from wherry.model.environment import Environment

    Locate = Callable[[str], tuple[str, str]]
    """Return the URL of an address, which may be a path, and the path where no file was found, if any."""

__all__ = ["DirectFile", "Locate", "find_direct", "parse_wheel_address", "without_extras"]

EXTRAS = r"(?:\[[\w\s.,-]*\])?"
# Extras are after the name, after ".whl" or at the end. Spaces are allowed only in an unmistakable path.
WHEEL = re.compile(
    rf"(?:(?P<name>[A-Z0-9][\w.-]*)\s*(?P<extras>{EXTRAS})\s*@\s*)?"
    r"(?P<path>(?![A-Z]:)(?:[^\s?#\\]+|(?:\.{0,2}/|~/|emfs:|file:)(?:(?!\.whl\s)[^?#\\])*)\.whl)"
    rf"(?P<near>{EXTRAS})(?P<rest>(?:\?[^\s#]*?)?(?:#\S*?)?)(?P<late>{EXTRAS})"
    r"(?P<marker>(?:\s+;|;\s).*)?",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class DirectFile:
    """A wheel at a URL, with the version from its filename."""

    origin: ClassVar[Literal["direct"]] = "direct"

    version: Version
    file: ProjectFile


def parse_wheel_address(text: str) -> Requirement | None:
    """Parse the URL or path of a wheel, with extras and a marker if any; return ``None`` for any other text.

    Raises :class:`~wherry.errors.InvalidRequirement`.
    """
    found = WHEEL.fullmatch(text)
    if found is None:
        return None
    name = found["name"] or _parse_filename(found["path"], text)[0]
    extras = "".join(found[group] or "" for group in ("extras", "near", "late")).replace("][", ",")
    try:
        requirement = parse_requirement(f"{name}{extras}{found['marker'] or ''}")
    except (BadRequirement, RecursionError) as error:
        raise _unreadable(text) from error
    requirement.url = found["path"] + found["rest"]
    return requirement


def without_extras(url: str) -> str:
    """Return ``url`` without extras that follow it."""
    found = WHEEL.fullmatch(url)
    return url if found is None else found["path"] + found["rest"]


def find_direct(
    requirements: Iterable[Requirement], environment: Environment, locate: Locate
) -> dict[NormalizedName, DirectFile]:
    """Return the files that ``requirements`` name by URL, by project; ``locate`` returns the URL of a path.

    Raises :class:`~wherry.errors.UnsupportedRequirement` for anything but a wheel, and for an unusable wheel
    :class:`~wherry.errors.InvalidRequirement`, :class:`~wherry.errors.UnsupportedWheel` or (for two URLs)
    :class:`~wherry.errors.ResolutionConflict`.
    """
    found: dict[NormalizedName, DirectFile] = {}
    for requirement in requirements:
        if requirement.url is None:
            continue
        name = canonicalize_name(requirement.name)
        try:
            direct = _direct(requirement, requirement.url, environment, locate)
        except WherryError as error:
            error.place = getattr(requirement, "place", "")
            raise
        if name in found and found[name].file.url != direct.file.url:
            urls = sorted((found[name].file.url, direct.file.url))
            sentence = f"{name} is asked for at two URLs: {' and '.join(urls)}"
            raise ResolutionConflict(sentence, [(f"{name} @ {url}", None) for url in urls])
        found[name] = direct if name not in found else _merged(found[name], direct, requirement)
    return found


def _merged(one: DirectFile, other: DirectFile, requirement: Requirement) -> DirectFile:
    """Return a file that is named twice, with the hashes of both; raises :class:`InvalidRequirement`."""
    hashes = {**one.file.hashes, **other.file.hashes}
    if hashes != {**other.file.hashes, **one.file.hashes}:
        raise InvalidRequirement(str(requirement), "another requirement gives the same URL with another hash")
    fragment = "" if hashes else one.file.fragment or other.file.fragment
    return replace(one, file=replace(one.file, hashes=hashes, fragment=fragment))


def _direct(requirement: Requirement, url: str, environment: Environment, locate: Locate) -> DirectFile:
    location, hashes = split_hash(url)
    if not _filename(location).endswith(".whl") or "+" in location.partition(":")[0]:
        raise _unreadable(str(requirement))
    name, version, tags = _parse_filename(location, str(requirement))
    filename = _filename(location)
    if name != canonicalize_name(requirement.name):
        raise InvalidRequirement(
            str(requirement), f"{filename} is a wheel of another project; write '{name} @ …', or the address alone"
        )
    if environment.rank.keys().isdisjoint(map(str, tags)):
        wanted = ", ".join(sorted(map(str, tags)))
        raise UnsupportedWheel(filename, f"it is for {wanted}; this runtime is {environment.tags[0]}")
    if location.lower().startswith(("http:", "https:")) and not is_web(location):
        raise InvalidRequirement(str(requirement), f"{location!r} is not a URL; write it as https://host/path")
    place, absent = locate(location)
    fragment = "" if hashes else url.partition("#")[2]
    return DirectFile(version, ProjectFile(filename, place, hashes, absent=absent, fragment=fragment))


def _filename(location: str) -> str:
    # "emfs:x.whl" has no slash.
    filename = last_segment(location).rpartition(":")[2]
    return f"{filename[:-4]}.whl" if filename.lower().endswith(".whl") else filename


def _parse_filename(location: str, text: str) -> tuple[NormalizedName, Version, frozenset[Tag]]:
    try:
        name, version, _, tags = parse_wheel_name(_filename(location))
    except ValueError as error:  # InvalidWheelFilename, or a number of more digits than Python reads
        raise _unreadable(text) from error
    return name, version, tags


def _unreadable(text: str) -> WherryError:
    from wherry.resolution.unreadable import explain_unreadable

    return explain_unreadable(text)

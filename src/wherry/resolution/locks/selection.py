"""Choose the packages of a lock that an environment needs, and for each the file that fits best.

Follows the steps of https://packaging.python.org/en/latest/specifications/pylock-toml/#installation. Not by
``Pylock.select()``, which stops at the first file that does not fit, and takes sdists, which wherry never builds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn

from packaging.utils import canonicalize_name

from wherry.errors import InvalidLock
from wherry.formats.filenames import check_filename, parse_wheel_name
from wherry.formats.lenient import UNDEFINED, evaluate
from wherry.formats.pylock import entry_of, line_of
from wherry.formats.urls import last_segment
from wherry.formats.wording import shorten
from wherry.model.hashes import strongest
from wherry.model.project import ProjectFile
from wherry.model.sizes import LARGEST
from wherry.resolution.direct_urls import DirectFile
from wherry.resolution.locks.addresses import address_of
from wherry.resolution.releases import Release

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from packaging.markers import Marker
    from packaging.pylock import Package, PackageArchive, PackageWheel, Pylock
    from packaging.utils import NormalizedName
    from packaging.version import Version

    from wherry.model.environment import Environment
    from wherry.resolution.direct_urls import Locate

__all__ = ["Chosen", "LockFile", "select"]

SHOWN = 5
LONGEST_CALL = 300  # characters


@dataclass(frozen=True, slots=True)
class LockFile:
    """A lock: its content, its ``text``, its ``name`` for messages, and its address, ``location``.

    ``location`` is empty if the lock was given as text.
    """

    content: Pylock
    text: str
    name: str
    location: str = ""

    def refuse(self, problem: str, position: int | None = None, *, hint: str = "") -> NoReturn:
        """Raise :class:`~wherry.errors.InvalidLock`, about the package at ``position`` if that is given."""
        entry = "" if position is None else entry_of(self.content, position)
        line = None if position is None else line_of(self.text, position)
        raise InvalidLock(self.name, problem, entry=entry, line=line, hint=hint)


@dataclass(frozen=True, slots=True)
class Chosen:
    """A package of the lock that applies, and the file to install."""

    name: NormalizedName
    version: Version
    source: Release | DirectFile
    package: Package

    @property
    def file(self) -> ProjectFile:
        """The file to install."""
        return self.source.file


def select(
    lock: LockFile,
    environment: Environment,
    *,
    extras: Iterable[str] = (),
    groups: Iterable[str] = (),
    locate: Locate = lambda url: (url, ""),
) -> tuple[Chosen, ...]:
    """Return the packages to install, ordered by name. ``groups`` are added to the default groups of the lock.

    Raises :class:`~wherry.errors.InvalidLock`.
    """
    chosen: dict[NormalizedName, Chosen] = {}
    unfit: list[str] = []
    for position, package in _applicable(lock, environment, _markers(lock, environment, extras, groups)):
        if package.name in chosen:
            other = lock.content.packages.index(chosen[package.name].package)
            lock.refuse(f"packages[{other}] has the same name, and both apply here", position)
        try:
            chosen[package.name] = _choose(package, lock, environment, locate)
        except _Unfit as reason:
            unfit.append(f"{package.name}{f' {package.version}' if package.version else ''} {reason}")
        except ValueError as error:
            lock.refuse(str(error), position)
    if unfit:
        more = f" and {len(unfit) - SHOWN} more" if len(unfit) > SHOWN else ""
        problem = f"it has no file for this runtime ({environment.tags[0]}): {'; '.join(unfit[:SHOWN])}{more}"
        lock.refuse(problem, hint=_how_to_make(lock))
    return tuple(chosen[name] for name in sorted(chosen))


class _Unfit(Exception):
    """The reason why a package has no file for the environment."""


def _how_to_make(lock: LockFile) -> str:
    recorded = (lock.content.tool or {}).get("wherry")
    texts = recorded.get("requirements") if isinstance(recorded, dict) else None
    wanted = ", ".join(map(repr, texts)) if isinstance(texts, list) else ""
    shown = wanted if 0 < len(wanted) <= LONGEST_CALL else "…"
    return f"make a lock in the runtime that will use it: await wherry.lock({shown})"


def _markers(
    lock: LockFile, environment: Environment, extras: Iterable[str], groups: Iterable[str]
) -> Mapping[str, str | frozenset[str]]:
    """Return the values of markers; refuse an extra or a group that the lock does not declare."""
    content = lock.content
    declared = {canonicalize_name(extra) for extra in content.extras or ()}
    defaults = set(map(canonicalize_name, content.default_groups or ()))
    declared_groups = {*map(canonicalize_name, content.dependency_groups or ()), *defaults}
    wanted = _known(lock, extras, declared, "extra")
    wanted_groups = _known(lock, groups, declared_groups, "dependency group")
    return {
        **environment.markers,
        "extras": frozenset(wanted),
        "dependency_groups": frozenset(defaults | wanted_groups),
    }


def _known(lock: LockFile, named: Iterable[str], declared: set[NormalizedName], kind: str) -> set[NormalizedName]:
    listed = [named] if isinstance(named, str) else named
    wanted = set(map(canonicalize_name, listed))
    if unknown := sorted(wanted - declared):
        has = f"; it has: {', '.join(sorted(declared))}" if declared else ", and no other"
        lock.refuse(f"it has no {kind} {', '.join(map(repr, unknown))}{has}")
    return wanted


def _applicable(
    lock: LockFile, environment: Environment, markers: Mapping[str, str | frozenset[str]]
) -> Iterator[tuple[int, Package]]:
    content = lock.content
    version = environment.python_version
    _check_platform(lock, environment)
    if content.requires_python is not None and not content.requires_python.contains(version, prereleases=True):
        lock.refuse(f"it requires Python {content.requires_python}; this is {version}", hint=_how_to_make(lock))
    environments = content.environments
    if environments and not any(evaluate(marker, environment.markers) for marker in environments):
        told = "; ".join(shorten(str(marker)) for marker in environments[:SHOWN])
        lock.refuse(f"it is for other environments than this ({environment.platform}): {told}", hint=_how_to_make(lock))
    for position, package in enumerate(content.packages):
        if package.marker is not None and not _applies(package.marker, markers):
            continue
        required = package.requires_python
        if required is not None and not required.contains(version, prereleases=True):
            lock.refuse(f"it requires Python {required}; this is {version}", position, hint=_how_to_make(lock))
        yield position, package


def _applies(marker: Marker, values: Mapping[str, str | frozenset[str]]) -> bool:
    """Evaluate the marker of a package; one with an undefined comparison is false."""
    try:
        return marker.evaluate(values, context="lock_file")
    except UNDEFINED:
        return False


def _check_platform(lock: LockFile, environment: Environment) -> None:
    made = (lock.content.tool or {}).get("wherry")
    platform = made.get("platform") if isinstance(made, dict) else None
    if isinstance(platform, str) and platform != environment.platform:
        pyodide = f"Pyodide {made.get('pyodide')} " if isinstance(made, dict) and made.get("pyodide") else ""
        problem = f"it was made for {pyodide}({platform}); this is {environment.platform}"
        lock.refuse(problem, hint=_how_to_make(lock))


def _choose(package: Package, lock: LockFile, environment: Environment, locate: Locate) -> Chosen:
    """Raise :class:`_Unfit` if no file fits, and ``ValueError`` for a file that a lock may not have."""
    if package.vcs is not None or package.directory is not None:
        raise _Unfit("is source code, which wherry never builds")
    if package.archive is not None:
        return _choose_archive(package, package.archive, lock, environment, locate)
    best = _best(package.wheels or (), environment)
    if best is None:
        raise _Unfit(_unfit(package.wheels or ()))
    file = _file(best, best.filename, lock.location, locate)
    version = package.version or parse_wheel_name(best.filename)[1]
    return Chosen(package.name, version, Release(version, file), package)


def _choose_archive(
    package: Package, archive: PackageArchive, lock: LockFile, environment: Environment, locate: Locate
) -> Chosen:
    filename = last_segment((archive.url or archive.path or "").replace("\\", "/"))
    if not filename.endswith(".whl"):
        raise _Unfit("is an archive of source code, which wherry never builds")
    name, version, _, tags = parse_wheel_name(filename)
    if name != package.name or version != (package.version or version):
        raise ValueError(f"its archive {filename} is a wheel of {name} {version}")
    if environment.rank.keys().isdisjoint(map(str, tags)):
        raise _Unfit(_platforms([filename]))
    return Chosen(name, version, DirectFile(version, _file(archive, filename, lock.location, locate)), package)


def _best(wheels: Iterable[PackageWheel], environment: Environment) -> PackageWheel | None:
    """Return the wheel with the best tag, and among these with the highest build tag."""
    ranked = []
    for number, wheel in enumerate(wheels):
        _, _, build, tags = parse_wheel_name(wheel.filename)
        ranks = [environment.rank[tag] for tag in map(str, tags) if tag in environment.rank]
        if ranks:
            ranked.append((-min(ranks), build, -number, wheel))
    return max(ranked, key=lambda one: one[:3])[3] if ranked else None


def _unfit(wheels: Sequence[PackageWheel]) -> str:
    if not wheels:
        return "has only an sdist, which wherry never builds"
    return _platforms([wheel.filename for wheel in wheels])


def _platforms(filenames: Iterable[str]) -> str:
    """Return the words for the platforms of wheels; where that is any, for all tags."""
    found = {_target(filename) for filename in filenames}
    more = f" and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
    return f"has {', '.join(sorted(found)[:SHOWN])}{more}"


def _target(filename: str) -> str:
    python, abi, platform = filename.removesuffix(".whl").rsplit("-", 3)[1:]
    return f"{python}-{abi}-any" if platform == "any" else platform


def _file(place: PackageWheel | PackageArchive, filename: str, location: str, locate: Locate) -> ProjectFile:
    hashes = {algorithm.lower(): digest.lower() for algorithm, digest in place.hashes.items()}
    if strongest(hashes) is None:
        named = ", ".join(sorted(hashes))
        raise ValueError(f"{filename} has no hash that protects it ({named}); a lock needs SHA-256 or a stronger one")
    if place.size is not None and not 0 <= place.size <= LARGEST:
        raise ValueError(f"{filename} cannot have {shorten(str(place.size))} bytes")
    url, absent = address_of(place, location, locate)
    uploaded = place.upload_time.isoformat() if place.upload_time else None
    return ProjectFile(check_filename(filename), url, hashes, place.size, upload_time=uploaded, absent=absent or None)

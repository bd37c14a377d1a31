"""Choose the packages of a lock that an environment needs, and for each the file that fits best.

Follows the steps of https://packaging.python.org/en/latest/specifications/pylock-toml/#installation. Not by
``Pylock.select()``, which stops at the first file that does not fit, and takes sdists, which wherry never builds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name

from wherry.formats.lenient import UNDEFINED, evaluate
from wherry.formats.wording import shorten
from wherry.resolution.locks.file_choice import Unfit, choose_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from packaging.markers import Marker
    from packaging.pylock import Package
    from packaging.utils import NormalizedName
    from packaging.version import Version

    from wherry.model.environment import Environment
    from wherry.model.project import ProjectFile
    from wherry.resolution.direct_urls import DirectFile, Locate
    from wherry.resolution.locks.lock_file import LockFile
    from wherry.resolution.releases import Release

__all__ = ["Chosen", "select", "that_may_apply"]

SHOWN = 5


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
            source = choose_file(package, lock.location, environment, locate)
            chosen[package.name] = Chosen(package.name, source.version, source, package)
        except Unfit as reason:
            unfit.append(f"{package.name}{f' {package.version}' if package.version else ''} {reason}")
        except ValueError as error:
            lock.refuse(str(error), position)
    if unfit:
        more = f" and {len(unfit) - SHOWN} more" if len(unfit) > SHOWN else ""
        problem = f"it has no file for this runtime ({environment.tags[0]}): {'; '.join(unfit[:SHOWN])}{more}"
        lock.refuse(problem, hint=lock.how_to_make)
    return tuple(chosen[name] for name in sorted(chosen))


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
        lock.refuse(f"it requires Python {content.requires_python}; this is {version}", hint=lock.how_to_make)
    environments = content.environments
    if environments and not any(evaluate(marker, environment.markers) for marker in environments):
        told = "; ".join(shorten(str(marker)) for marker in environments[:SHOWN])
        lock.refuse(f"it is for other environments than this ({environment.platform}): {told}", hint=lock.how_to_make)
    for position, package in enumerate(content.packages):
        if package.marker is not None and not _applies(package.marker, markers):
            continue
        required = package.requires_python
        if required is not None and not required.contains(version, prereleases=True):
            lock.refuse(f"it requires Python {required}; this is {version}", position, hint=lock.how_to_make)
        yield position, package


def that_may_apply(lock: LockFile, environment: Environment) -> Iterator[Package]:
    """Yield the packages that apply in ``environment`` with all extras and groups of the lock."""
    content = lock.content
    values = _markers(lock, environment, content.extras or (), content.dependency_groups or ())
    yield from (one for one in content.packages if one.marker is None or _applies(one.marker, values))


def _applies(marker: Marker, values: Mapping[str, str | frozenset[str]]) -> bool:
    """Evaluate the marker of a package; one with an undefined comparison is false."""
    try:
        return marker.evaluate(values, context="lock_file")
    except UNDEFINED:
        return False


def _check_platform(lock: LockFile, environment: Environment) -> None:
    platform, pyodide = lock.recorded.get("platform"), lock.recorded.get("pyodide")
    if isinstance(platform, str) and platform != environment.platform:
        runtime = f"Pyodide {pyodide} ({platform})" if pyodide else platform
        lock.refuse(f"it was made for {runtime}; this is {environment.platform}", hint=lock.how_to_make)

"""Make a lock from a resolution.

Follows https://packaging.python.org/en/latest/specifications/pylock-toml/ (PEP 751). The lock is for one environment,
whose markers the resolution has evaluated already; only those of the caller's extras and groups remain.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from packaging.markers import Marker
from packaging.pylock import Package, PackageArchive, PackageWheel, Pylock
from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName
from packaging.version import Version

from wherry.formats.lenient import read_requires_python
from wherry.formats.pylock import SUPPORTED
from wherry.formats.urls import last_segment
from wherry.model.hashes import strongest
from wherry.resolution.locks.addresses import relative_path
from wherry.resolution.locks.members import LIBRARIES, ORIGIN
from wherry.resolution.locks.membership import Membership

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from packaging.requirements import Requirement

    from wherry.model.environment import Environment
    from wherry.model.project import ProjectFile
    from wherry.resolution.resolution import Pin, Resolution

__all__ = ["LockContext", "make_lock"]

CREATOR = "wherry"
ENVIRONMENT = ("python_version", "sys_platform", "platform_machine")


@dataclass(frozen=True, slots=True, kw_only=True)
class LockContext:
    """Facts for a lock besides the resolution.

    ``requirements`` are the caller's that apply. ``pyodide`` is the runtime's version. ``indexes`` has the URL of the
    index of each project. ``files`` replaces files of the resolution, by URL, by those that the lock is to name: with a
    hash, and at the address for other runtimes. ``location`` is the address of the lock, if it has one.
    """

    environment: Environment
    requirements: Sequence[Requirement]
    pyodide: str = ""
    indexes: Mapping[NormalizedName, str]
    files: Mapping[str, ProjectFile]
    exclude_newer: datetime | None = None
    location: str = ""


def make_lock(resolution: Resolution, context: LockContext) -> Pylock:
    """Return the lock of ``resolution``: the same for the same answer, in whatever order it was asked for."""
    membership = Membership(resolution, context.requirements)
    new = [pin for pin in resolution.chosen if pin.file is not None]
    names = {pin.name for pin in new if not pin.is_shared_library}
    packages = [_package(pin, names, resolution, membership, context) for pin in new if pin.name in names]
    groups = membership.names("group")
    return Pylock(
        lock_version=SUPPORTED,
        environments=[Marker(_environment_marker(context.environment))],
        requires_python=SpecifierSet(f">={_minor(context.environment.python_version)}"),
        extras=[NormalizedName(extra) for extra in membership.names("extra")] or None,
        dependency_groups=groups or None,
        # Without other requirements, a lock whose groups had to be named would install nothing.
        default_groups=groups or None if not membership.has_plain else None,
        created_by=CREATOR,
        packages=packages,
        tool={"wherry": _recorded(context, [pin for pin in new if pin.name not in names])},
    )


def _package(
    pin: Pin, names: set[NormalizedName], resolution: Resolution, membership: Membership, context: LockContext
) -> Package:
    file = _locked_file(pin, context)
    marker = membership.marker(pin.name)
    dependencies = [
        {"name": other.name}
        for other in resolution.chosen
        if other.name in names and other.name != pin.name and pin.name in other.required_by
    ]
    direct = pin.origin == "direct"
    return Package(
        name=pin.name,
        version=Version(pin.version),
        marker=Marker(marker) if marker else None,
        requires_python=_requires_python(file),
        dependencies=dependencies or None,
        index=context.indexes.get(pin.name) if pin.origin == "index" else None,
        archive=PackageArchive(**_places(file, context.location), **_facts(file)) if direct else None,
        wheels=None if direct else [_wheel(file, context.location)],
        tool={"wherry": ORIGIN} if pin.origin == "distribution" else None,
    )


def _wheel(file: ProjectFile, location: str) -> PackageWheel:
    name = None if last_segment(file.url) == file.filename else file.filename
    return PackageWheel(name=name, **_places(file, location), **_facts(file))


def _places(file: ProjectFile, location: str) -> dict[str, Any]:
    path = relative_path(file.url, location)
    return {"path": path} if path is not None else {"url": file.url}


def _facts(file: ProjectFile) -> dict[str, Any]:
    # All of them, because other readers may know only some.
    strong = {algorithm: digest for algorithm, digest in file.hashes.items() if strongest({algorithm: digest})}
    return {"upload_time": file.uploaded, "size": file.size, "hashes": strong}


def _recorded(context: LockContext, libraries: Iterable[Pin]) -> dict[str, Any]:
    recorded: dict[str, Any] = {
        **({"pyodide": context.pyodide} if context.pyodide else {}),
        "platform": context.environment.platform,
        "requirements": sorted({_text(requirement, context.location) for requirement in context.requirements}),
    }
    if context.exclude_newer is not None:
        recorded["exclude-newer"] = context.exclude_newer
    if found := [*_libraries(libraries, context)]:
        recorded[LIBRARIES] = found
    return recorded


def _text(requirement: Requirement, location: str) -> str:
    """Return the requirement; one of a wheel in the lock's folder with the path from there."""
    path = relative_path(requirement.url, location) if requirement.url else None
    return str(requirement) if path is None else str(requirement).replace(str(requirement.url), f"./{path}")


def _libraries(libraries: Iterable[Pin], context: LockContext) -> Iterator[dict[str, Any]]:
    for pin in libraries:
        file = _locked_file(pin, context)
        yield {"name": pin.name, "version": pin.version, **_places(file, context.location), "hashes": {**file.hashes}}


def _locked_file(pin: Pin, context: LockContext) -> ProjectFile:
    file = pin.file
    if file is None:
        raise ValueError(f"{pin} has no file")
    return context.files.get(file.url, file)


def _environment_marker(environment: Environment) -> str:
    return " and ".join(f"{variable} == '{environment.markers[variable]}'" for variable in ENVIRONMENT)


def _minor(version: Version) -> str:
    return f"{version.major}.{version.minor}"


def _requires_python(file: ProjectFile) -> SpecifierSet | None:
    return read_requires_python(file.requires_python)[0] if file.requires_python else None

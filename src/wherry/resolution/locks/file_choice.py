"""Choose the file of a locked package that fits an environment best."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wherry.formats.filenames import check_filename, parse_wheel_name
from wherry.formats.urls import last_segment
from wherry.formats.wording import shorten
from wherry.model.hashes import strongest
from wherry.model.project import ProjectFile
from wherry.model.sizes import LARGEST
from wherry.resolution.direct_urls import DirectFile
from wherry.resolution.locks.addresses import address_of
from wherry.resolution.releases import Release

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from packaging.pylock import Package, PackageArchive, PackageWheel

    from wherry.model.environment import Environment
    from wherry.resolution.direct_urls import Locate

__all__ = ["Unfit", "choose_file"]

SHOWN = 5


class Unfit(Exception):
    """The reason why a package has no file for the environment."""


def choose_file(package: Package, location: str, environment: Environment, locate: Locate) -> Release | DirectFile:
    """Return the version of a package of the lock at ``location``, with the file that fits best.

    Raises :class:`Unfit` if none fits, and ``ValueError`` for a file that a lock may not have.
    """
    if package.vcs is not None or package.directory is not None:
        raise Unfit("is source code, which wherry never builds")
    if package.archive is not None:
        return _choose_archive(package, package.archive, location, environment, locate)
    best = _best(package.wheels or (), environment)
    if best is None:
        raise Unfit(_unfit(package.wheels or ()))
    file = _file(best, best.filename, location, locate)
    version = package.version or parse_wheel_name(best.filename)[1]
    return Release(version, file)


def _choose_archive(
    package: Package, archive: PackageArchive, location: str, environment: Environment, locate: Locate
) -> DirectFile:
    filename = last_segment((archive.url or archive.path or "").replace("\\", "/"))
    if not filename.endswith(".whl"):
        raise Unfit("is an archive of source code, which wherry never builds")
    name, version, _, tags = parse_wheel_name(filename)
    if name != package.name or version != (package.version or version):
        raise ValueError(f"its archive {filename} is a wheel of {name} {version}")
    if environment.rank.keys().isdisjoint(map(str, tags)):
        raise Unfit(_platforms([filename]))
    return DirectFile(version, _file(archive, filename, location, locate))


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

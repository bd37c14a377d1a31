"""Turn a lock into the answer to install, and compare it with what is installed."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name

from wherry.errors import IntegrityError, UnsupportedPython
from wherry.installation.acquisition import Acquired
from wherry.installation.destination import Delivery
from wherry.model.distribution import InstalledDistribution
from wherry.resolution.locks.answer import answer
from wherry.resolution.locks.selection import select
from wherry.resolution.problem import Problem
from wherry.resolution.snapshot import Snapshot

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from packaging.utils import NormalizedName

    from wherry.index.lock_files import ReadLock
    from wherry.model.environment import Environment
    from wherry.model.locked_package import LockedPackage
    from wherry.model.project import ProjectFile
    from wherry.resolution.direct_urls import Locate
    from wherry.resolution.locks.selection import Chosen
    from wherry.resolution.resolution import Resolution

__all__ = [
    "acquired_of",
    "answer_lock",
    "check_pythons",
    "copies_in",
    "left_out",
    "naming_lock",
    "parts_of_runtime",
    "unmet_beside",
]


def answer_lock(  # noqa: PLR0913 - the answer depends on each
    lock: ReadLock,
    environment: Environment,
    *,
    installed: Mapping[NormalizedName, InstalledDistribution],
    distribution: Mapping[NormalizedName, LockedPackage],
    locate: Locate,
    extras: Iterable[str] = (),
    groups: Iterable[str] = (),
) -> Acquired:
    """Return the packages of ``lock`` for ``environment``, without their files.

    Raises :class:`~wherry.errors.InvalidLock`.
    """
    chosen = select(lock.file, environment, extras=extras, groups=groups, locate=locate)
    if lock.given is not None and lock.given.requirements:
        from wherry.resolution.locks.meeting import check_meets

        check_meets(lock.file, chosen, lock.given.requirements, lock.given.asker, environment)
    return acquired_of(lock, chosen, environment, installed=installed, distribution=distribution, locate=locate)


def acquired_of(  # noqa: PLR0913 - as above
    lock: ReadLock,
    chosen: Sequence[Chosen],
    environment: Environment,
    *,
    installed: Mapping[NormalizedName, InstalledDistribution],
    distribution: Mapping[NormalizedName, LockedPackage],
    locate: Locate,
) -> Acquired:
    """Return packages that were chosen from ``lock`` as an answer, without their files.

    Raises :class:`~wherry.errors.InvalidLock`.
    """
    resolution = answer(
        lock.file,
        chosen,
        environment,
        installed=installed,
        distribution=distribution,
        locate=locate,
        begun=lock.given.begun if lock.given is not None else (),
    )
    return Acquired(Problem(environment, (), installed=installed), resolution, Snapshot(environment))


def parts_of_runtime(
    installed: Mapping[NormalizedName, InstalledDistribution],
) -> dict[NormalizedName, InstalledDistribution]:
    """Return the distributions that belong to the runtime itself, and so to every environment."""
    known = installed.items()
    return {name: one for name, one in known if one.location is None and not one.from_distribution}


def copies_in(distribution: Mapping[NormalizedName, LockedPackage], resolution: Resolution) -> dict[str, ProjectFile]:
    """Return, by their URLs, the files of the answer that ``distribution`` has at another place."""
    copies = {}
    for pin in resolution.chosen:
        here = distribution.get(pin.name)
        if here is not None and pin.file is not None and here.file.hashes == pin.file.hashes:
            copies[pin.file.url] = here.file
    return copies


def left_out(acquired: Acquired, *, exact: bool) -> Iterator[InstalledDistribution]:
    """Yield the installed distributions to remove if ``exact``: all that can be, except those of the answer.

    An installed wherry stays, as does what it requires: it is running.
    """
    installed = acquired.problem.installed
    own = installed.get(canonicalize_name("wherry"))
    requires = own.metadata.requires_dist if own is not None else ()
    kept = {*acquired.resolution.pins, "wherry", *(canonicalize_name(one.name) for one in requires)}
    for name, distribution in installed.items() if exact else ():
        if distribution.location is not None and name not in kept:
            yield distribution


def unmet_beside(acquired: Acquired, removed: Collection[InstalledDistribution]) -> Iterator[str]:
    """Yield a warning for each requirement that becomes unmet, of a distribution that the lock does not list."""
    installed = acquired.problem.installed
    wheels = [delivered.wheel for delivered in acquired.deliveries if isinstance(delivered, Delivery)]
    arriving = {wheel.metadata.name: InstalledDistribution(wheel.metadata) for wheel in wheels}
    leaving = {one.name for one in removed}
    others = installed.keys() - acquired.resolution.pins.keys() - leaving
    if not others:
        return
    from wherry.resolution.graph.installed import find_unmet

    after = {name: one for name, one in installed.items() if name not in leaving} | arriving
    for unmet in find_unmet(after, acquired.problem.environment):
        if unmet.name in others and unmet.project in leaving:
            yield str(unmet)


def check_pythons(acquired: Acquired) -> None:
    """Check Requires-Python in the wheels' own metadata, which a lock need not tell.

    Raises :class:`~wherry.errors.UnsupportedPython`.
    """
    version = acquired.problem.environment.python_version
    for delivered in acquired.deliveries:
        # Packages of the distribution were built for this Python.
        if isinstance(delivered, Delivery) and delivered.origin != "distribution":
            required = delivered.wheel.metadata.requires_python
            if required is not None and not required.contains(version, prereleases=True):
                raise UnsupportedPython(str(required), str(version), delivered.wheel.filename)


@contextmanager
def naming_lock(lock: ReadLock) -> Iterator[None]:
    """Name the lock as the place of hashes and sizes in errors about files that differ from them."""
    try:
        yield
    except IntegrityError as error:
        error.place = lock.file.name
        raise

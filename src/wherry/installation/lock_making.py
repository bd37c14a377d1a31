"""Make a lock from what was resolved: download the files that have no hash, and write the text."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name

from wherry.formats.pylock_text import write_lock
from wherry.formats.wording import shorten
from wherry.index.lock_files import with_hashes
from wherry.installation.installed import top_level_modules
from wherry.installation.locked import parts_of_runtime
from wherry.model.core_metadata import CoreMetadata
from wherry.model.locked_package import LockedPackage
from wherry.resolution.locks.lock_file import LockFile
from wherry.resolution.locks.making import LockContext, make_lock
from wherry.resolution.locks.selection import that_may_apply
from wherry.resolution.requirements import applies, parse_requirements

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from packaging.utils import NormalizedName
    from packaging.version import Version

    from wherry.index.client import IndexClient
    from wherry.installation.acquisition import Acquired
    from wherry.model.distribution import InstalledDistribution
    from wherry.model.environment import Environment
    from wherry.model.project import ProjectFile
    from wherry.resolution.problem import Problem
    from wherry.resolution.requirements import Texts

    ModulesOf = Callable[[], Mapping[NormalizedName, tuple[str, ...]]]

__all__ = ["exclusion_of", "lock_acquired", "locked_versions", "modules_of", "without_installed"]

MADE = "the new lock"
PYODIDE = canonicalize_name("pyodide")


async def lock_acquired(
    acquired: Acquired, requirements: Texts, index: IndexClient, publish: Callable[[LockedPackage], str], location: str
) -> LockFile:
    """Return the lock of an answer to ``requirements``; it is to be stored at ``location``, if that is given.

    ``publish`` gives the URL of Pyodide's packages for other runtimes. Raises the errors of a download.
    """
    problem, resolution = acquired.problem, acquired.resolution
    files = [pin.file for pin in resolution.chosen if pin.file is not None]
    provided = problem.installed.get(PYODIDE)
    context = LockContext(
        environment=problem.environment,
        requirements=[one for one in parse_requirements(requirements) if applies(one, problem.environment)],
        pyodide=provided.version if provided is not None else "",
        indexes=dict(_indexes(acquired, index)),
        files={**await with_hashes(files, index), **dict(_published(acquired, publish))},
        exclude_newer=problem.exclude_newer,
        location=location,
    )
    content = make_lock(resolution, context)
    return LockFile(content, write_lock(content), location or MADE, location)


def without_installed(problem: Problem) -> Problem:
    """Return the problem of an empty environment, which has only what belongs to the runtime itself."""
    return replace(problem, installed=parts_of_runtime(problem.installed))


def locked_versions(lock: LockFile, but: Iterable[str], environment: Environment) -> Mapping[NormalizedName, Version]:
    """Return the versions in an earlier lock, except those of the projects ``but``.

    Of several versions of a project, that for ``environment`` counts.
    """
    free = set(map(canonicalize_name, [but] if isinstance(but, str) else but))
    # A later one replaces an earlier one.
    packages = (*lock.content.packages, *that_may_apply(lock, environment))
    return {one.name: one.version for one in packages if one.version is not None and one.name not in free}


def exclusion_of(lock: LockFile) -> datetime | None:
    """Return the ``exclude_newer`` that an earlier lock was made with, if any.

    Raises :class:`~wherry.errors.InvalidLock` for anything but a date or a time.
    """
    found: object = lock.recorded.get("exclude-newer")
    if found is None or isinstance(found, datetime):
        return found
    try:
        return datetime.fromisoformat(str(found))
    except ValueError:
        lock.refuse(f"tool.wherry.exclude-newer must be a time, not {shorten(repr(found))}")


def modules_of(acquired: Acquired, installed: Mapping[NormalizedName, InstalledDistribution]) -> ModulesOf:
    """Return a function that returns the top-level modules of the packages, as far as they are known.

    They are known of packages that are installed with the same version, and of those whose metadata declares them.
    """

    def find() -> dict[NormalizedName, tuple[str, ...]]:
        found: dict[NormalizedName, tuple[str, ...]] = {}
        for pin in acquired.resolution.chosen:
            known = acquired.snapshot.metadata.get(pin.file.url) if pin.file is not None else None
            if isinstance(known, CoreMetadata) and known.import_names:
                found[pin.name] = tuple(dict.fromkeys(name.partition(".")[0] for name in known.import_names))
        pins = acquired.resolution.pins
        here = top_level_modules()
        same = [name for name in here if name in installed and installed[name].version == pins.get(name)]
        return found | {name: here[name] for name in same}

    return find


def _published(acquired: Acquired, publish: Callable[[LockedPackage], str]) -> Iterator[tuple[str, ProjectFile]]:
    for pin in acquired.resolution.chosen:
        if isinstance(pin.source, LockedPackage):
            file = pin.source.file
            yield file.url, replace(file, url=publish(pin.source))


def _indexes(acquired: Acquired, index: IndexClient) -> Iterator[tuple[NormalizedName, str]]:
    """Yield the URL of the index that each project was found on."""
    for pin in acquired.resolution.chosen:
        page = acquired.snapshot.pages.get(pin.name)
        if pin.origin == "index" and page is not None:
            known = (url for url in (*index.reserved.values(), *index.index_urls) if page.url.startswith(url))
            yield pin.name, next(known, page.url.rstrip("/").rpartition("/")[0]).rstrip("/")

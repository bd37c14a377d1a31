"""Deciding: one attempt over a complete snapshot, whose answer has a hundred projects.

Imports only wherry and the standard library, so that it runs in CPython and over the bundle in Pyodide.
"""

from __future__ import annotations

import random
import statistics
import time
from typing import TYPE_CHECKING

from wherry.formats.core_metadata import parse_core_metadata
from wherry.model.environment import Environment
from wherry.model.project import ProjectFile, ProjectPage
from wherry.resolution.attempt import attempt
from wherry.resolution.problem import Problem
from wherry.resolution.requirements import expand, parse_requirements
from wherry.resolution.snapshot import Snapshot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from wherry.model.core_metadata import CoreMetadata

__all__ = ["LIMITS", "measure"]

LIMITS = {"plain, again": 60.0}
"""Limits in milliseconds, for Pyodide in Node."""

PROJECTS = 100
RELEASES = 30
REPETITIONS = 5
CLASHES = 10

FALSE_MARKERS = ('python_version < "3.9"', 'sys_platform == "win32"', 'platform_python_implementation == "PyPy"')
TRUE_MARKERS = ('python_version >= "3.8"', 'sys_platform != "win32"', "")
SPECIFIERS = (">={major}.0", ">={major}.{minor},<9", "~={major}.0", "!={major}.{minor}.7,>=0.5", "")


def measure() -> dict[str, float]:
    """Return milliseconds by name of the measurement; medians, except for measurements that can be made only once.

    *First* is the first attempt over newly parsed data, *anew* one over a snapshot of its own, *again* another one over
    the same snapshot, as happens while a snapshot grows.
    """
    results = {}
    for name, (problem, snapshot) in (("plain", plain()), ("with clashes", with_clashes())):
        results[f"{name}, first"] = _decide(problem, snapshot)
        results[f"{name}, anew"] = statistics.median(_decide(problem, _renew(snapshot)) for _ in range(REPETITIONS))
        results[f"{name}, again"] = statistics.median(_decide(problem, snapshot) for _ in range(REPETITIONS))
    return results


def plain() -> tuple[Problem, Snapshot]:
    """Return a problem whose answer has the newest release of every project."""
    return _pose(lambda *_: ())


def with_clashes() -> tuple[Problem, Snapshot]:
    """Return a problem where ten projects must go back by some releases.

    Each of the first ten limits the version of another project, of which the latest releases of a third project require
    a newer one.
    """

    def clash(number: int, release: int) -> tuple[str, ...]:
        shared = f"project-{number % 30 + 60}"
        if number < CLASHES:
            return (f"{shared}<{_version(RELEASES - 5)}",)
        if 30 <= number < 30 + CLASHES and release >= RELEASES - 4:  # noqa: PLR2004
            return (f"{shared}>={_version(RELEASES - 2)}",)
        return ()

    return _pose(clash)


def _decide(problem: Problem, snapshot: Snapshot) -> float:
    started = time.perf_counter()
    resolution = attempt(problem, snapshot).resolution
    elapsed = (time.perf_counter() - started) * 1000
    if resolution is None or len(resolution.chosen) != PROJECTS:
        raise AssertionError(resolution)
    return elapsed


def _renew(snapshot: Snapshot) -> Snapshot:
    """Return a snapshot with the same data and without cached results."""
    renewed = Snapshot(snapshot.environment)
    renewed.pages.update(snapshot.pages)
    renewed.metadata.update(snapshot.metadata)
    return renewed


def _pose(further: Callable[[int, int], tuple[str, ...]]) -> tuple[Problem, Snapshot]:
    environment = Environment.current()
    snapshot = Snapshot(environment)
    chance = random.Random(314)  # noqa: S311 - the same graph every time
    for number in range(PROJECTS):
        _add_project(
            snapshot, number, [(*_requires(number, chance), *further(number, step)) for step in range(RELEASES)]
        )
    requested = parse_requirements(["project-0[more]"])
    return Problem(environment, tuple(one for requirement in requested for one in expand(requirement))), snapshot


def _add_project(snapshot: Snapshot, number: int, requires: list[tuple[str, ...]]) -> None:
    files: list[ProjectFile] = []
    releases = [_metadata(number, step, requirements) for step, requirements in enumerate(requires)]
    for step, metadata in enumerate(releases):
        files += _files(f"project_{number}-{_version(step)}", compiled=number % 5 == 0)
        snapshot.metadata[files[-1].url] = metadata
    name = releases[0].name
    snapshot.pages[name] = ProjectPage(name, f"https://example.org/{name}/", tuple(files))


def _metadata(number: int, step: int, requirements: tuple[str, ...]) -> CoreMetadata:
    lines = [f"Name: Project.{number}", f"Version: {_version(step)}", "Requires-Python: >=3.8", "Provides-Extra: more"]
    lines += [f"Requires-Dist: {requirement}" for requirement in requirements]
    return parse_core_metadata("\n".join(["Metadata-Version: 2.4", *lines]).encode(), subject="")


def _files(stem: str, *, compiled: bool) -> Iterator[ProjectFile]:
    endings = [".tar.gz"]
    if compiled:
        endings += [
            f"-cp3{minor}-cp3{minor}-{platform}.whl"
            for minor in (12, 13, 14)
            for platform in ("manylinux_2_28_x86_64", "macosx_11_0_arm64", "win_amd64")
        ]
    for filename in (*(f"{stem}{ending}" for ending in endings), f"{stem}-py3-none-any.whl"):
        yield ProjectFile(
            filename,
            f"https://example.org/{filename}",
            {"sha256": "0" * 64},
            100_000,
            requires_python=">=3.8",
            upload_time="2026-01-01T00:00:00Z",
        )


def _version(step: int) -> str:
    return f"{1 + step // 10}.{step % 10}.{step % 3}"


def _requires(number: int, chance: random.Random) -> Iterator[str]:
    """Yield about five requirements on the next projects (so that all are reached), with markers and extras."""
    ahead = [other for other in (number + 1, 2 * number + 1, 2 * number + 2) if number < other < PROJECTS]
    if number + 2 < PROJECTS:
        ahead.append(chance.randrange(number + 1, PROJECTS))
    for other in dict.fromkeys(ahead):
        extra = "[more]" if chance.random() < 0.2 else ""  # noqa: PLR2004
        specifier = chance.choice(SPECIFIERS).format(major=3, minor=chance.randrange(9))
        marker = chance.choice(TRUE_MARKERS)
        yield f"project-{other}{extra}{specifier}{f'; {marker}' if marker else ''}"
    yield f"backport-{number % 7}>=1; {chance.choice(FALSE_MARKERS)}"
    yield f"tests-{number % 5}; extra == 'test'"
    yield f"project-{(number + 1 + PROJECTS // 2) % PROJECTS}>=1; extra == 'more'"

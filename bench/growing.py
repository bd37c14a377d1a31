"""Measure wherry by the number of packages, and by the number of files on a page, in Node.

The packages are made up: each requires two more, has one module, and lists further files that are never requested. The
link has no delay, so that only wherry's own work grows.
"""

from __future__ import annotations

import functools
import json
import statistics
from typing import TYPE_CHECKING

from bench.listing import listed_wheels
from bench.paths import CHARTS
from bench.runtimes import MeasurementFailed, Task, empty_lock, run_task
from bench.shaped_server import ShapedServer
from tests.harness.index_files import make_wheel

if TYPE_CHECKING:
    import argparse

    from bench.runtimes import Outcome
    from tests.harness.index_files import IndexFile

__all__ = ["add_arguments", "run"]

PACKAGES = (10, 30, 100, 300)
FILES = (10, 100, 1_000, 5_000, 20_000)
USUAL_FILES = 50
CHILDREN = 2


class MadeUp:
    """An index of ``packages`` projects with ``files`` files each: project-0 requires all others, over some levels."""

    def __init__(self, packages: int, files: int) -> None:
        self.packages = packages
        self._files = files
        self._wheels = functools.cache(self._make)

    def page(self, name: str, server_url: str) -> bytes | None:
        """Return the project page."""
        wheel = self._wheels(int(name.rpartition("-")[2]))
        entry = {
            "core-metadata": True,
            "filename": wheel.filename,
            "hashes": {"sha256": wheel.sha256},
            "size": len(wheel.content),
            "upload-time": wheel.upload_time,
            "url": f"{server_url}/packages/{wheel.filename}",
        }
        files = [*listed_wheels(name, self._files - 1), entry]
        return json.dumps({"meta": {"api-version": "1.4"}, "name": name, "files": files}).encode()

    def wheel(self, filename: str) -> IndexFile | None:
        """Return the wheel of a project that is installed."""
        return self._wheels(int(filename.split("-", maxsplit=1)[0].rpartition("_")[2]))

    def _make(self, number: int) -> IndexFile:
        children = (CHILDREN * number + step for step in range(1, CHILDREN + 1))
        requires = [f"project-{child}>=1" for child in children if child < self.packages]
        return make_wheel(f"project-{number}", "1000.0", requires=requires)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--rounds", type=int, default=3, help="how often each is measured")
    parser.add_argument("--plot", action="store_true", help=f"also draw the curves, into {CHARTS}")


def run(options: argparse.Namespace) -> None:
    """Measure, and print the results."""
    curves = {
        "packages": {count: _measure(count, USUAL_FILES, options.rounds) for count in PACKAGES},
        "files on a page": {count: _measure(1, count, options.rounds) for count in FILES},
    }
    for unit, outcomes in curves.items():
        print(f"{unit:>16}{'install, s':>14}{'each, ms':>12}{'heap, MB':>12}{'peak, MB':>12}")
        for count, outcome in outcomes.items():
            seconds, heap, memory = outcome
            print(f"{count:>16}{seconds:>14.3f}{seconds / count * 1000:>12.3f}{heap:>12.1f}{memory:>12.1f}")
    if options.plot:
        from bench.report import plot_curves

        for unit, outcomes in curves.items():
            points = {unit: {count: seconds for count, (seconds, _, _) in outcomes.items()}}
            plot_curves(CHARTS / f"{unit.replace(' ', '-')}.svg", f"Installing, by {unit}", unit, points)


def _measure(packages: int, files: int, rounds: int) -> tuple[float, float, float]:
    """Return the medians of the seconds, of the heap's growth in MB, and of the process's peak memory in MB."""
    with ShapedServer(MadeUp(packages, files), {}) as server:
        outcomes = [_install(server, packages) for _ in range(rounds)]
    return (
        statistics.median(outcome.seconds["install"] for outcome in outcomes),
        statistics.median(outcome.heap for outcome in outcomes) / 1e6,
        statistics.median(outcome.memory or 0 for outcome in outcomes) / 1e6,
    )


def _install(server: ShapedServer, packages: int) -> Outcome:
    for number in range(packages):
        # Made in advance, because the work of the server must not be measured.
        server.size(f"/simple/project-{number}/")
    server.begin()
    outcome = run_task("node", Task("wherry", ("project-0",)), server, empty_lock())
    if len(outcome.installed) != packages:
        raise MeasurementFailed(f"{len(outcome.installed)} packages instead of {packages}")
    return outcome

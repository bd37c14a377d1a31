"""Measure imports alone, after each way in which modules come to Python, in fresh runtimes and in turn.

*lazy* is wherry as it is by default, whose files are unpacked at their first read; *strict* compares every file before;
*unpacked* is Pyodide's own `unpackArchive` of the same wheels; *bytecode* is a bundle. The times are those of the
process that runs Python: seconds that pass, and seconds of all its processors.
"""

from __future__ import annotations

import itertools
import statistics
import sys
from typing import TYPE_CHECKING

from bench.lab import Lab
from bench.link import UNSHAPED
from bench.machine import describe_machine
from bench.results import keep
from bench.runtimes import RUNTIMES, MeasurementFailed, available, version_of
from bench.tables import text_lines
from bench.visiting import WAYS, Guest, add_workloads, rehearse, visit_once

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from bench.runtimes import Runtime
    from bench.visiting import Client, Visit

__all__ = ["WORKLOADS", "add_arguments", "rows", "run"]

WORKLOADS = ("sympy", "fastapi", "plotly networkx")
NAMES: Mapping[Client, str] = {"lock": "lazy", "bundle": "bytecode"}
HEADER = ("", "seconds", "CPU", "CPU ÷ unpacked")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--rounds", type=int, default=5, help="number of imports after each way")
    add_workloads(parser, WORKLOADS)
    parser.add_argument(
        "--runtime", action="append", dest="runtimes", choices=RUNTIMES, help="default: each that is on PATH"
    )


def run(options: argparse.Namespace) -> None:
    """Measure, and print and store the results."""
    runtimes: Sequence[Runtime] = options.runtimes or available()
    visits = list(_imports(options, runtimes))
    machine = describe_machine(map(version_of, runtimes))
    print("\n".join(["", machine, "", *text_lines("import, median", HEADER, rows(visits))]))
    print(f"Every figure: {keep('importing', machine, imports=visits)}")


def rows(visits: Iterable[Visit]) -> Iterator[tuple[str, ...]]:
    """Yield a row for each workload, runtime and way: medians, and the CPU time relative to unpacked files."""
    groups: dict[tuple[str, str], dict[Client, list[Visit]]] = {}
    for visit in visits:
        groups.setdefault((visit.workload, visit.place), {}).setdefault(visit.client, []).append(visit)
    for (workload, place), ways in groups.items():
        beside = _cpu(ways["unpacked"]) if "unpacked" in ways else None
        for way, measured in ways.items():
            seconds = statistics.median(visit.seconds["importing"] for visit in measured)
            name = f"{workload}, {place}, {NAMES.get(way, way)}"
            cpu = _cpu(measured)
            yield name, f"{seconds:.2f}", f"{cpu:.2f}", "" if beside is None else f"{cpu / beside:.2f}"


def _cpu(visits: Iterable[Visit]) -> float:
    return statistics.median(visit.cpu["importing"] for visit in visits)


def _imports(options: argparse.Namespace, runtimes: Sequence[Runtime]) -> Iterator[Visit]:
    """Yield all imports, round by round and all ways in turn, so that a slow minute affects all."""
    with Lab() as lab:
        workloads = [rehearse(lab, text) for text in options.workloads or WORKLOADS]
        for number, runtime, visited, way in itertools.product(range(options.rounds), runtimes, workloads, WAYS):
            try:
                visit = visit_once(lab, UNSHAPED, Guest(visited, way, runtime))
            except MeasurementFailed as error:
                sys.exit(str(error))
            importing = f"{visit.seconds['importing']:.2f} s"
            print(f"{visited.workload.text}, {runtime}, {number + 1}: {way} {importing}", file=sys.stderr)
            yield visit

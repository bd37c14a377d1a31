"""Measure wherry against micropip over a shaped link, in fresh runtimes and in turn, and wherry from a lock.

The first run records the files that the workloads need from the index, into .cache/bench. The times of wherry are those
of attaching, importing and installing, the times of micropip those of importing and installing; loading Pyodide itself
does not count. From a lock, the downloads begin in Chromium while Pyodide is loading, as in a page, and the time counts
from the end of loading. micropip is installed before, and wherry's bundle comes from beside the page and not over the
link.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from bench import tables
from bench.lab import Lab
from bench.link import DEFAULT_LINK, add_link
from bench.machine import describe_machine
from bench.results import keep
from bench.runtimes import CLIENTS, RUNTIMES, MeasurementFailed, available, version_of
from bench.summary import summarize

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from bench.lab import Measurement, Workload
    from bench.link import LinkSpeed
    from bench.runtimes import Runtime

__all__ = ["add_arguments", "run"]

WORKLOADS = ("msgpack", "fastapi", "sympy plotly networkx", "sphinx mkdocs-material")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--rounds", type=int, default=5, help="number of installations by each client of each workload")
    parser.add_argument(
        "--workload", action="append", dest="workloads", help=f"requirements to install at once; {'; '.join(WORKLOADS)}"
    )
    parser.add_argument(
        "--runtime", action="append", dest="runtimes", choices=RUNTIMES, help="default: each that is on PATH"
    )
    add_link(parser)
    parser.add_argument("--record", action="store_true", help="delete the recording, and record again")
    parser.add_argument("--report", metavar="FOLDER", help="also write a Markdown table and a plot for README there")


def run(options: argparse.Namespace) -> None:
    """Measure, and print and store the results."""
    if options.record:
        Lab.clear()
    runtimes, links = options.runtimes or available(), options.links or [DEFAULT_LINK]
    with Lab() as lab:
        workloads = [_rehearse(lab, text) for text in options.workloads or WORKLOADS]
        measurements = [
            measurement
            for speed in links
            for runtime in runtimes
            for workload in workloads
            for measurement in _alternate(lab, workload, runtime, speed, options.rounds)
        ]
        profiles = [
            lab.measure(workload, "wherry", runtime, speed, own_time=True)
            for speed in links
            for runtime in runtimes
            for workload in workloads
        ]
    machine = describe_machine(map(version_of, runtimes))
    summaries = summarize(measurements, profiles)
    print("\n".join(["", machine, "", *tables.text_tables(summaries)]))
    print(f"\nEvery figure: {keep('installing', machine, measurements=measurements, profiles=profiles)}")
    if options.report:
        from bench.report import write_report

        write_report(options.report, machine, summaries)


def _rehearse(lab: Lab, text: str) -> Workload:
    print(f"rehearsing {text}", file=sys.stderr)
    workload = lab.rehearse(text)
    for name, versions in workload.others.items():
        print(f"{name}: wherry and micropip install {versions}", file=sys.stderr)
    return workload


def _alternate(lab: Lab, workload: Workload, runtime: Runtime, speed: LinkSpeed, rounds: int) -> Iterator[Measurement]:
    """Yield measurements of all clients in turn, so that a slow minute affects all."""
    for number in range(rounds):
        for client in CLIENTS:
            try:
                measurement = lab.measure(workload, client, runtime, speed)
            except MeasurementFailed as error:
                sys.exit(str(error))
            total = measurement.seconds["total"]
            print(f"{workload.text}, {runtime}, {speed}, {number + 1}: {client} {total:.2f} s", file=sys.stderr)
            if measurement.missing:
                print(f"not recorded: {', '.join(measurement.missing)}", file=sys.stderr)
            yield measurement

"""Measure a page's first and second visits until its imports are done, against micropip over a shaped link.

A visitor's page loads Pyodide, installs the packages of a workload and imports them. Then the browser is closed, and a
new one, with the same profile, visits the page again. The time counts from Pyodide being there. wherry is attached as
pages do it, with a list of packages, with a lock, or with a bundle with bytecode, while Pyodide is loading. micropip is
in place before, and importing it counts. The clients take turns. Scripts do not come over the link.

Files of the index are cacheable for ever, pages and locks are checked at each visit, as those of PyPI some time later.
Between the visits the browser is not closed before wherry's cache is at rest; that time does not count.

The first run records the files of the workloads from the index, into .cache/bench, and makes the bundles. The table for
README: `--place chromium --report FOLDER`.
"""

from __future__ import annotations

import itertools
import sys
from typing import TYPE_CHECKING

from bench import visit_tables
from bench.lab import Lab
from bench.link import DEFAULT_LINK, add_link
from bench.machine import describe_machine
from bench.results import keep
from bench.runtimes import MeasurementFailed, version_of
from bench.visit_summary import summarize
from bench.visiting import CLIENTS, PLACES, Guest, add_workloads, rehearse, visit_twice

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence

    from bench.runtimes import Program
    from bench.visiting import Place, Visit

__all__ = ["WORKLOADS", "add_arguments", "run"]

WORKLOADS = ("sympy plotly networkx", "fastapi", "sphinx mkdocs-material: sphinx material")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--rounds", type=int, default=3, help="number of both visits with each client")
    add_workloads(parser, WORKLOADS)
    parser.add_argument("--place", action="append", dest="places", choices=PLACES, help="default: all")
    parser.add_argument("--report", metavar="FOLDER", help="also write a Markdown table and a plot for README there")
    add_link(parser)


def run(options: argparse.Namespace) -> None:
    """Measure, and print and store the results."""
    places: Sequence[Place] = options.places or PLACES
    visits: list[Visit] = []
    try:
        for visit in _visits(options, places):
            visits.append(visit)  # noqa: PERF402 - those of a run that is stopped are kept
    except KeyboardInterrupt:
        print("stopped: the results are those of the visits until now", file=sys.stderr)
    machine = describe_machine(map(version_of, _programs(places)))
    summaries = summarize(visits)
    print("\n".join(["", machine, "", *visit_tables.text_table(summaries)]))
    print(f"\nEvery figure: {keep('visits', machine, visits=visits)}")
    if options.report:
        from bench.visit_report import write_report

        write_report(options.report, machine, summaries)


def _visits(options: argparse.Namespace, places: Sequence[Place]) -> Iterator[Visit]:
    """Yield all visits, round by round and all clients in turn, so that a slow minute affects all."""
    with Lab() as lab:
        workloads = [rehearse(lab, text) for text in options.workloads or WORKLOADS]
        turns = itertools.product(options.links or [DEFAULT_LINK], range(options.rounds), places, workloads, CLIENTS)
        for speed, number, place, visited, client in turns:
            try:
                visits = visit_twice(lab, speed, Guest(visited, client, place))
            except MeasurementFailed as error:
                sys.exit(str(error))
            seconds = " and ".join(f"{visit.usable:.2f} s" for visit in visits)
            print(f"{visited.workload.text}, {place}, {speed}, {number + 1}: {client} {seconds}", file=sys.stderr)
            for visit in visits:
                if visit.missing:
                    print(f"not recorded: {', '.join(visit.missing)}", file=sys.stderr)
            yield from visits


def _programs(places: Sequence[Place]) -> Sequence[Program]:
    programs: tuple[Program, ...] = ("chromium", "firefox")
    return [program for program in programs if any(place.startswith(program) for place in places)]

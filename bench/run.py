"""Runs the benches. `python bench/run.py deciding`; without a name, all of them, as they are set if nothing is said.

`deciding` and `parsing` need neither a network nor a browser; `installing` measures against micropip over a shaped
link; `growing` measures wherry against the number of packages and of files per page.
"""

from __future__ import annotations

import argparse
import importlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

MICRO = ("deciding", "parsing")
LARGE = ("installing", "growing")


def main() -> None:
    """Run what the command line names; exit with 1 where a limit was exceeded."""
    # The benches are imported by the folder's name, and so are the tests' index files.
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    parser = argparse.ArgumentParser(description=__doc__)
    subparsers = parser.add_subparsers(metavar="bench", help=f"of {', '.join((*MICRO, *LARGE))}")
    for name in MICRO:
        subparsers.add_parser(name).set_defaults(run=lambda _, name=name: run_micro(name))
    for name in LARGE:
        bench = importlib.import_module(f"bench.{name}")
        subparser = subparsers.add_parser(name, description=bench.__doc__)
        bench.add_arguments(subparser)
        subparser.set_defaults(run=bench.run)
    arguments = [sys.argv[1:]] if sys.argv[1:] else [[name] for name in (*MICRO, *LARGE)]
    exceeded = [run(parser.parse_args(one)) for one in arguments]
    sys.exit(any(exceeded))


def run(options: argparse.Namespace) -> bool:
    """Run the bench that ``options`` are of, and return whether a limit was exceeded."""
    bench: Callable[[argparse.Namespace], bool | None] = options.run
    return bool(bench(options))


def run_micro(name: str) -> bool:
    """Run a bench that needs no network."""
    from bench import micro

    return micro.run(importlib.import_module(f"bench.{name}"))


if __name__ == "__main__":
    main()

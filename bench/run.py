"""Run the benches: `python bench/run.py deciding`, or without a name all of them with default options.

`deciding` and `parsing` need neither a network nor a browser. Over a shaped link, `installing` measures installations
against micropip, and `visits` a page's first and second visits until its imports are done; `importing` measures the
imports alone. `growing` measures wherry by the number of packages, and of files on a page; `doubling` measures each
parser by the size of hostile input.
"""

from __future__ import annotations

import argparse
import importlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import ModuleType

MICRO = ("deciding", "parsing")
LARGE = ("installing", "visits", "importing", "growing", "doubling")


def main() -> None:
    """Run the benches that the command line names; exit with 1 if a limit was exceeded."""
    # The benches are imported by the folder's name, and so are the tests' index files.
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("bench", nargs="?", choices=(*MICRO, *LARGE), help="for its own options: bench --help")
    named = sys.argv[1:2] if sys.argv[1:2] and sys.argv[1] in {*MICRO, *LARGE} else []
    if not named:
        parser.parse_args()
    exceeded = [run(name, sys.argv[2:]) for name in named or (*MICRO, *LARGE)]
    sys.exit(any(exceeded))


def run(name: str, arguments: Sequence[str]) -> bool:
    """Run a bench, and return whether a limit was exceeded."""
    bench = importlib.import_module(f"bench.{name}")
    parser = argparse.ArgumentParser(prog=f"run.py {name}", description=bench.__doc__)
    if name in MICRO:
        parser.parse_args(arguments)
        return micro(bench)
    bench.add_arguments(parser)
    return bool(bench.run(parser.parse_args(arguments)))


def micro(bench: ModuleType) -> bool:
    """Run a bench that needs no network."""
    from bench.micro import run

    return run(bench)


if __name__ == "__main__":
    main()

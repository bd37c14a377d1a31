"""Runs a bench in this Python and in Pyodide in Node, and prints both. `python bench/run.py deciding`.

A bench is a module beside this one with ``measure()``, which returns milliseconds by what was measured, and ``LIMITS``
for some of these.
"""

from __future__ import annotations

import argparse
import importlib
import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

HERE = Path(__file__).resolve().parent
NODE = HERE.parent / "js" / "node_modules" / ".bin" / "node"
BENCHES = sorted(path.stem for path in HERE.glob("*.py") if path != Path(__file__).resolve())


def main() -> None:
    """Run the benches that the command line names, or all; exit with 1 where a limit was exceeded."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("benches", nargs="*", metavar="bench", help=f"of {', '.join(BENCHES)}; all, if none is named")
    exceeded = [run(name) for name in parser.parse_args().benches or BENCHES]
    sys.exit(any(exceeded))


def run(name: str) -> bool:
    """Run one bench, print its results, and return whether a limit was exceeded."""
    bench = importlib.import_module(name)
    here: Mapping[str, float] = bench.measure()
    there: Mapping[str, float] = measure_in_pyodide(name)
    python = f"CPython {sys.version_info.major}.{sys.version_info.minor}"
    print(f"{name + ', ms':<32}{python:>14}{'Pyodide':>12}{'limit':>10}")
    for what, elapsed in here.items():
        limit = bench.LIMITS.get(what)
        print(f"{what:<32}{elapsed:>14.1f}{there[what]:>12.1f}{limit or '':>10}")
    return any(there[what] > limit for what, limit in bench.LIMITS.items())


def measure_in_pyodide(name: str) -> dict[str, float]:
    """Run a bench over the bundle in js/dist."""
    command = [NODE, HERE / "in_pyodide.mjs", HERE / f"{name}.py"]
    finished = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own arguments
    results: dict[str, float] = json.loads(finished.stdout)
    return results


if __name__ == "__main__":
    main()

"""Run a bench that needs no network, in this Python and in Pyodide in Node, and print both results.

Such a bench is a module beside this one with ``measure()``, which returns milliseconds by name, and ``LIMITS`` for some
of the names.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

from bench.paths import HERE, NODE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import ModuleType

__all__ = ["measure_in_pyodide", "run"]


def run(bench: ModuleType) -> bool:
    """Run one bench, print its results, and return whether a limit was exceeded."""
    name = bench.__name__.rpartition(".")[2]
    here: Mapping[str, float] = bench.measure()
    there: Mapping[str, float] = measure_in_pyodide(name)
    python = f"CPython {sys.version_info.major}.{sys.version_info.minor}"
    print(f"{name + ', ms':<32}{python:>14}{'Pyodide':>12}{'limit':>10}")
    for case, elapsed in here.items():
        limit = bench.LIMITS.get(case)
        print(f"{case:<32}{elapsed:>14.1f}{there[case]:>12.1f}{limit or '':>10}")
    return any(there[case] > limit for case, limit in bench.LIMITS.items())


def measure_in_pyodide(name: str) -> dict[str, Any]:
    """Run a bench over the bundle in js/dist."""
    command = [NODE, HERE / "in_pyodide.mjs", HERE / f"{name}.py"]
    finished = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own arguments
    results: dict[str, Any] = json.loads(finished.stdout)
    return results

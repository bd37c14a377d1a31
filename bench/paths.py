"""Paths of the benches."""

from __future__ import annotations

from pathlib import Path

from tests.harness.paths import BUNDLE, CACHE, NODE_MODULES

__all__ = [
    "BUNDLE",
    "BUNDLES",
    "CHARTS",
    "HERE",
    "LOCK",
    "MICROPIP",
    "NODE",
    "NODE_MODULES",
    "PYODIDE",
    "RECORDING",
    "RESULTS",
]

HERE = Path(__file__).resolve().parent
NODE = NODE_MODULES / ".bin" / "node"
PYODIDE = NODE_MODULES / "pyodide"

RECORDING = CACHE / "bench" / "index"
MICROPIP = CACHE / "bench" / "micropip"
LOCK = CACHE / "bench" / "pylock.toml"
BUNDLES = CACHE / "bench" / "bundles"
RESULTS = CACHE / "bench" / "results"
CHARTS = CACHE / "bench" / "charts"

"""Paths of the tests' files."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
JS = ROOT / "js"
NODE_MODULES = JS / "node_modules"
BUNDLE = JS / "dist"
FAULTS = ROOT / "tests" / "faults"
PINS = ROOT / "tests" / "wheels"

CACHE = ROOT / ".cache"
WHEELS = CACHE / "wheels"
DISTRIBUTION = CACHE / "distribution"
STOCK = CACHE / "stock"
JUPYTERLITE = CACHE / "jupyterlite"

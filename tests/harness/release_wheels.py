"""The wheels of wherry itself, which `npm run build` makes."""

from __future__ import annotations

from tests.harness.index_files import IndexFile, read_wheels
from tests.harness.paths import BUNDLE, WHEELS

__all__ = ["compiled_wheel", "micropip_wheel", "pure_wheel"]


def compiled_wheel() -> IndexFile:
    """Return the wheel for the present Pyodide, with bytecode."""
    return next(wheel for wheel in read_wheels(BUNDLE / "wheels") if "pyemscripten" in wheel.filename)


def pure_wheel() -> IndexFile:
    """Return the wheel for other Pythons, with sources."""
    return next(wheel for wheel in read_wheels(BUNDLE / "wheels") if wheel.filename.endswith("-none-any.whl"))


def micropip_wheel() -> IndexFile:
    """Return the wheel of Pyodide's own installer."""
    return read_wheels(WHEELS / "installers")[0]

"""Fetch the real wheels that the tests install, as tests/wheels pins them: `python -m tests.harness.wheelhouse`."""

from __future__ import annotations

import hashlib
import re
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

from tests.harness.paths import PINS, WHEELS

if TYPE_CHECKING:
    from pathlib import Path

# The platform of Pyodide 314; pip runs on another one.
TARGET = (
    "--python-version=3.14",
    "--implementation=cp",
    "--abi=cp314",
    "--platform=pyemscripten_2026_0_wasm32",
    "--only-binary=:all:",
)
FOLDERS = ("newest", "older", "distribution", "databases", "installers", "front_ends", "micropip_suite")


def fetch(pins: Path, folder: Path) -> None:
    """Fill ``folder`` with the wheels that ``pins`` lists, unless it has exactly these."""
    if holds(folder, pins):
        return
    shutil.rmtree(folder, ignore_errors=True)
    pip = (sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--require-hashes", *TARGET)
    subprocess.run((*pip, "--requirement", pins, "--dest", folder), check=True)  # noqa: S603 - our own arguments


def holds(folder: Path, pins: Path) -> bool:
    """Return whether ``folder`` has the files whose hashes ``pins`` lists, and no others."""
    wanted = re.findall(r"--hash=sha256:([0-9a-f]{64})", pins.read_text(encoding="utf-8"))
    found = [hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.glob("*")]
    return sorted(wanted) == sorted(found)


if __name__ == "__main__":
    for name in FOLDERS:
        fetch(PINS / f"{name}.txt", WHEELS / name)

"""Build a JupyterLite site with the released wheels of wherry: `python -m tests.harness.jupyterlite`.

The site is built as its documentation says, from pinned packages. Its `pypi` folder has the wheels that its kernel
takes from the site itself: wherry is one of them.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

from tests.harness.paths import BUNDLE, JUPYTERLITE, PINS, WHEELS
from tests.harness.wheelhouse import fetch

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

__all__ = ["SITE", "outdated"]

KERNEL = "@jupyterlite/pyodide-kernel-extension"
TOOLS = JUPYTERLITE / "tools"
SITE = JUPYTERLITE / "site"
TOOL_PINS = PINS / "jupyterlite.txt"
RELEASE = BUNDLE / "wheels"
FROM_SITE = ("comm",)
"""Wheels that the kernel needs and neither Pyodide's distribution nor the kernel itself has."""

CONFIGURATION = {
    "jupyter-lite-schema-version": 0,
    "jupyter-config-data": {
        "exposeAppInBrowser": True,
        "litePluginSettings": {f"{KERNEL}:kernel": {"pyodideUrl": "/pyodide/pyodide.mjs", "disablePyPIFallback": True}},
    },
}


def install_tools(folder: Path) -> None:
    """Install the builder into ``folder`` as pinned, unless it is there."""
    pinned = folder / "pins.txt"
    pins = TOOL_PINS.read_text(encoding="utf-8")
    if pinned.is_file() and pinned.read_text(encoding="utf-8") == pins:
        return
    shutil.rmtree(folder, ignore_errors=True)
    options = ("--no-deps", "--require-hashes", "--no-compile", "--only-binary=:all:", "--requirement", TOOL_PINS)
    pip = (sys.executable, "-m", "pip", "install", "--quiet", "--target", folder)
    subprocess.run((*pip, *options), check=True)  # noqa: S603 - our own arguments
    pinned.write_text(pins, encoding="utf-8")


def prepare(folder: Path, *, tools: Path, wheels: Iterable[Path]) -> None:
    """Make ``folder`` anew: a site with ``wheels`` for its kernel. It takes a second or two."""
    shutil.rmtree(folder, ignore_errors=True)
    source = folder.with_name(f"{folder.name}-source")
    shutil.rmtree(source, ignore_errors=True)
    (source / "pypi").mkdir(parents=True)
    for wheel in wheels:
        shutil.copy2(wheel, source / "pypi")
    options = {
        "federated_extensions": [str(tools / "share" / "jupyter" / "labextensions" / KERNEL)],
        "ignore_sys_prefix": ["federated_extensions"],
        "no_sourcemaps": True,
        "output_dir": str(folder),
    }
    (source / "jupyter_lite_config.json").write_text(json.dumps({"LiteBuildConfig": options}), encoding="utf-8")
    (source / "jupyter-lite.json").write_text(json.dumps(CONFIGURATION), encoding="utf-8")
    command = (sys.executable, "-W", "ignore", "-m", "jupyterlite_core", "build")
    environment = os.environ | {"PYTHONPATH": str(tools)}
    subprocess.run(command, cwd=source, env=environment, check=True, stdout=subprocess.DEVNULL)  # noqa: S603
    shutil.rmtree(source)


def site_wheels() -> list[Path]:
    """Return the wheels for the `pypi` folder of the site."""
    own = sorted(RELEASE.glob("wherry-*.whl"))
    return [*own, *(path for name in FROM_SITE for path in (WHEELS / "notebook").glob(f"{name}-*.whl"))]


def outdated() -> list[str]:
    """Return the names of the wheels that the site lacks, or has from an earlier build."""
    there = SITE / "pypi"
    kept = {path.name: path.read_bytes() for path in there.glob("*.whl")}
    return [wheel.name for wheel in site_wheels() if kept.get(wheel.name) != wheel.read_bytes()]


if __name__ == "__main__":
    fetch(PINS / "notebook.txt", WHEELS / "notebook")
    install_tools(TOOLS)
    prepare(SITE, tools=TOOLS, wheels=site_wheels())

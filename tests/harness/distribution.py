"""Prepare the folder that pytest-pyodide serves and runs from: `python -m tests.harness.distribution`.

It is Pyodide's npm package with a distribution of our own. The npm package lists hundreds of wheels and contains none,
so the lock is reduced to the wheels beside it. The bundle under test is linked as `wherry/`, so that a page can import
it.

The distribution has neither pytest nor tblib: code in Pyodide returns plain values, and the test on the host asserts.
So the environment of the installer is as empty as a user's.
"""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

from tests.harness.index_files import IndexFile, read_wheels
from tests.harness.paths import BUNDLE, DISTRIBUTION, NODE_MODULES, WHEELS

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

LOCK = "pyodide-lock.json"
RUNTIME = (
    "pyodide.asm.mjs",
    "pyodide.asm.wasm",
    "pyodide.js",
    "pyodide.mjs",
    "python_stdlib.zip",
)


def prepare(folder: Path, *, npm_package: Path, wheels: Iterable[IndexFile], bundle: Path) -> None:
    """Make ``folder`` anew from the npm package, ``wheels`` and a link to ``bundle``."""
    wheels = tuple(wheels)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name in RUNTIME:
        shutil.copy2(npm_package / name, folder)
    for wheel in wheels:
        (folder / wheel.filename).write_bytes(wheel.content)
    lock = json.loads((npm_package / LOCK).read_text(encoding="utf-8"))
    (folder / LOCK).write_text(json.dumps(cut_down(lock, wheels), indent=1), encoding="utf-8")
    (folder / "wherry").symlink_to(bundle, target_is_directory=True)


def cut_down(lock: dict[str, Any], wheels: Iterable[IndexFile]) -> dict[str, Any]:
    """Return ``lock`` with only the entries of ``wheels``, which point to these files.

    Names without an entry are dropped from `depends`.
    """
    files = {wheel.identity[0]: wheel for wheel in wheels}
    packages = {
        key: entry | {"file_name": files[key].filename, "sha256": files[key].sha256, "version": files[key].identity[1]}
        for key, entry in lock["packages"].items()
        if key in files
    }
    for entry in packages.values():
        entry["depends"] = [name for name in entry["depends"] if name in packages]
    return lock | {"packages": packages}


if __name__ == "__main__":
    prepare(
        DISTRIBUTION,
        npm_package=NODE_MODULES / "pyodide",
        wheels=read_wheels(WHEELS / "distribution"),
        bundle=BUNDLE,
    )

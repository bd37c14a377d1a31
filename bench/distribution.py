"""Pyodide's own distribution, as far as the workloads need it.

Its wheels are on a CDN, and some projects (those whose extensions are not published for Pyodide yet) are only there. A
stand-in has the same version and about the same size: it is the wheel for Linux under the name in Pyodide's lock, with
its extensions renamed so that they are not loaded. A project that not even the distribution has (`watchdog`, which
`mkdocs` requires) is treated as if the distribution had it.
"""

from __future__ import annotations

import functools
import io
import json
import tempfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from packaging.utils import canonicalize_name

from bench.paths import PYODIDE
from bench.recorder import LINUX, download
from tests.harness.distribution import LOCK, cut_down
from tests.harness.index_files import IndexFile, make_wheel, read_wheels

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

__all__ = ["StandIns"]

TAG = "cp314-cp314-pyemscripten_2026_0_wasm32"
FOREIGN = {
    "depends": [],
    "imports": [],
    "install_dir": "site",
    "package_type": "package",
    "unvendored_tests": False,
}
"""The entry of a lock, without the facts of its wheel."""


class StandIns:
    """The stand-ins in ``folder``, and a lock that lists them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._whole_lock: dict[str, Any] = json.loads((PYODIDE / LOCK).read_text(encoding="utf-8"))

    @functools.cached_property
    def wheels(self) -> Mapping[str, IndexFile]:
        """The wheels by filename."""
        return {wheel.filename: wheel for wheel in read_wheels(self._folder)}

    @property
    def lock(self) -> dict[str, Any]:
        """The complete lock of Pyodide, with the entries of the stand-ins replaced."""
        wheels = self.wheels.values()
        whole = self._whole_lock["packages"]
        foreign = {wheel.identity[0] for wheel in wheels} - whole.keys()
        packages = {name: FOREIGN | {"name": name} for name in foreign} | whole
        return self._whole_lock | {"packages": whole | cut_down({"packages": packages}, wheels)["packages"]}

    def add(self, names: Iterable[str]) -> bool:
        """Make the missing stand-ins for ``names`` and their dependencies; return whether there were any."""
        present = {wheel.identity[0] for wheel in self.wheels.values()}
        new = [name for name in self._closure(names) if name not in present]
        for name in new:
            entry = self._whole_lock["packages"].get(name)
            wheel = _stand_in(entry["name"], f"=={entry['version']}") if entry else _stand_in(name)
            self._folder.mkdir(parents=True, exist_ok=True)
            (self._folder / wheel.filename).write_bytes(wheel.content)
        vars(self).pop("wheels", None)
        return bool(new)

    def _closure(self, names: Iterable[str]) -> Iterator[str]:
        packages, waiting, seen = self._whole_lock["packages"], [*names], set()
        while waiting:
            name = canonicalize_name(waiting.pop())
            entry = packages.get(name, {})
            # A shared library of the distribution has no counterpart on the index.
            if name not in seen and entry.get("package_type", "package") == "package":
                yield name
                waiting += entry.get("depends", ())
            seen.add(name)


def _stand_in(name: str, specifier: str = "") -> IndexFile:
    with tempfile.TemporaryDirectory() as folder:
        download(f"{name}{specifier}", Path(folder), LINUX)
        (original,) = read_wheels(Path(folder))
    with zipfile.ZipFile(io.BytesIO(original.content)) as archive:
        files = {
            path.replace(".so", ".so.not-for-wasm"): archive.read(path)
            for path in archive.namelist()
            if not path.endswith("/") and ".dist-info/" not in path
        }
    return make_wheel(name, original.identity[1], files=files, tag=TAG)

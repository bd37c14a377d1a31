"""The folder of a program with wherry and Pyodide, as npm would install them, and an index on loopback."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING

from tests.harness.paths import BUNDLE, JS, NODE_MODULES, STOCK

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["EXAMPLE_INDEX", "Project", "indexed"]

EXAMPLE_INDEX = "https://example.org/simple/"
"""The name of an index other than PyPI in documents."""

INDEXED = """
import { attach as attachAsIs } from WHERRY;
export * from WHERRY;
export const attach = (pyodide, options) => attachAsIs(pyodide, { indexUrls: [INDEX], ...options });
"""

NPX = """#!/bin/sh
shift
case $1 in
  run | lock | resolve | why | repl) command=$1; shift; exec node CLI "$command" --index-url INDEX "$@" ;;
  *) exec node CLI "$@" ;;
esac
"""


def indexed(wherry: str, index_url: str) -> str:
    """Return a module that re-exports ``wherry`` (its specifier) with another default index."""
    return INDEXED.replace("WHERRY", repr(wherry)).replace("INDEX", repr(index_url))


class Project:
    """A program in ``folder``; ``index_url`` replaces PyPI and :data:`EXAMPLE_INDEX`."""

    def __init__(self, folder: Path, index_url: str) -> None:
        self.folder = folder
        self.index_url = index_url
        modules = folder / "node_modules"
        shutil.copytree(BUNDLE, modules / "wherry" / "dist")
        shutil.copy(JS / "package.json", modules / "wherry")
        # With wheels beside it, since those of the npm package are on a CDN.
        shutil.copytree(STOCK, modules / "pyodide", ignore=shutil.ignore_patterns("wherry"))
        self.write("package.json", '{ "type": "module" }')
        self.write("indexed.js", indexed("wherry", index_url))
        self._write_npx(modules / "wherry" / "dist" / "cli.js")

    def write(self, name: str, text: str) -> None:
        """Write a file, with its indexes replaced."""
        text = text.replace(EXAMPLE_INDEX, self.index_url)
        if name.endswith(".js") and name != "indexed.js":
            text = text.replace('from "wherry"', 'from "./indexed.js"')
        (self.folder / name).write_text(text, encoding="utf-8")

    def run(self, command: str, stdin: str = "", earlier: int = 0) -> subprocess.CompletedProcess[str]:
        """Run a line of a shell, in which ``$?`` is ``earlier``; standard error goes to standard output."""
        return subprocess.run(  # noqa: S603 - a line of the project's own documents
            ["/bin/sh", "-c", f"(exit {earlier}); {command.replace(EXAMPLE_INDEX, self.index_url)}"],
            check=False,
            cwd=self.folder,
            env=self._environment(),
            input=stdin,
            encoding="utf-8",
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=300,
        )

    def _environment(self) -> dict[str, str]:
        path = os.pathsep.join((str(self.folder / "bin"), str(NODE_MODULES / ".bin"), os.environ["PATH"]))
        own = {"WHERRY_CACHE_DIR": str(self.folder / "cache"), "XDG_STATE_HOME": str(self.folder / "state")}
        return {**os.environ, **own, "PATH": path, "NO_COLOR": "1"}

    def _write_npx(self, cli: Path) -> None:
        npx = self.folder / "bin" / "npx"
        npx.parent.mkdir()
        npx.write_text(NPX.replace("CLI", str(cli)).replace("INDEX", self.index_url), encoding="utf-8")
        npx.chmod(0o755)

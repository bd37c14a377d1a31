"""The built command line as a user runs it: a process with arguments, streams and an exit code."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

JS = Path(__file__).parents[2] / "js"
NODE = JS / "node_modules/.bin/node"
CLI = JS / "dist/cli.js"


class Process(subprocess.Popen[str]):
    """A process that ends with its test, also if the test fails."""

    def __exit__(self, *exc_info: object) -> None:
        self.kill()
        super().__exit__(*exc_info)  # type: ignore[arg-type]


class Cli:
    """The command line in a folder of its own, which also has its cache and state."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.cache = folder / "cache"
        # Inherited, to keep the variables of a proxy or a developer's shell.
        self.environment = {
            **os.environ,
            "GREETING": "ahoy",
            "PYTHONPATH": "/nowhere",
            "WHERRY_CACHE_DIR": str(self.cache),
            "XDG_STATE_HOME": str(folder / "state"),
        }

    def start(
        self, *arguments: str, cwd: Path | None = None, stdin: int = subprocess.DEVNULL, stderr: int = subprocess.PIPE
    ) -> Process:
        """Start ``wherry *arguments``; its standard output is a pipe."""
        return Process(
            [NODE, CLI, *arguments],
            cwd=cwd or self.folder,
            env=self.environment,
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=stderr,
            encoding="utf-8",
        )

    def __call__(self, *arguments: str, stdin: str = "", cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
        """Run ``wherry *arguments`` to its end."""
        process = self.start(*arguments, stdin=subprocess.PIPE, cwd=cwd)
        stdout, stderr = process.communicate(stdin, timeout=120)
        return subprocess.CompletedProcess(arguments, process.returncode, stdout, stderr)

    def write(self, source: str) -> None:
        """Write the script ``app.py``."""
        (self.folder / "app.py").write_text(source, encoding="utf-8")

    def run(self, source: str, *arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """Run a script to its end."""
        self.write(source)
        return self("run", "app.py", *arguments, stdin=stdin)

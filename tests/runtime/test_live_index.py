"""An installation from PyPI itself, in Node."""

from __future__ import annotations

import subprocess
import sys

from tests.harness.paths import BUNDLE, NODE_MODULES, ROOT


def test_the_example_installs_from_pypi_and_runs():
    node = NODE_MODULES / ".bin" / "node"
    command = (node, BUNDLE / "cli.js", "run", ROOT / "examples" / "hello.py")
    finished = subprocess.run(  # noqa: S603 - our own arguments
        command, capture_output=True, text=True, timeout=180, check=False
    )
    sys.stdout.write(finished.stderr)
    assert finished.returncode == 0, finished.stderr
    assert "pydantic-core" in finished.stderr
    assert "bytes of MessagePack" in finished.stdout

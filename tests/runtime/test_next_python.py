"""The next Pyodide, with the next Python and the next ABI: wherry names neither, and must work unchanged."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from tests.harness.paths import NODE_MODULES
from tests.harness.release_wheels import pure_wheel

SCRIPT = Path(__file__).with_name("next_python.mjs")
NEXT_PYODIDE = NODE_MODULES / "pyodide-next" / "pyodide.mjs"


def test_the_wheel_with_sources_does_the_same_without_attach(index_server, tmp_path):
    wheel = tmp_path / pure_wheel().filename
    wheel.write_bytes(pure_wheel().content)
    outcome = installed_into(NEXT_PYODIDE, index_server.json_url, "starlette", wheel)
    assert outcome["installed"] == {"starlette": "1.10.0", "anyio": "4.16.0", "idna": "3.20", "wherry": "0.1.0"}


def test_pure_packages_install_into_the_next_pyodide(index_server):
    outcome = installed_into(NEXT_PYODIDE, index_server.json_url, "starlette")
    assert outcome["python"] == [3, 15]
    assert outcome["abi"] == "2026_5"
    assert outcome["installed"] == {"starlette": "1.10.0", "anyio": "4.16.0", "idna": "3.20"}


def installed_into(pyodide, index_url, requirement, *wheel):
    node = NODE_MODULES / ".bin" / "node"
    command = (node, SCRIPT, pyodide.as_uri(), index_url, requirement, *wheel)
    finished = subprocess.run(  # noqa: S603 - our own arguments
        command, capture_output=True, text=True, timeout=120, check=False
    )
    assert finished.returncode == 0, finished.stderr
    return json.loads(finished.stdout)

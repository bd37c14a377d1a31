"""The scripts of examples/databases, run by `wherry run --sockets` against real servers on loopback."""

from __future__ import annotations

import os
import subprocess

import pytest

from tests.harness.databases import SERVERS, has_program
from tests.harness.index_files import read_wheels
from tests.harness.index_server import IndexServer
from tests.harness.paths import NODE_MODULES, ROOT, WHEELS

CARGO = ["timber: 180.5 t", "tea: 12 t", "thé vert: 3 t"]
GREETINGS = {"postgresql": "PostgreSQL", "mariadb": "MariaDB", "redis": "Redis answers yes"}


@pytest.fixture(scope="module")
def index_url():
    with IndexServer(read_wheels(WHEELS / "databases")) as server:
        yield server.json_url


@pytest.mark.parametrize("name", SERVERS)
def test_a_script_queries_a_real_server(name, index_url):
    start, program, package = SERVERS[name]
    if not has_program(program):
        pytest.skip(f"{program} is not installed (on Debian: apt-get install {package})")
    command = [NODE_MODULES / ".bin/node", ROOT / "js/dist/cli.js", "run", "--sockets", "--index-url", index_url]
    with start() as variables:
        finished = subprocess.run(  # noqa: S603 - our own build
            [*command, ROOT / f"examples/databases/{name}_server.py"],
            env={**os.environ, **variables},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            timeout=120,
            check=False,
        )
    assert finished.returncode == 0, finished.stderr[-2000:]
    assert finished.stdout.splitlines() == [GREETINGS[name], *CARGO]

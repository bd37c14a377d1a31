"""Helpers for tests in a Pyodide that pytest-pyodide drives; its runners are untyped."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from selenium.common import WebDriverException

from tests.harness.paths import BUNDLE
from tests.harness.waiting import happens

if TYPE_CHECKING:
    from tests.harness.index_server import IndexServer

MOST = 600  # seconds that Node gives a script, whatever the test sets

SNAPSHOT = """
import hashlib
import os

files = {}
for folder, folders, names in os.walk("/"):
    folders[:] = [name for name in folders if os.path.join(folder, name) not in ("/dev", "/proc")]
    for path in (os.path.join(folder, name) for name in names):
        with open(path, "rb") as file:
            files[path] = hashlib.file_digest(file, "sha256").hexdigest()
    files.update({os.path.join(folder, name, ""): "" for name in folders})
list(files.items())
"""


def attach(runtime: Any) -> None:  # noqa: ANN401
    """Attach wherry as a user of the npm package does, unless it is attached.

    Nothing is kept from one test to the next: many count requests, or let them fail.
    """
    if runtime.browser == "node":
        runtime.p.timeout = MOST
    entry = BUNDLE / "index.js"
    if not entry.is_file():
        message = f"{entry} is missing: run `npm ci && npm run build` in js/"
        raise FileNotFoundError(message)
    url = entry.as_uri() if runtime.browser == "node" else "/wherry/index.js"
    runtime.run_js(
        f"""
        if (!self.wherry) {{
            const {{ attach }} = await import({url!r});
            self.wherry = await attach(pyodide, {{ cache: false }});
        }}
        return null;
        """
    )


def has_crashed(runtime: Any) -> bool:  # noqa: ANN401
    """Return whether the runtime is a crashed tab, which answers every request with that error."""
    if runtime.browser == "node":
        return False
    try:
        runtime.run_js("return null", pyodide_checks=False)
    except WebDriverException as error:
        return "tab crashed" in str(error)
    return False


def start_again(runtime: Any) -> None:  # noqa: ANN401
    """Give a runtime whose tab has crashed another tab with only Pyodide."""
    runtime.quit()
    places = {name: getattr(runtime, name) for name in ("server_port", "server_hostname", "server_log", "dist_dir")}
    type(runtime).__init__(runtime, **places)


def settle(runtime: Any, server: IndexServer) -> None:  # noqa: ANN401
    """Wait until *server* has counted all requests of the runtime, and has answered them."""
    # Earlier requests reach it earlier, and are counted even if they are aborted.
    runtime.run_js(f"await fetch('{server.html_url}nothing/'); return null;")
    assert happens(lambda: server.in_flight == 0)


def snapshot(runtime: Any) -> dict[str, str]:  # noqa: ANN401
    """Return every file of the virtual filesystem with its SHA-256, and every folder with an empty string.

    A comparison of two snapshots shows whether an environment has changed.
    """
    return dict(runtime.run(SNAPSHOT))

"""Helpers for tests in a Pyodide that pytest-pyodide drives; its runners are untyped."""

from __future__ import annotations

import base64
from io import BytesIO
from typing import TYPE_CHECKING, Any
from zipfile import ZipFile

import pytest
from selenium.common import WebDriverException

from tests.harness.paths import BUNDLE
from tests.harness.waiting import happens

if TYPE_CHECKING:
    from tests.harness.index_server import IndexServer

MOST = 600  # seconds that Node gives a script, whatever the test sets

BOTH_HALVES = pytest.mark.parametrize("half", ["javascript", "python"], indirect=True, scope="module")
"""Runs tests twice: attached, and in Python alone, as where a policy forbids evaluating JavaScript."""

PYTHON_ALONE = pytest.mark.parametrize("half", ["python"], indirect=True, scope="module")

# Outside of site-packages, so that no installation changes it.
PUT_MODULES = """
import base64, io, sys, zipfile

if "wherry" not in sys.modules:
    zipfile.ZipFile(io.BytesIO(base64.b64decode({!r}))).extractall("/lib/alone")
    sys.path.append("/lib/alone")
    import wherry
"""

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


def bring_wherry(runtime: Any, half: str) -> None:  # noqa: ANN401
    """Make wherry importable: attached, or as the release wheel has it but without JavaScript."""
    if runtime.browser == "node":
        runtime.p.timeout = MOST
    if half == "javascript":
        attach(runtime)
    else:
        runtime.run(PUT_MODULES.format(base64.b64encode(_modules_alone()).decode()))


def _modules_alone() -> bytes:
    """Return an archive of the wheel's modules without its script, which would bring the JavaScript side."""
    (wheel,) = (BUNDLE / "wheels").glob("*-pyemscripten_*.whl")
    archive = BytesIO()
    with ZipFile(wheel) as source, ZipFile(archive, "w") as modules:
        for path in source.namelist():
            if path.startswith("wherry/") and not path.endswith(".js"):
                modules.writestr(path, source.read(path))
    return archive.getvalue()


def attach(runtime: Any) -> None:  # noqa: ANN401
    """Attach wherry as a user of the npm package does, unless it is attached.

    Nothing is kept from one test to the next: many count requests, or let them fail.
    """
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

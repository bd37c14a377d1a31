"""What a test asks of a Pyodide that pytest-pyodide drives; its runners are untyped."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from selenium.common import WebDriverException

from tests.harness.paths import BUNDLE
from tests.harness.waiting import happens

if TYPE_CHECKING:
    from tests.harness.index_server import IndexServer

MOST = 600  # seconds; Node gives a script so many, whatever a test says

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
    """Bring wherry along as a user of the npm package does, unless it is there."""
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
            self.wherry = await attach(pyodide);
        }}
        return null;
        """
    )


def has_crashed(runtime: Any) -> bool:  # noqa: ANN401
    """Tell whether it is a tab that has crashed: to whatever it is asked it answers that."""
    if runtime.browser == "node":
        return False
    try:
        runtime.run_js("return null", pyodide_checks=False)
    except WebDriverException as error:
        return "tab crashed" in str(error)
    return False


def start_again(runtime: Any) -> None:  # noqa: ANN401
    """Give a runtime whose tab has crashed another tab, with nothing in it but Pyodide."""
    runtime.quit()
    places = {name: getattr(runtime, name) for name in ("server_port", "server_hostname", "server_log", "dist_dir")}
    type(runtime).__init__(runtime, **places)


def settle(runtime: Any, server: IndexServer) -> None:  # noqa: ANN401
    """Wait until *server* has counted what the runtime has asked it for, and answers nothing any more."""
    # What was asked for before reaches it before, and aborted or not is counted.
    runtime.run_js(f"await fetch('{server.html_url}nothing/'); return null;")
    assert happens(lambda: server.in_flight == 0)


def snapshot(runtime: Any) -> dict[str, str]:  # noqa: ANN401
    """Return every file of the virtual filesystem with its SHA-256, and every folder with an empty string.

    Two of them tell file by file whether an environment is what it was.
    """
    return dict(runtime.run(SNAPSHOT))

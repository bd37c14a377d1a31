"""What a test asks of a Pyodide that pytest-pyodide drives; its runners are untyped."""

from __future__ import annotations

from typing import Any

from tests.harness.paths import BUNDLE

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


def snapshot(runtime: Any) -> dict[str, str]:  # noqa: ANN401
    """Return every file of the virtual filesystem with its SHA-256, and every folder with an empty string.

    Two of them tell file by file whether an environment is what it was.
    """
    return dict(runtime.run(SNAPSHOT))

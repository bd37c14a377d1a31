"""A package and a shared library that a test adds to the distribution of a runtime."""

from __future__ import annotations

import io
import json
import zipfile
from typing import TYPE_CHECKING, Any

from tests.harness.index_files import IndexFile, make_wheel, read_wheels
from tests.harness.index_pages import file_path
from tests.harness.paths import WHEELS

if TYPE_CHECKING:
    from tests.harness.index_server import IndexServer

WHEEL = make_wheel(
    "uses-packed", "1.0", files={"uses_packed.py": "import ctypes\n\npacked = ctypes.CDLL('libpacked.so')\n"}
)


def shared_library() -> IndexFile:
    """Return the archive of a real library, taken from a compiled extension, which also loads by itself."""
    (wheel,) = (file for file in read_wheels(WHEELS / "newest") if file.filename.startswith("msgpack-"))
    archive = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(wheel.content)) as source, zipfile.ZipFile(archive, "w") as target:
        (name,) = (name for name in source.namelist() if name.endswith(".so"))
        target.writestr("libpacked.so", source.read(name))
    return IndexFile("libpacked-1.0.zip", archive.getvalue())


def distribute(
    runtime: Any,  # noqa: ANN401 - the runners of pytest-pyodide are untyped
    server: IndexServer,
    library: IndexFile,
    *,
    served_library: IndexFile | None = None,
    served_wheel: IndexFile | None = None,
) -> None:
    """Add both to the runtime's distribution, with the hashes of the real files; serve other files if given."""
    entries = {}
    for name, promised, served in (
        ("libpacked", library, served_library or library),
        ("uses-packed", WHEEL, served_wheel or WHEEL),
    ):
        server.files.append(served)
        entries[name] = {
            # The lock's own spelling, which differs from some normalized names.
            "name": name.replace("-", "_"),
            "version": "1.0",
            "file_name": f"{server.url}{file_path(served)}",
            "sha256": promised.sha256,
            "install_dir": "site" if promised is WHEEL else "dynlib",
            "package_type": "package" if promised is WHEEL else "shared_library",
            "imports": [name.replace("-", "_")] if promised is WHEEL else [],
            "depends": ["libpacked"] if promised is WHEEL else [],
            "unvendored_tests": False,
        }
    runtime.run_js(f"Object.assign(pyodide.lockfile.packages, {json.dumps(entries)}); return null")

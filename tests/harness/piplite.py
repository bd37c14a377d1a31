"""piplite, the wrapper of micropip in JupyterLite, as its release has it."""

from __future__ import annotations

import io
from zipfile import ZipFile

from tests.harness.paths import WHEELS

__all__ = ["piplite_wheel"]


def piplite_wheel() -> tuple[str, bytes]:
    """Return the filename and the content of the wheel that is inside the one of JupyterLite's kernel."""
    (kernel,) = (WHEELS / "front_ends").glob("*.whl")
    with ZipFile(io.BytesIO(kernel.read_bytes())) as archive:
        path = next(path for path in archive.namelist() if "/piplite-" in path)
        return path.rpartition("/")[2], archive.read(path)

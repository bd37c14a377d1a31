"""A JupyterLite site and its Pyodide on loopback."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from aiohttp import web

from tests.harness.background_server import BackgroundServer
from tests.harness.index_files import read_wheels
from tests.harness.jupyterlite import SITE
from tests.harness.paths import STOCK, WHEELS

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

__all__ = ["JupyterLiteServer"]


class JupyterLiteServer(BackgroundServer):
    """A server of the site at ``url`` while it is entered, with npm's Pyodide as ``/pyodide/``.

    Its lock is the genuine one. Of the packages that it lists, it has those of `.cache/stock` and those that the
    kernel loads; only the hashes of these differ from the released lock. ``stand_in`` is a folder with another lock
    and a wheel: its micropip takes the place of the genuine one.
    """

    def __init__(self, stand_in: Path | None = None) -> None:
        super().__init__()
        self.url = ""
        folders = [WHEELS / "notebook", *([stand_in] if stand_in is not None else [])]
        self._wheels = {wheel.filename: wheel for wheel in read_wheels(*folders)}
        lock = json.loads((STOCK / "pyodide-lock.json").read_text(encoding="utf-8"))
        if stand_in is not None:
            other = json.loads((stand_in / "pyodide-lock.json").read_text(encoding="utf-8"))
            lock["packages"]["micropip"] = other["packages"]["micropip"]
        for entry in lock["packages"].values():
            if entry["file_name"] in self._wheels:
                entry["sha256"] = self._wheels[entry["file_name"]].sha256
        self._lock = json.dumps(lock)

    def _runners(self) -> Sequence[web.AppRunner]:
        application = web.Application()
        application.router.add_get("/pyodide/pyodide-lock.json", self._answer_lock)
        for name in self._wheels:
            application.router.add_get(f"/pyodide/{name}", self._answer_wheel)
        application.router.add_static("/pyodide/", STOCK)
        application.router.add_static("/", SITE)
        return [web.AppRunner(application, access_log=None, shutdown_timeout=0.1)]

    def _listen_at(self, urls: Sequence[str]) -> None:
        (self.url,) = urls

    async def _answer_lock(self, _request: web.Request) -> web.Response:
        return web.Response(text=self._lock, content_type="application/json")

    async def _answer_wheel(self, request: web.Request) -> web.Response:
        return web.Response(body=self._wheels[request.path.rpartition("/")[2]].content, content_type="application/zip")

"""Adapter for the JavaScript cache passed to ``attach()``."""

from __future__ import annotations

from typing import Any

from pyodide.ffi import to_js

from wherry.index.cache import QuietCache

__all__ = ["JsCache"]


class JsCache(QuietCache):
    """Keeps bytes in ``port``, an object with the methods ``get`` and ``put`` of a cache, which return promises.

    Its failures are caught in JavaScript. Entries of more than ``limit`` bytes count as missing.
    """

    def __init__(self, port: Any, limit: int | None = None) -> None:  # noqa: ANN401 - a JavaScript object
        self._port = port
        self._limit = limit

    async def get(self, key: str) -> bytes | None:
        """Return the bytes stored under ``key``, or ``None``."""
        kept = await self._port.get(key)
        if kept is None or (self._limit is not None and kept.byteLength > self._limit):
            return None
        return bytes(kept.to_bytes())

    async def put(self, key: str, content: bytes) -> None:
        """Store ``content`` under ``key``."""
        await self._port.put(key, to_js(content))

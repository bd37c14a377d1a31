"""Bytecode beside the sources in site-packages, kept between visits by JavaScript."""

from __future__ import annotations

import hashlib
import json
import marshal
import sys
from importlib.util import MAGIC_NUMBER, cache_from_source
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING

from pyodide.ffi import create_proxy, to_js

from wherry.errors import WherryError
from wherry.formats.record import encode_digest, parse_record
from wherry.installation.archive_imports import find_library, import_from
from wherry.installation.bytecode import Recorder

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import CodeType
    from typing import Any

    from wherry.installation.destination import Delivery

__all__ = ["KeptBytecode", "kept_bytecode"]

MILLISECONDS = 1000


def kept_bytecode(port: Any, folder: str) -> KeptBytecode:  # noqa: ANN401 - a JavaScript object
    """Return the bytecode of ``port``, which all installers share, because each records what Python compiles."""
    if port.owner is None:
        port.owner = create_proxy(KeptBytecode(port, folder))
    kept: KeptBytecode = port.owner.unwrap()
    return kept


class KeptBytecode:
    """Puts bytecode into ``__pycache__`` of installed wheels, and records that of the modules which Python compiles.

    ``port`` is the JavaScript side, which keeps one archive for each wheel. Its key has the SHA-256 of the wheel, the
    magic number of this Python and the optimization level, so an archive is never of other sources or for another
    Python. ``folder`` is site-packages.

    The code of the standard library's modules is kept as well, in one more archive. It is used for the same source.
    """

    def __init__(self, port: Any, folder: str) -> None:  # noqa: ANN401 - a JavaScript object
        self._port = port
        self._folder = folder
        self._kind = f"bytecode-{MAGIC_NUMBER.hex()}-{sys.flags.optimize}"
        self._keys: dict[int, str] = {}
        # By a top-level name: the dist-info folders with it, and their keys.
        self._owners: dict[str, dict[str, str]] = {}
        # While modules are collected: by dist-info folder, the digests of its files.
        self._digests: dict[str, dict[str, str]] = {}
        self._recorder = Recorder(folder, port.recorded)
        self._library = find_library() if port.keeps else None
        self._library_key = f"{self._kind}:{hashlib.sha256(sys.version.encode()).hexdigest()}"
        self._library_recorder = Recorder(self._library or "", port.recorded)
        self._is_started = False
        suffix = cache_from_source("_.py").rpartition("/_")[2]
        port.begin(folder, suffix, MAGIC_NUMBER.hex(), create_proxy(self._collect))

    def expect(self, delivery: Delivery) -> None:
        """Begin to read the bytecode of a wheel that will be placed. Call it while the archive is in memory."""
        digest = delivery.hashes.get("sha256") or hashlib.sha256(delivery.wheel.archive.content).hexdigest()
        key = self._keys[id(delivery)] = f"{self._kind}:{digest.lower()}"
        self._port.expect(key)
        if self._library and not self._is_started:
            self._port.expect(self._library_key)

    async def place(self, deliveries: Sequence[Delivery]) -> None:
        """Put the kept bytecode of wheels, just installed, beside their sources; begin to record if it is kept."""
        if self._port.keeps and not self._is_started:
            await self._start()
            self._is_started = True
        keys = []
        for delivery in deliveries:
            key = self._keys.get(id(delivery))
            if key is not None:
                keys.append(key)
                for module in delivery.compiled:
                    self._port.add(key, module.place, module.digest, to_js(module.code))
                for top in {path.partition("/")[0] for path in delivery.wheel.record}:
                    self._owners.setdefault(top, {})[delivery.wheel.dist_info] = key
        await self._port.place(json.dumps(keys))
        if self._port.keeps and any(delivery.compiled for delivery in deliveries):
            self._port.recorded()

    async def _start(self) -> None:
        self._recorder.start()
        if self._library:
            self._port.expect(self._library_key)
            await self._port.open(self._library_key)
            import_from(self._library, self._find_code, self._library_recorder)

    def _find_code(self, place: str, source: bytes) -> CodeType | None:
        kept = self._port.find(place, encode_digest(hashlib.sha256(source).digest()))
        code: CodeType | None = None if kept is None else marshal.loads(kept.to_bytes())  # noqa: S302 - our own cache
        return code

    def forget(self) -> None:
        """Release bytecode of wheels that were not placed."""
        self._keys.clear()
        self._port.forget()

    def _collect(self, milliseconds: float) -> bool:
        """Pass recorded modules to JavaScript for about this long, and return whether there are more."""
        deadline = monotonic() + milliseconds / MILLISECONDS
        for module in self._recorder.take():
            for dist_info, key in self._owners.get(module.place.partition("/")[0], {}).items():
                if dist_info not in self._digests:
                    self._digests[dist_info] = self._read_digests(dist_info)
                if self._digests[dist_info].get(module.place) == module.digest:
                    self._port.add(key, module.place, module.digest, to_js(module.code))
            if monotonic() > deadline:
                return True
        for module in self._library_recorder.take():
            self._port.add(self._library_key, module.place, module.digest, to_js(module.code))
        self._digests.clear()
        return False

    def _read_digests(self, dist_info: str) -> dict[str, str]:
        """Return the SHA-256 of the sources of an installed distribution by path; empty if it is no longer there."""
        try:
            text = Path(self._folder, dist_info, "RECORD").read_text(encoding="utf-8")
            entries = parse_record(text, filename=dist_info)
        except (OSError, ValueError, WherryError):
            return {}
        return {entry.path: entry.digest for entry in entries if entry.algorithm == "sha256"}

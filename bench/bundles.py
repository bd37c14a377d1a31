"""Bundles with the bytecode of what a page imports, made once for each lock by `wherry bundle`."""

from __future__ import annotations

import hashlib
import os
import subprocess
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from bench.paths import BUNDLE, BUNDLES, NODE
from bench.runtimes import MeasurementFailed

if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["key_of", "make_bundle"]

PROGRAMS = ("cli.js", "cli-worker.js", "wherry-sources.bin")
"""The parts of wherry that make a bundle, in js/dist."""


def make_bundle(lock: str, origin: str, modules: Sequence[str]) -> Path:
    """Return the folder of the bundle of ``lock``, whose files are at ``origin``, for a page that imports ``modules``.

    Raises :class:`MeasurementFailed`.
    """
    imports = [f"--import={module}" for module in modules]
    folder = BUNDLES / key_of(
        lock, origin, " ".join(imports).encode(), *((BUNDLE / name).read_bytes() for name in PROGRAMS)
    )
    if folder.exists():
        return folder
    with tempfile.TemporaryDirectory() as scratch:
        source = Path(scratch, "pylock.toml")
        source.write_text(lock, encoding="utf-8")
        command: list[str | Path] = [NODE, BUNDLE / "cli.js", "bundle", source, *imports, "--output", folder]
        # The files come from the recording, and not from an earlier run's cache.
        environment = os.environ | {"XDG_CACHE_HOME": scratch}
        if subprocess.run(command, check=False, env=environment, cwd=scratch).returncode:  # noqa: S603 - our own
            raise MeasurementFailed("wherry bundle failed")
    return folder


def key_of(lock: str, origin: str, *programs: bytes) -> str:
    """Return a name for the bundle that these programs make of ``lock``, wherever its files are served."""
    digest = hashlib.sha256(lock.replace(origin, "").encode())
    for program in programs:
        digest.update(hashlib.sha256(program).digest())
    return digest.hexdigest()[:16]

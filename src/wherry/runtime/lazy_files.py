"""Lazy files in Emscripten's own file system, which JavaScript unpacks at their first read.

Most files of a wheel are never read. Each is verified against RECORD before the first byte is returned; if it differs,
it cannot be read, and the console shows the reason.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pyodide_js
from pyodide.ffi import to_js

from wherry.formats.wheel_archive import LENGTH_OF_SHA256, SHA256_OF_NOTHING
from wherry.installation.staging.unpacking import VerifyingUnpacker
from wherry.runtime.javascript import javascript

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wherry.formats.wheel_archive import WheelArchive
    from wherry.installation.staging.unpacking import Batch, Unpacker

__all__ = ["is_in_memory", "make_unpacker"]


def make_unpacker(*, strict: bool) -> Unpacker:
    """Return an unpacker that unpacks at the first read, or, if ``strict``, one that verifies all files at once.

    Without the JavaScript side, all files are verified at once as well.
    """
    return VerifyingUnpacker() if strict or javascript() is None else InflatingUnpacker()


def is_in_memory(folder: str) -> bool:
    """Return whether a folder is in Emscripten's own file system."""
    files = pyodide_js.FS
    return bool(files.lookupPath(folder).node.mount.type == files.filesystems.MEMFS)


class InflatingUnpacker:
    """Passes the archive to JavaScript, which makes lazy files.

    On other file systems than Emscripten's own, the files are written at once.
    """

    def __init__(self) -> None:
        self._otherwise = VerifyingUnpacker()

    def unpack(self, wheel: WheelArchive, batches: Sequence[Batch]) -> None:
        """Make the files of ``batches`` (see :class:`~wherry.installation.staging.unpacking.Unpacker`)."""
        if not batches:
            return
        listing = json.dumps(_list(wheel, batches))
        archive = to_js(wheel.archive.content)
        if javascript().createFiles(archive, listing):
            # One copy of the archive is enough; Python reads the rest from JavaScript's.
            wheel.archive.keep_elsewhere(lambda start, end: archive.subarray(start, end).to_bytes())
        else:
            self._otherwise.unpack(wheel, batches)


def _list(wheel: WheelArchive, batches: Sequence[Batch]) -> dict[str, object]:
    """Return the data of members for JavaScript; raises :class:`~wherry.errors.InvalidWheel` for impossible members."""
    members, record = wheel.archive.members, wheel.record
    digests: list[str] = []
    numbers: list[int] = []
    for batch in batches:
        for path in batch.paths():
            member = members[path]
            digest = record[path].digest
            if not member.size or len(digest) != LENGTH_OF_SHA256 or digest == SHA256_OF_NOTHING:
                wheel.refuse_impossible(member, digest)
            digests.append(digest)
            numbers += (member.start, member.packed, member.size, member.method)
    listed = [{"source": source, "folder": folder, "names": names} for source, folder, names in batches]
    return {"filename": wheel.filename, "batches": listed, "digests": digests, "numbers": numbers}

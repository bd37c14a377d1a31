"""Files of Emscripten's own file system that are unpacked when they are first read, in JavaScript.

Most files of a wheel are never read. Each is compared with RECORD before a byte of it is seen; one that differs cannot
be read, and the console says why.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import wherry_js
from pyodide.ffi import to_js

from wherry.formats.wheel_archive import LENGTH_OF_SHA256, SHA256_OF_NOTHING
from wherry.installation.staging.unpacking import VerifyingUnpacker

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wherry.formats.wheel_archive import WheelArchive
    from wherry.installation.staging.unpacking import Batch, Unpacker

__all__ = ["make_unpacker"]


def make_unpacker(*, strict: bool) -> Unpacker:
    """Return what unpacks on first read, unless all is to be verified at once."""
    return VerifyingUnpacker() if strict else InflatingUnpacker()


class InflatingUnpacker:
    """Leaves the archive with JavaScript, which makes the files.

    Where they are to be on another file system, they are written out instead.
    """

    def __init__(self) -> None:
        self._otherwise = VerifyingUnpacker()

    def unpack(self, wheel: WheelArchive, batches: Sequence[Batch]) -> None:
        """Make the files of ``batches`` (see :class:`~wherry.installation.staging.unpacking.Unpacker`)."""
        if not batches:
            return
        listing = json.dumps(_list(wheel, batches))
        archive = to_js(wheel.archive.content)
        if wherry_js.createFiles(archive, listing):
            # One copy is enough; what is still to be read of it comes from there.
            wheel.archive.keep_elsewhere(lambda start, end: archive.subarray(start, end).to_bytes())
        else:
            self._otherwise.unpack(wheel, batches)


def _list(wheel: WheelArchive, batches: Sequence[Batch]) -> dict[str, object]:
    """Return what JavaScript has to know; raises :class:`~wherry.errors.InvalidWheel` for what cannot be right."""
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

"""Download the files of pins concurrently, and verify each of them."""

from __future__ import annotations

import hashlib
import math
from typing import TYPE_CHECKING

from wherry.errors import IndexUnavailable, IntegrityError
from wherry.formats.library_archive import read_library_archive
from wherry.formats.wheel_archive import open_wheel
from wherry.index.integrity import find_weakness
from wherry.index.single_flight import together
from wherry.installation.destination import Delivery, SharedLibrary
from wherry.model.core_metadata import CoreMetadata

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from packaging.utils import NormalizedName

    from wherry.index.client import IndexClient
    from wherry.model.archive_limits import ArchiveLimits
    from wherry.model.project import ProjectFile
    from wherry.resolution.resolution import Pin
    from wherry.resolution.snapshot import Snapshot

__all__ = ["MembersUnavailable", "download"]


class MembersUnavailable(Exception):
    """Packages of Pyodide's distribution cannot be downloaded; ``errors`` gives the reasons by name."""

    def __init__(self, errors: Mapping[NormalizedName, IndexUnavailable]) -> None:
        self.errors = errors


async def download(
    new: Mapping[Pin, ProjectFile],
    snapshot: Snapshot,
    index: IndexClient,
    limits: ArchiveLimits,
    arrived: Callable[[Pin, Delivery | SharedLibrary, bytes], None],
) -> list[Delivery | SharedLibrary]:
    """Download and verify the files of ``new``; return the deliveries in the same order.

    ``arrived`` is called with each delivery and its archive at once, while other downloads continue. Raises
    :class:`~wherry.errors.IndexUnavailable`, :class:`~wherry.errors.IntegrityError`,
    :class:`~wherry.errors.InvalidWheel` and the errors of ``arrived``; :class:`MembersUnavailable` with all packages
    that are unavailable.
    """
    delivered: dict[Pin, Delivery | SharedLibrary] = {}
    unavailable: dict[NormalizedName, IndexUnavailable] = {}

    async def fetch(pin: Pin, file: ProjectFile) -> None:
        try:
            archive = await index.archive(file)
        except IndexUnavailable as error:
            if pin.origin != "distribution":
                raise
            unavailable[pin.name] = error
            return
        if snapshot.hashes is not None:
            snapshot.hashes.verify(pin.name, file, archive)
        delivered[pin] = _open(pin, file, archive, snapshot, limits)
        index.release_archive(file)
        arrived(pin, delivered[pin], archive)

    # The largest first: if it came last, it would travel alone. Unknown sizes are those of Pyodide's packages.
    order = sorted(new.items(), key=lambda one: one[1].size or math.inf, reverse=True)
    await together([fetch(pin, file) for pin, file in order])
    if unavailable:
        raise MembersUnavailable(unavailable)
    return [delivered[pin] for pin in new]


def _open(
    pin: Pin, file: ProjectFile, archive: bytes, snapshot: Snapshot, limits: ArchiveLimits
) -> Delivery | SharedLibrary:
    if pin.is_shared_library:
        return SharedLibrary(pin.name, file.url, read_library_archive(archive, filename=file.filename, limits=limits))
    known = snapshot.metadata.get(file.url)
    promised = known if isinstance(known, CoreMetadata) else None
    wheel = open_wheel(archive, filename=file.filename, limits=limits, promised=promised)
    # The resolver decided by this metadata, so it must be the wheel's own METADATA (PEP 658).
    if promised is not None and promised != wheel.metadata:
        raise IntegrityError(wheel.filename, "the metadata that the index gave beside it", "other metadata inside")
    hashes = file.hashes
    if pin.origin == "direct" and file.strongest_hash is None:
        # The index gave no safe hash; record the hash of the downloaded file (PEP 610: "A hash SHOULD be provided").
        hashes = {**hashes, "sha256": hashlib.sha256(archive).hexdigest()}
    return Delivery(wheel, file.url, pin.requested, hashes, pin.origin, tuple(find_weakness(file)))

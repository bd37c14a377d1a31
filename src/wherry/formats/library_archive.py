"""Read the distribution's archives of shared libraries, ZIP files that are not wheels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wherry.formats.zip_archive import open_zip
from wherry.model.archive_limits import DEFAULT_LIMITS

if TYPE_CHECKING:
    from wherry.model.archive_limits import ArchiveLimits

__all__ = ["read_library_archive"]


def read_library_archive(archive: bytes, *, filename: str, limits: ArchiveLimits = DEFAULT_LIMITS) -> dict[str, bytes]:
    """Return the files of the archive by path. Raise :class:`~wherry.errors.InvalidWheel` if it is malformed."""
    opened = open_zip(archive, filename=filename, limits=limits)
    return {path: opened.read(path) for path in opened.files}

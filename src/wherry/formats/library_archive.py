"""Archives of shared libraries: the distribution's ZIP files that are no wheels."""

from __future__ import annotations

import io
import zipfile

from wherry.errors import InvalidWheel
from wherry.formats.member_paths import path_problems
from wherry.formats.wheel_archive import UNREADABLE

__all__ = ["read_library_archive"]


def read_library_archive(archive: bytes, *, filename: str) -> dict[str, bytes]:
    """Return the files of the archive by path; raises :class:`~wherry.errors.InvalidWheel`."""
    try:
        with zipfile.ZipFile(io.BytesIO(archive)) as opened:
            problems = list(path_problems(opened.namelist()))
            contents = {} if problems else {m.filename: opened.read(m) for m in opened.infolist() if not m.is_dir()}
    except UNREADABLE as error:
        raise InvalidWheel(filename, [f"the archive cannot be read ({error})"]) from error
    if problems:
        raise InvalidWheel(filename, problems)
    return contents

"""Refuse to overwrite files that no RECORD lists, because a user may have made them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from wherry.errors import InstallConflict
from wherry.installation.exchange.folders import is_bytecode
from wherry.installation.exchange.overlap import is_folder

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from wherry.installation.exchange.overlap import Collision
    from wherry.installation.scheme import Scheme

__all__ = ["has_same_content", "refuse_unclaimed"]


def refuse_unclaimed(collisions: Sequence[Collision], making_way: Collection[str], scheme: Scheme) -> None:
    """Raise :class:`InstallConflict` if no distribution claims a file or folder of ``collisions``.

    ``making_way`` are the files that leave; files of distributions that stay were checked before. A file with the same
    content as the arriving one is taken over. Three kinds are replaced: bytecode, which can be made again; files of a
    ``.dist-info`` folder without a distribution, which are stale; and the shared libraries of Pyodide's distribution,
    which no RECORD lists.
    """
    free = {*making_way, *_unpacked_by_pyodide(making_way, scheme)}
    for path, owner, staged, _ in collisions:
        if is_folder(path):
            found = _unclaimed_in(path, free)
        else:
            replaceable = path in free or _can_be_made_again(path, owner, scheme) or has_same_content(path, staged)
            found = None if replaceable else path
        if found is not None:
            raise InstallConflict(found, InstallConflict.no_record, owner)


def _unpacked_by_pyodide(files: Collection[str], scheme: Scheme) -> Iterator[str]:
    """Yield the targets of ``.data/data`` files that Pyodide's own loader unpacked; it does not update RECORD."""
    for path in files:
        folder, _, rest = path.removeprefix(scheme.site_packages + "/").partition("/data/")
        if folder.endswith(".data") and rest:
            yield os.path.join(scheme.data, rest)


def _unclaimed_in(folder: str, free: Collection[str]) -> str | None:
    """Return a file that stays in ``folder``, or ``folder`` itself if it is empty; ``None`` if its files all leave."""
    paths = [os.path.join(parent, name) for parent, _, names in os.walk(folder) for name in names]
    stays = (path for path in paths if path not in free and not is_bytecode(path))
    return next(stays, None if paths else folder)


def _can_be_made_again(path: str, owner: str, scheme: Scheme) -> bool:
    # A wheel may not replace those libraries, even if its `.data/data` leads to them.
    is_library = path.startswith(scheme.libraries.rstrip("/") + "/") and not owner.endswith(".whl")
    if is_bytecode(path) or is_library:
        return True
    first, _, rest = path.removeprefix(scheme.site_packages + "/").partition("/")
    return first.endswith(".dist-info") and bool(rest)


def has_same_content(path: str, staged: str) -> bool:
    """Return whether two files have the same bytes; false if one cannot be read."""
    # The content of a link is another file, with another owner.
    if not staged or os.path.islink(path) or not os.path.isfile(path):
        return False
    if os.path.getsize(path) != os.path.getsize(staged):
        return False
    try:
        with open(path, "rb", 0) as one, open(staged, "rb", 0) as other:
            return one.read() == other.read()
    except OSError:
        return False

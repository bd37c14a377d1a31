"""What is in the way of files that are to be placed."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from wherry.install.staging import StagedFile

__all__ = ["find_obstacles", "is_folder"]


def find_obstacles(staged: Iterable[StagedFile]) -> Iterator[tuple[str, StagedFile]]:
    """Yield what is where a staged file must be, or is no folder where one of its folders must be; and that file."""
    there: dict[str, bool] = {}
    for file in staged:
        folder = os.path.dirname(file.target)
        if folder not in there:
            obstacle = _obstacle(folder)
            there[folder] = obstacle is None and os.path.isdir(folder)
            if obstacle is not None:
                yield obstacle, file
        # Most folders are new, and nothing needs to be looked for in them.
        if there[folder] and os.path.lexists(file.target):
            yield file.target, file


def _obstacle(folder: str) -> str | None:
    while not os.path.lexists(folder):
        folder = os.path.dirname(folder)
    return None if os.path.isdir(folder) else folder


def is_folder(path: str) -> bool:
    """Tell whether a folder itself is there, rather than a link to one."""
    return os.path.isdir(path) and not os.path.islink(path)

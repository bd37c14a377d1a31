"""Changes to files that can be taken back."""

from __future__ import annotations

import errno
import os
from functools import partial
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

__all__ = ["Journal"]


class Journal:
    """Moves files and folders, and moves everything back if the ``with`` block fails.

    Moving is renaming, so both ends must be on one file system. What is moved away goes to ``attic``.
    """

    def __init__(self, attic: str) -> None:
        self._attic = attic
        # What takes each change back. They work in reverse order only: a file may have stood where a folder is now.
        self._undo: list[Callable[[], None]] = []

    def __enter__(self) -> Self:
        os.makedirs(self._attic)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if error is not None:
            self._take_back(error)

    def move(self, source: str, target: str) -> None:
        """Move ``source`` to ``target``, making its folder; a file that is there already goes to the attic.

        A folder that is there stays: nobody knows whose its files are. That is an ``IsADirectoryError``.
        """
        if os.path.isdir(target) and not os.path.islink(target):
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), target)
        if os.path.lexists(target):
            self.put_away(target)
        self._make_folders(os.path.dirname(target))
        self._rename(source, target)

    def put_away(self, path: str) -> None:
        """Move ``path`` to the attic."""
        self._rename(path, os.path.join(self._attic, str(len(self._undo))))

    def remove_empty_folders(self, folder: str, *, below: str) -> None:
        """Remove ``folder`` and its parents, as long as they are empty and inside ``below``."""
        while folder.startswith(below.rstrip("/") + "/") and os.path.isdir(folder) and not os.listdir(folder):
            os.rmdir(folder)
            self._undo.append(partial(os.mkdir, folder))
            folder = os.path.dirname(folder)

    def _rename(self, source: str, target: str) -> None:
        os.rename(source, target)
        self._undo.append(partial(os.rename, target, source))

    def _make_folders(self, folder: str) -> None:
        missing = []
        while not os.path.isdir(folder):
            missing.append(folder)
            folder = os.path.dirname(folder)
        for path in reversed(missing):
            os.mkdir(path)
            self._undo.append(partial(os.rmdir, path))

    def _take_back(self, error: BaseException) -> None:
        for undo in reversed(self._undo):
            try:
                undo()
            except OSError as problem:
                # The rest can still be put back, and the first error is the one to hear of.
                error.add_note(f"Not everything could be put back as it was: {problem}")

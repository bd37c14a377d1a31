"""Changes to files that can be taken back."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from types import TracebackType

__all__ = ["Journal"]


class Journal:
    """Moves files and folders, and moves everything back if the ``with`` block fails.

    Moving is renaming, so both ends must be on one file system. What is moved away goes to ``attic``.
    """

    def __init__(self, attic: str) -> None:
        self._attic = attic
        self._moves: list[tuple[str, str]] = []
        self._made: list[str] = []
        self._emptied: list[str] = []

    def __enter__(self) -> Self:
        os.makedirs(self._attic)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if kind is not None:
            self._take_back()

    def move(self, source: str, target: str) -> None:
        """Move ``source`` to ``target``, making its folder; what is there already goes to the attic."""
        if os.path.lexists(target):
            self.put_away(target)
        self._make_folders(os.path.dirname(target))
        self._rename(source, target)

    def put_away(self, path: str) -> None:
        """Move ``path`` to the attic."""
        self._rename(path, os.path.join(self._attic, str(len(self._moves))))

    def remove_empty_folders(self, folder: str, *, below: str) -> None:
        """Remove ``folder`` and its parents, as long as they are empty and inside ``below``."""
        while folder.startswith(below.rstrip("/") + "/") and os.path.isdir(folder) and not os.listdir(folder):
            os.rmdir(folder)
            self._emptied.append(folder)
            folder = os.path.dirname(folder)

    def _rename(self, source: str, target: str) -> None:
        os.rename(source, target)
        self._moves.append((source, target))

    def _make_folders(self, folder: str) -> None:
        missing = []
        while not os.path.isdir(folder):
            missing.append(folder)
            folder = os.path.dirname(folder)
        for path in reversed(missing):
            os.mkdir(path)
            self._made.append(path)

    def _take_back(self) -> None:
        for folder in reversed(self._emptied):
            os.makedirs(folder, exist_ok=True)
        for source, target in reversed(self._moves):
            os.rename(target, source)
        for folder in reversed(self._made):
            os.rmdir(folder)

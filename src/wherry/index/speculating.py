"""Downloading wheels before it is certain that they belong to the answer, so that no link is idle while it is decided.

No answer depends on what is guessed here; a wrong guess costs bytes, and of those few.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from packaging.utils import NormalizedName

    from wherry.index.client import IndexClient
    from wherry.model.project import ProjectFile

__all__ = ["Speculation"]

SMALL = 2_000_000  # bytes
SIDE_BY_SIDE = 3
"""A browser has six connections to a host of HTTP/1.1, and pages and metadata must not wait for archives."""


class Speculation:
    """Begins to download likely wheels through ``index``, whose archives whoever installs them will find there.

    A small wheel, up to ``small`` bytes, begins at once, a few of them side by side; one that is large, or of which
    nobody knows, waits until :meth:`is_idle`: a wrong guess of it is expensive.
    """

    def __init__(self, index: IndexClient, small: int = SMALL) -> None:
        self._index = index
        self._small = small
        self._likely: dict[NormalizedName, ProjectFile] = {}
        self._waiting: deque[ProjectFile] = deque()
        self._running: set[str] = set()

    def expect(self, name: NormalizedName, file: ProjectFile | None) -> None:
        """Take ``file`` for the one that the project ``name`` is going to be installed from; ``None`` for none."""
        before = self._likely.get(name)
        if before == file:
            return
        if before is not None:
            self._give_up(before)
            del self._likely[name]
        if file is not None:
            self._likely[name] = file
            if self._is_small(file):
                self._waiting.append(file)
                self._begin()

    def is_idle(self) -> None:
        """Note that nothing else is asked of the index just now: large wheels may begin, the largest first."""
        large = [file for file in self._likely.values() if not self._is_small(file)]
        for file in sorted(large, key=lambda file: -(file.size or 0)):
            self._start(file)

    def settle(self, chosen: Iterable[ProjectFile]) -> None:
        """Give up what is not among ``chosen``, which is the answer; the rest is for whoever installs it to begin."""
        urls = {file.url for file in chosen}
        self._waiting.clear()
        for file in self._likely.values():
            if file.url not in urls:
                self._give_up(file)
        self._likely.clear()

    def _begin(self) -> None:
        while self._waiting and len(self._running) < SIDE_BY_SIDE:
            self._start(self._waiting.popleft())

    def _start(self, file: ProjectFile) -> None:
        if file.url not in self._running:
            self._running.add(file.url)
            self._index.begin_archive(file, lambda: self._landed(file))

    def _landed(self, file: ProjectFile) -> None:
        self._running.discard(file.url)
        self._begin()

    def _give_up(self, file: ProjectFile) -> None:
        if file in self._waiting:
            self._waiting.remove(file)
        self._index.abandon_archive(file)

    def _is_small(self, file: ProjectFile) -> bool:
        return file.size is not None and file.size <= self._small

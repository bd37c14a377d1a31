"""Start downloading likely wheels while the resolver is still working, so that the connection is never idle.

No answer depends on these guesses. A wrong guess costs a few bytes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wherry.index.fetcher import Hold

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from packaging.utils import NormalizedName

    from wherry.index.client import IndexClient
    from wherry.model.project import ProjectFile

__all__ = ["EarlyDownloads"]

SMALL = 2_000_000  # bytes
SIDE_BY_SIDE = 2
"""Concurrent transfers of small wheels, and of large ones. A browser opens six connections to a host over HTTP/1.1, and
pages and metadata must not wait for archives."""


class EarlyDownloads:
    """Starts to download likely wheels through ``index``, where the installer finds the archives later.

    The transfers start at once, a few at a time. One of more than ``small`` bytes stops there until
    :meth:`release_held` or :meth:`settle`, because a wrong guess would be expensive. A wheel without a metadata file
    beside it is not started at all: the resolver downloads it when it needs the metadata.
    """

    def __init__(self, index: IndexClient, small: int = SMALL) -> None:
        self._index = index
        self._limit = small
        self._likely: dict[NormalizedName, ProjectFile] = {}
        self._holds: list[Hold] = []
        self._small = _Queue(index.begin_archive)
        self._large = _Queue(self._begin_large)

    def expect(self, name: NormalizedName, file: ProjectFile | None) -> None:
        """Expect the project ``name`` to be installed from ``file``; ``None`` if from no file."""
        before = self._likely.get(name)
        if before == file:
            return
        if before is not None:
            self._give_up(before)
            del self._likely[name]
        if file is not None:
            self._likely[name] = file
            if file.metadata_hashes is not None:
                self._queue_of(file).add(file)

    def release_held(self) -> None:
        """Start and release all likely wheels, the largest first, because the index has no other requests now."""
        for file in sorted(self._likely.values(), key=lambda file: -(file.size or 0)):
            if self._queue_of(file) is self._large:
                self._large.start(file)
        self._release()

    def settle(self, chosen: Iterable[ProjectFile]) -> None:
        """Cancel the transfers of files that are not among ``chosen``, the answer. The installer starts the others."""
        urls = {file.url for file in chosen}
        self._small.waiting.clear()
        self._large.waiting.clear()
        for file in self._likely.values():
            if file.url not in urls:
                self._give_up(file)
        self._likely.clear()
        self._release()

    def _begin_large(self, file: ProjectFile, landed: Callable[[], object]) -> None:
        hold = Hold(self._limit)
        self._holds.append(hold)
        self._index.begin_archive(file, landed, hold)

    def _release(self) -> None:
        while self._holds:
            self._holds.pop().release()

    def _give_up(self, file: ProjectFile) -> None:
        queue = self._queue_of(file)
        if file in queue.waiting:
            queue.waiting.remove(file)
        self._index.abandon_archive(file)

    def _queue_of(self, file: ProjectFile) -> _Queue:
        is_small = file.size is not None and file.size <= self._limit and file.metadata_hashes is not None
        return self._small if is_small else self._large


class _Queue:
    """Starts transfers with ``begin``, a few at a time; of the waiting files, the largest goes first."""

    def __init__(self, begin: Callable[[ProjectFile, Callable[[], object]], object]) -> None:
        self.waiting: list[ProjectFile] = []
        self._begin = begin
        self._begun: set[str] = set()
        self._running = 0

    def add(self, file: ProjectFile) -> None:
        self.waiting.append(file)
        self._go_on()

    def start(self, file: ProjectFile) -> None:
        """Start ``file`` now, unless it was started before."""
        if file.url not in self._begun:
            self._begun.add(file.url)
            self._running += 1
            self._begin(file, self._landed)

    def _landed(self) -> None:
        self._running -= 1
        self._go_on()

    def _go_on(self) -> None:
        while self.waiting and self._running < SIDE_BY_SIDE:
            largest = max(self.waiting, key=lambda file: file.size or 0)
            self.waiting.remove(largest)
            self.start(largest)

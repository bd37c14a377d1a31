"""Resolve a problem and download its answer; replace packages of Pyodide that cannot be downloaded."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from wherry.errors import WherryError
from wherry.index.prefetch.early_downloads import EarlyDownloads
from wherry.index.prefetch.last_answer import keep_last_answer, read_last_answer
from wherry.index.resolve import resolve
from wherry.installation.destination import Delivery
from wherry.installation.download import MembersUnavailable, download
from wherry.installation.while_downloading import WhileDownloading
from wherry.progress.trackers import Downloads, Resolving
from wherry.resolution.snapshot import Snapshot

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from wherry.index.cache import Cache
    from wherry.index.client import IndexClient
    from wherry.installation.destination import SharedLibrary
    from wherry.model.archive_limits import ArchiveLimits
    from wherry.progress.phases import Phases
    from wherry.resolution.problem import Problem
    from wherry.resolution.resolution import Pin, Resolution

__all__ = ["Acquired", "Acquisition"]


@dataclass(frozen=True, slots=True)
class Acquired:
    """The answer to ``problem``, and its files in the order of its pins (empty if only resolved).

    ``snapshot`` holds the index data that the answer is based on.
    """

    problem: Problem
    resolution: Resolution
    snapshot: Snapshot
    deliveries: tuple[Delivery | SharedLibrary, ...] = ()

    @contextmanager
    def naming_older_release(self) -> Iterator[None]:
        """Add the release to ask for instead to errors about files of the answer."""
        try:
            yield
        except WherryError as error:
            from wherry.resolution.older_release import name_older_release

            name_older_release(error, self.resolution, self.problem, self.snapshot)
            raise


class Acquisition:
    """Resolves and downloads through ``index``; reports to ``phases``. ``cache`` keeps the last answer."""

    def __init__(self, index: IndexClient, cache: Cache, phases: Phases) -> None:
        self._index = index
        self._cache = cache
        self._phases = phases

    async def resolve(self, problem: Problem) -> Acquired:
        """Return the answer to ``problem`` without its files."""
        return await self._until_available(problem, self._resolve)

    async def obtain(
        self,
        problem: Problem,
        limits: ArchiveLimits,
        prepare: Callable[[Delivery], None],
        bytecode_folder: str | None = None,
    ) -> Acquired:
        """Return the answer and its files, verified within ``limits``.

        Downloads of likely files start while the resolver is still working. ``prepare`` is called with each wheel as
        soon as it has arrived, while other downloads continue. Meanwhile, modules are compiled for ``bytecode_folder``.
        """

        async def obtain(problem: Problem) -> Acquired:
            early_downloads = EarlyDownloads(self._index)
            try:
                acquired = await self._resolve(problem, early_downloads)
                with self._phases.phase("downloading"), acquired.naming_older_release():
                    return replace(
                        acquired, deliveries=await self._download(acquired, limits, prepare, bytecode_folder)
                    )
            except (WherryError, MembersUnavailable):
                early_downloads.settle(())
                raise

        return await self._until_available(problem, obtain)

    async def deliver(
        self,
        acquired: Acquired,
        limits: ArchiveLimits,
        prepare: Callable[[Delivery], None],
        bytecode_folder: str | None,
        keep: Callable[[Pin, bytes], None],
    ) -> Acquired:
        """Return ``acquired`` with its files; otherwise as :meth:`obtain`. Nothing is replaced by anything else.

        ``keep`` is called with the archive of each file.
        """
        self._phases.retries = self._index.retries
        try:
            with self._phases.phase("downloading"):
                return replace(
                    acquired, deliveries=await self._download(acquired, limits, prepare, bytecode_folder, keep)
                )
        except MembersUnavailable as failure:
            raise next(iter(failure.errors.values())) from failure

    async def _until_available(self, problem: Problem, acquire: Callable[[Problem], Awaitable[Acquired]]) -> Acquired:
        """Call ``acquire``; call it again without the packages of the distribution that proved unavailable."""
        substitution = None
        while True:
            try:
                acquired = await acquire(problem)
            except (WherryError, MembersUnavailable) as failure:
                from wherry.installation.substitution import Substitution

                substitution = substitution or Substitution(problem)
                problem = substitution.without(failure)
            else:
                if substitution is None:
                    return acquired
                warnings = (*acquired.resolution.warnings, substitution.warning())
                return replace(acquired, resolution=replace(acquired.resolution, warnings=warnings))

    async def _resolve(self, problem: Problem, early_downloads: EarlyDownloads | None = None) -> Acquired:
        snapshot = Snapshot(problem.environment, problem.exclude_newer, problem.hashes)
        with self._phases.phase("resolving"):
            self._phases.retries = self._index.retries
            tracker = Resolving(problem, snapshot, self._index, self._phases)
            tracker.begin()
            last_answer = await read_last_answer(problem, self._cache)
            work = resolve(problem, snapshot, self._index, early_downloads=early_downloads, last_answer=last_answer)
            resolution = await self._phases.watch(work, tracker.look)
            if problem.hashes is not None:
                problem.hashes.check(resolution.chosen)
            await keep_last_answer(problem, resolution, self._cache)
        return Acquired(problem, resolution, snapshot)

    async def _download(
        self,
        acquired: Acquired,
        limits: ArchiveLimits,
        prepare: Callable[[Delivery], None],
        bytecode_folder: str | None,
        keep: Callable[[Pin, bytes], None] = lambda *_: None,
    ) -> tuple[Delivery | SharedLibrary, ...]:
        new = {pin: pin.file for pin in acquired.resolution.chosen if pin.file is not None}
        downloads = Downloads(new, self._index, self._phases)
        ahead = WhileDownloading(new, self._index, bytecode_folder)

        def arrived(pin: Pin, delivery: Delivery | SharedLibrary, archive: bytes) -> None:
            if isinstance(delivery, Delivery):
                prepare(delivery)
            ahead.arrived(pin, delivery)
            keep(pin, archive)
            downloads.arrived(pin, len(archive))

        downloads.begin()
        work = download(new, acquired.snapshot, self._index, limits, arrived)
        try:
            return tuple(await self._phases.watch(work, downloads.look))
        finally:
            ahead.stop()

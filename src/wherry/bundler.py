"""The installer with bundles. Only the command line uses it, so it is no part of what pages download."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wherry.installation.bundling import Bundling, Choices
from wherry.installer import Installer
from wherry.model.unawaited_call import begins_when_awaited
from wherry.progress.phases import Phases

if TYPE_CHECKING:
    from collections.abc import Iterable
    from os import PathLike

    from wherry.formats.wheel_rewriting import Bytecode
    from wherry.index.lock_files import GivenLock
    from wherry.installation.bundling import BundleReport
    from wherry.model.progress import OnProgress
    from wherry.resolution.locks.lock import Lock

__all__ = ["Bundler"]


class Bundler(Installer):
    """An installer that also writes bundles."""

    @begins_when_awaited
    async def bundle(  # noqa: PLR0913 - each is a choice of the caller
        self,
        lock: str | PathLike[str] | Lock | GivenLock,
        folder: str,
        *,
        bytecode: Bytecode = "beside",
        exclude: Iterable[str] = (),
        exclude_tests: bool = False,
        imports: Iterable[str] = (),
        runtime: Iterable[str] = (),
        on_progress: OnProgress | None = None,
    ) -> BundleReport:
        """Write ``lock`` and its files into ``folder``, which must be empty, for :meth:`install_lock` at its address.

        The packages of all extras and groups are included. Wheels have the ``bytecode`` of this Python beside their
        sources, only bytecode, or none: that of all modules but tests, or of the modules ``imports`` (``"a.b"``) and
        what they import. ``exclude`` are globs of files to leave out, relative to site-packages;
        ``exclude_tests`` leaves out tests. ``runtime`` are paths of files that the caller adds, which the lock lists.

        Raise a :class:`~wherry.errors.WherryError`, or ``OSError``.
        """
        globs = (exclude,) if isinstance(exclude, str) else tuple(exclude)
        choices = Choices(bytecode, globs, exclude_tests, tuple(imports), tuple(runtime))
        phases = Phases(on_progress)
        read = await self._read_lock(lock)
        bundling = Bundling.of(read, self.environment, self._locate, choices)
        acquired = bundling.answer(self._destination.installed(), self._distribution, self._locate)
        acquired, _ = await self._fetch_locked(read, acquired, phases, keep=bundling.archives.__setitem__)
        return await bundling.write(acquired, folder, self._limits, phases)

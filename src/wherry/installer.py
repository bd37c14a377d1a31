"""The installer: the only object with state, and the only module that joins all floors."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from packaging.utils import canonicalize_name

from wherry._default_index import DEFAULT_INDEX_URL
from wherry.errors import NotInstalled, UninstallRefused
from wherry.index.cache import NoCache, QuietCache
from wherry.index.client import IndexClient
from wherry.index.credentials import without_secrets
from wherry.index.index import read_indexes
from wherry.index.network import Network
from wherry.installation.acquisition import Acquired, Acquisition
from wherry.installation.completion import to_the_end
from wherry.installation.destination import Delivery, Exchange, SharedLibrary
from wherry.installation.pth_files import startup_warnings
from wherry.model.archive_limits import DEFAULT_LIMITS
from wherry.model.distribution import InstalledDistribution, InstalledDistributions
from wherry.model.environment import Environment
from wherry.model.progress import Progress
from wherry.model.report import InstallReport, UninstallReport
from wherry.model.unawaited_call import begins_when_awaited
from wherry.progress.notebook import cell_output
from wherry.progress.phases import Phases
from wherry.resolution.problem import ResolveOptions, pose
from wherry.runtime.defaults import (
    runtime_description,
    runtime_destination,
    runtime_distribution,
    runtime_fetcher,
    runtime_locate,
    runtime_publishing,
    runtime_pyodide_lock,
)
from wherry.waiting import waiting

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime
    from os import PathLike

    from packaging.utils import NormalizedName

    from wherry.index.cache import Cache
    from wherry.index.documents import Document
    from wherry.index.fetcher import CredentialsMode, Fetcher
    from wherry.index.index import Index
    from wherry.index.lock_files import GivenLock, ReadLock
    from wherry.installation.destination import Destination
    from wherry.model.archive_limits import ArchiveLimits
    from wherry.model.check import CheckReport
    from wherry.model.locked_package import LockedPackage
    from wherry.model.progress import OnProgress
    from wherry.resolution.graph.tree import Tree
    from wherry.resolution.graph.why import Why
    from wherry.resolution.locks.lock import Lock
    from wherry.resolution.problem import Preference, Problem
    from wherry.resolution.resolution import Pin, Resolution

__all__ = ["Installer"]


class Installer:
    """An installer of packages into a running Python.

    ``index_urls`` are the roots of Simple APIs, asked in order (by default PyPI); an :class:`Index` instead of a URL
    can have headers. ``fetcher``, ``destination``, ``environment`` and ``distribution`` are Pyodide's own unless given;
    without ``cache``, nothing is cached, and failures of a cache are warnings. ``network`` has the time limits and
    retries of the runtime's fetcher (another fetcher is used as it is), the time limit of the cache, and the most bytes
    of an answer. ``limits`` are those of an unpacked archive. ``prefer`` is the default of calls; ``constraints`` and
    ``overwrite`` apply to every call, in addition to its own.

    Every archive is compared with the hash that its index or lock gives. In memory, a file of a wheel is unpacked and
    compared with RECORD when it is first read; a file that differs cannot be read. With ``strict`` (for the runtime's
    own destination), all files are compared before anything is installed. With ``bytecode`` (there as well), bytecode
    is put beside sources, and that of imported modules is kept in the cache of ``attach()``.

    An index for some projects only is written ``"torch, torchvision @ https://…"``: these projects come only from it,
    and no other project does.
    """

    def __init__(
        self,
        *,
        index_urls: Sequence[str | Index] | None = None,
        network: Network | None = None,
        fetcher: Fetcher | None = None,
        cache: Cache | None = None,
        destination: Destination | None = None,
        environment: Environment | None = None,
        distribution: Mapping[NormalizedName, LockedPackage] | None = None,
        limits: ArchiveLimits = DEFAULT_LIMITS,
        prefer: Preference = "distribution",
        constraints: Iterable[str] = (),
        overwrite: Iterable[str] = (),
        strict: bool = False,
        bytecode: bool = True,
    ) -> None:
        self.indexes = read_indexes(index_urls or ()) or read_indexes(DEFAULT_INDEX_URL)
        self.environment = environment or Environment.current()
        self._network = network or Network()
        self._fetcher = fetcher or runtime_fetcher(self._network)
        self._cache = _forgiving(cache, self._network)
        self._destination = destination or runtime_destination(strict=strict, bytecode=bytecode)
        self._distribution = runtime_distribution() if distribution is None else distribution
        self._limits = limits
        self._locate = runtime_locate()
        self._prefer = prefer
        self._constraints = [constraints] if isinstance(constraints, str) else tuple(constraints)
        self._overwrite = [overwrite] if isinstance(overwrite, str) else tuple(overwrite)
        self._recovered = self._destination.recover()

    @begins_when_awaited
    async def install(
        self,
        *requirements: str | Iterable[str],
        index_urls: Sequence[str | Index] | None = None,
        constraints: Iterable[str] = (),
        overrides: Iterable[str] = (),
        prefer: Preference | None = None,
        upgrade: bool = False,
        reinstall: bool = False,
        pre: bool = False,
        deps: bool = True,
        exclude_newer: datetime | str | None = None,
        requirements_files: Iterable[str | PathLike[str]] = (),
        groups: Iterable[str] = (),
        overwrite: Iterable[str] = (),
        on_progress: OnProgress | None = None,
    ) -> InstallReport:
        """Install ``requirements`` (PEP 508, or a wheel's URL or path) and their dependencies: all of them, or none.

        An installed version that fits is kept, unless ``upgrade`` is set. Next in order is the version of Pyodide's own
        distribution, if it fits, then the newest of the index (with ``prefer="index"``, the index comes first).
        ``reinstall`` resolves and installs as if none of them were installed. ``constraints`` restrict versions without
        requiring a project; ``overrides`` replace the requirements of distributions; ``pre`` admits pre-releases;
        ``deps=False`` leaves dependencies out; ``exclude_newer`` (a time, or ISO 8601 text) ignores files uploaded at
        or after this time; ``overwrite`` names projects whose files may be replaced if another project has a different
        file at the same path (of several named projects, the last by name keeps its file; an installed one gives way to
        a new one); ``on_progress`` is called with every :class:`~wherry.model.progress.Progress`; without it, a
        notebook shows progress in the cell.

        ``requirements_files`` are paths or URLs of a requirements.txt, a pyproject.toml (``"pyproject.toml[extra]"``
        with an extra) or a script with PEP 723 metadata, or the text of such a file (it has a line break, a path has
        none). ``groups`` are dependency groups, ``"test"`` or ``"sub/pyproject.toml:test"``. Hashes in files are
        enforced; indexes in files are asked after ``index_urls``.

        Raise a :class:`~wherry.errors.WherryError`, and leave the environment as it was before.
        """
        phases = Phases(on_progress or cell_output())
        named = _replaceable(overwrite)
        options = ResolveOptions(
            requirements=requirements,
            constraints=constraints,
            overrides=overrides,
            prefer=self._prefer if prefer is None else prefer,
            upgrade=upgrade,
            reinstall=reinstall,
            pre=pre,
            deps=deps,
            exclude_newer=exclude_newer,
            requirements_files=requirements_files,
            groups=groups,
        )
        options, client = await self._open(options, index_urls)
        async with self._destination.lock():
            recovered = self._recover()
            async with client as index:
                with phases.phase("resolving"):
                    problem, warnings = self._pose(options, index)
                acquisition = Acquisition(index, self._cache, phases)
                destination = self._destination
                acquired = await acquisition.obtain(
                    problem, self._limits, destination.prepare, destination.bytecode_folder
                )
            removed = _replaced(acquired.resolution, problem)
            return await self._complete(acquired, removed, named, phases, index, warnings=(*recovered, *warnings))

    @begins_when_awaited
    async def resolve(
        self,
        *requirements: str | Iterable[str],
        index_urls: Sequence[str | Index] | None = None,
        constraints: Iterable[str] = (),
        overrides: Iterable[str] = (),
        prefer: Preference | None = None,
        upgrade: bool = False,
        reinstall: bool = False,
        pre: bool = False,
        deps: bool = True,
        exclude_newer: datetime | str | None = None,
        requirements_files: Iterable[str | PathLike[str]] = (),
        groups: Iterable[str] = (),
        overwrite: Iterable[str] = (),
        on_progress: OnProgress | None = None,
    ) -> Resolution:
        """Return the packages that :meth:`install` would install, with the same parameters and errors."""
        options = ResolveOptions(
            requirements=requirements,
            constraints=constraints,
            overrides=overrides,
            prefer=self._prefer if prefer is None else prefer,
            upgrade=upgrade,
            reinstall=reinstall,
            pre=pre,
            deps=deps,
            exclude_newer=exclude_newer,
            requirements_files=requirements_files,
            groups=groups,
        )
        options, client = await self._open(options, index_urls)
        replaceable = _replaceable(overwrite)
        async with client as index:
            problem, warnings = self._pose(options, index)
            phases = Phases(on_progress or cell_output())
            resolution = (await Acquisition(index, self._cache, phases).resolve(problem)).resolution
        replaced = _replaced(resolution, problem)
        unknown = _unknown(replaceable, resolution, problem)
        warnings = (*warnings, *resolution.warnings, *index.notes, *self._cache.take_warnings(), *unknown)
        return replace(resolution, warnings=(*warnings, *self._imported(replaced)))

    @begins_when_awaited
    async def lock(
        self,
        *requirements: str | Iterable[str],
        index_urls: Sequence[str | Index] | None = None,
        constraints: Iterable[str] = (),
        overrides: Iterable[str] = (),
        prefer: Preference | None = None,
        pre: bool = False,
        deps: bool = True,
        exclude_newer: datetime | str | None = None,
        requirements_files: Iterable[str | PathLike[str]] = (),
        groups: Iterable[str] = (),
        existing: str | PathLike[str] | Lock | GivenLock | None = None,
        upgrade: bool = False,
        upgrade_packages: Iterable[str] = (),
        location: str = "",
        on_progress: OnProgress | None = None,
    ) -> Lock:
        """Return a lock, whose text is a ``pylock.toml`` (PEP 751), of ``requirements`` and their dependencies.

        The parameters are those of :meth:`install`. Nothing is installed, and installed versions do not count. Packages
        that only an extra or a dependency group needs get its marker. ``existing`` is an earlier lock (its text, path
        or URL): its versions are kept where they fit, so that the lock changes as little as possible, as is its
        ``exclude_newer`` unless another is given. ``upgrade`` lets all of its versions change, ``upgrade_packages``
        those of the named projects. ``location`` is the URL where the lock will be: wheels in its folder are then named
        by their paths.

        Raise a :class:`~wherry.errors.WherryError`.
        """
        from wherry.installation.lock_making import (
            exclusion_of,
            lock_acquired,
            locked_versions,
            modules_of,
            without_installed,
        )
        from wherry.resolution.locks.lock import Lock

        earlier = None if existing is None else await self._read_lock(existing)
        if earlier is not None and exclude_newer is None:
            exclude_newer = exclusion_of(earlier.file)
        options = ResolveOptions(
            requirements=requirements,
            constraints=constraints,
            overrides=overrides,
            prefer=self._prefer if prefer is None else prefer,
            pre=pre,
            deps=deps,
            exclude_newer=exclude_newer,
            requirements_files=requirements_files,
            groups=groups,
        )
        options, client = await self._open(options, index_urls)
        installed = self._destination.installed()
        async with client as index:
            problem, warnings = self._pose(options, index)
            problem = without_installed(problem)
            if earlier is not None and not upgrade:
                problem = replace(problem, locked=locked_versions(earlier.file, upgrade_packages, self.environment))
            acquisition = Acquisition(index, self._cache, Phases(on_progress or cell_output()))
            acquired = await acquisition.resolve(problem)
            file = await lock_acquired(acquired, options.requirements, index, runtime_publishing(), location)
        notes = earlier.warnings if earlier is not None else ()
        warnings = (*notes, *warnings, *acquired.resolution.warnings, *index.notes, *self._cache.take_warnings())
        return Lock(
            file,
            tuple(dict.fromkeys(warnings)),
            earlier.file if earlier is not None else None,
            runtime_pyodide_lock,
            modules_of(acquired, installed),
        )

    @begins_when_awaited
    async def install_lock(
        self,
        lock: str | PathLike[str] | Lock | GivenLock,
        *,
        extras: Iterable[str] = (),
        groups: Iterable[str] = (),
        exact: bool = False,
        overwrite: Iterable[str] = (),
        on_progress: OnProgress | None = None,
    ) -> InstallReport:
        """Install the files of ``lock`` (PEP 751: its text, its path, its URL, or a :class:`Lock`): all, or none.

        No index is asked: each file is one request, and all hashes and sizes are compared. Of several wheels, the one
        that fits best is taken. ``extras`` and ``groups`` are those of the lock; its default groups always apply. An
        installed distribution of the same version stays. Others stay as well, unless ``exact`` removes all that the
        lock does not list, except wherry itself.

        Raise a :class:`~wherry.errors.WherryError`, such as :class:`~wherry.errors.InvalidLock`, and leave the
        environment as it was before.
        """
        from wherry.installation.locked import check_pythons, left_out, unmet_beside

        phases = Phases(on_progress or cell_output())
        named = _replaceable(overwrite)
        read = await self._read_lock(lock)
        async with self._destination.lock():
            recovered = self._recover()
            acquired = self._answer_lock(read, extras, groups)
            acquired, index = await self._fetch_locked(
                read,
                acquired,
                phases,
                prepare=self._destination.prepare,
                bytecode_folder=self._destination.bytecode_folder,
            )
            check_pythons(acquired)
            removed = (*_replaced(acquired.resolution, acquired.problem), *left_out(acquired, exact=exact))
            warnings = (*read.warnings, *recovered, *unmet_beside(acquired, removed))
            return await self._complete(acquired, removed, named, phases, index, warnings=warnings)

    @begins_when_awaited
    async def resolve_lock(
        self,
        lock: str | PathLike[str] | Lock | GivenLock,
        *,
        extras: Iterable[str] = (),
        groups: Iterable[str] = (),
    ) -> Resolution:
        """Return the packages that :meth:`install_lock` would install, with the same parameters and errors."""
        read = await self._read_lock(lock)
        resolution = self._answer_lock(read, extras, groups).resolution
        return replace(resolution, warnings=(*read.warnings, *resolution.warnings))

    @begins_when_awaited
    async def install_imports(
        self,
        source: str,
        /,
        *,
        projects: Mapping[str, str] | None = None,
        **options: Any,  # noqa: ANN401
    ) -> InstallReport:
        """Install the missing imports of Python ``source``, with the ``options`` of :meth:`install`.

        The project of a module is never guessed: it is named in ``projects`` (modules to requirements), in Pyodide's
        distribution, or in the metadata of the project of that name (PEP 794). An unknown module is skipped if the
        source catches its absence.

        Raise the errors of :meth:`install`, :class:`~wherry.errors.InvalidSource` and
        :class:`~wherry.errors.UnknownImports`.
        """
        from wherry.index.import_names import require_imports

        async with self._client(options.get("index_urls"), {}) as index:
            requirements = await require_imports(source, projects or {}, self._distribution, self.environment, index)
        return await self.install(*requirements, **options)

    install_sync = waiting(install)
    resolve_sync = waiting(resolve)
    lock_sync = waiting(lock)
    install_lock_sync = waiting(install_lock)

    def uninstall(self, *names: str) -> UninstallReport:
        """Remove distributions by their RECORD, all or none, and return them in a tuple with ``warnings``.

        A file that another distribution has, too, or that was changed since it was installed, is kept. Warnings name
        these files, and distributions that still require a removed one.

        Raise :class:`~wherry.errors.NotInstalled` or :class:`~wherry.errors.UninstallRefused`.
        """
        from wherry.resolution.graph import installed as installed_graphs

        if self._destination.is_locked():
            raise UninstallRefused(", ".join(names), "an installation is running; wait for it first")
        recovered = self._recover()
        installed = self._destination.installed()
        if missing := [name for name in names if canonicalize_name(name) not in installed]:
            raise NotInstalled(missing)
        removed = tuple(installed[name] for name in dict.fromkeys(map(canonicalize_name, names)))
        imported = tuple(self._imported(removed, "it stays in memory until the runtime restarts"))
        removed_names = {one.name for one in removed}
        remaining = {name: one for name, one in installed.items() if name not in removed_names}
        # Before any file is removed: a failure here must leave all files in place.
        unmet = [str(one) for one in installed_graphs.find_missing(removed_names, remaining, self.environment)]
        done = self._destination.exchange((), removed)
        return UninstallReport(removed, (*recovered, *unmet, *imported, *done.warnings))

    def installed(self) -> InstalledDistributions:
        """Return the installed distributions, a tuple ordered by name, which a prompt shows as a table."""
        return InstalledDistributions(one for _, one in sorted(self._destination.installed().items()))

    def check(self) -> CheckReport:
        """Find damaged distributions and unmet requirements; the report is false if there are none.

        Its ``warnings`` describe harmless faults of metadata, and its ``environment`` the runtime.
        """
        from wherry.model.check import CheckReport
        from wherry.resolution.graph import installed as installed_graphs

        installed = self._destination.installed()
        unmet = list(installed_graphs.find_unmet(installed, self.environment))
        return CheckReport(
            broken=tuple(self._destination.broken()),
            missing=tuple(one for one in unmet if one.installed is None),
            conflicting=tuple(one for one in unmet if one.installed is not None),
            warnings=tuple(warning for name in sorted(installed) for warning in installed[name].metadata.warnings),
            environment=runtime_description(self.environment),
        )

    def tree(self) -> Tree:
        """Return the tree of installed distributions, from those that were requested or are not required, down."""
        from wherry.resolution.graph import installed as installed_graphs
        from wherry.resolution.graph.tree import draw_tree

        return draw_tree(installed_graphs.installed_graph(self._destination.installed(), self.environment))

    def why(self, name: str) -> Why:
        """Return the chains of requirements that lead to ``name`` among the installed distributions."""
        from wherry.resolution.graph import installed as installed_graphs
        from wherry.resolution.graph.why import explain_presence

        return explain_presence(installed_graphs.installed_graph(self._destination.installed(), self.environment), name)

    def run_script(self, name: str, args: Sequence[str] = ()) -> int:
        """Run a console script of an installed distribution, as a shell would with ``args``; return its exit status.

        It runs in this interpreter; ``sys.argv`` is set meanwhile. All its exceptions except ``SystemExit`` propagate.
        Raise :class:`~wherry.errors.UnknownScript` if no distribution has it.
        """
        from wherry.installation import script_runner

        return script_runner.run(name, script_runner.choose(name, self._destination.scripts()), args)

    def _client(self, index_urls: Sequence[str | Index] | None, secrets: Mapping[str, str]) -> IndexClient:
        indexes = [index.located(self._locate) for index in read_indexes(index_urls or ()) or self.indexes]
        return IndexClient(self._fetcher, self._cache, indexes, secrets=secrets, network=self._network)

    async def _complete(
        self,
        acquired: Acquired,
        removed: Sequence[InstalledDistribution],
        named: Collection[NormalizedName],
        phases: Phases,
        index: IndexClient,
        *,
        warnings: Iterable[str],
    ) -> InstallReport:
        """Place what was acquired, remove ``removed``, and return the report; ``warnings`` come first in it.

        ``named`` are the projects of the call's option ``overwrite``.
        """
        resolution, deliveries = acquired.resolution, acquired.deliveries
        with phases.phase("placing"), acquired.naming_older_release():
            count = len(deliveries)
            phases.tell(Progress("placing", f"Placing {count} packages", total=count))
            # The last point of cancellation. Nothing below can be cancelled, so that all is installed, or nothing.
            await asyncio.sleep(0)
            outdated = tuple(self._imported(removed))
            wheels = [delivered for delivered in deliveries if isinstance(delivered, Delivery)]
            faults = [warning for delivery in wheels for warning in delivery.warnings]
            wheel_warnings = (*faults, *startup_warnings(delivery.wheel for delivery in wheels))
            libraries = [delivered for delivered in deliveries if isinstance(delivered, SharedLibrary)]
            replaceable = {*_replaceable(self._overwrite), *named}
            done = Exchange()
            if deliveries or removed:
                done = self._destination.exchange(wheels, removed, libraries, replaceable)
            unsettled = await to_the_end(self._destination.settle(wheels, libraries))
        report = InstallReport(
            installed=done.arrived,
            unchanged=tuple(pin.source for pin in resolution.chosen if isinstance(pin.source, InstalledDistribution)),
            removed=tuple(removed),
            # A fault of metadata may be found during resolution, and again in the wheel.
            warnings=tuple(
                dict.fromkeys(
                    (
                        *warnings,
                        *resolution.warnings,
                        *index.notes,
                        *self._cache.take_warnings(),
                        *_unknown(named, resolution, acquired.problem),
                        *outdated,
                        *wheel_warnings,
                        *done.warnings,
                        *unsettled,
                    )
                )
            ),
            seconds=phases.seconds,
            requests=index.requests,
        )
        phases.tell(Progress("done", str(report), done=count, total=count))
        return report

    async def _open(
        self, options: ResolveOptions, index_urls: Sequence[str | Index] | None
    ) -> tuple[ResolveOptions, IndexClient]:
        """Return the options with the installer's constraints and the content of files, and a client of the indexes.

        The client has the secrets, and the options have none.
        """
        options = replace(options, constraints=(self._constraints, options.constraints))
        options, index_urls = await self._with_files(options, index_urls)
        options, secrets = without_secrets(options)
        return options, self._client(index_urls, secrets)

    async def _with_files(
        self, options: ResolveOptions, index_urls: Sequence[str | Index] | None
    ) -> tuple[ResolveOptions, Sequence[str | Index] | None]:
        """Add the content of requirements files and groups to ``options``, and their indexes to ``index_urls``."""
        if not options.requirements_files and not options.groups:
            return options, index_urls
        from os import environ

        from wherry.index.requirements_files import read_requirements_files

        return await read_requirements_files(
            options,
            index_urls,
            indexes=self.indexes,
            fetcher=self._fetcher,
            environment=self.environment,
            environ=environ,
            locate=self._locate,
            limit=self._network.max_metadata_size,
        )

    async def _read_lock(self, lock: str | PathLike[str] | Lock | GivenLock) -> ReadLock:
        from wherry.index.lock_files import open_lock

        return await open_lock(lock, self._read_document)

    async def _read_document(self, file: str) -> Document:
        found = await self.read(file)
        return replace(found, address=self._locate(found.address)[0])

    async def read(
        self, address: str, *, accept: str | None = None, credentials: CredentialsMode | None = None
    ) -> Document:
        """Read a file at a path or URL, with the credentials of the index at that place.

        ``accept`` is the header of that name, ``credentials`` the option of JavaScript's ``fetch``. Raise
        :class:`~wherry.errors.IndexUnavailable`.
        """
        from wherry.index.documents import DocumentReader

        reader = DocumentReader(self._fetcher, self.indexes, self._locate, self._network.max_metadata_size)
        return await reader.read(address, accept=accept, credentials=credentials)

    def _answer_lock(self, read: ReadLock, extras: Iterable[str], groups: Iterable[str]) -> Acquired:
        from wherry.installation.locked import answer_lock

        return answer_lock(
            read,
            self.environment,
            installed=self._destination.installed(),
            distribution=self._distribution,
            locate=self._locate,
            extras=extras,
            groups=groups,
        )

    async def _fetch_locked(
        self,
        read: ReadLock,
        acquired: Acquired,
        phases: Phases,
        *,
        prepare: Callable[[Delivery], None] = lambda _: None,
        bytecode_folder: str | None = None,
        keep: Callable[[Pin, bytes], None] = lambda *_: None,
    ) -> tuple[Acquired, IndexClient]:
        """Return what was chosen from a lock with its files, and the client that fetched them, which asks no index."""
        from wherry.installation.locked import copies_in, naming_lock

        client = self._client(None, {}).without_pages(copies_in(self._distribution, acquired.resolution))
        async with client as index:
            with naming_lock(read):
                acquisition = Acquisition(index, self._cache, phases)
                return await acquisition.deliver(acquired, self._limits, prepare, bytecode_folder, keep), index

    def _pose(self, options: ResolveOptions, index: IndexClient) -> tuple[Problem, tuple[str, ...]]:
        return pose(
            options,
            environment=self.environment,
            installed=self._destination.installed(),
            distribution=self._distribution,
            index_urls=index.places,
            reserved=index.reserved,
            locate=self._locate,
        )

    def _imported(
        self, removed: Iterable[InstalledDistribution], consequence: str = "restart the runtime to use another"
    ) -> Iterator[str]:
        for distribution in removed:
            if modules := self._destination.imported(distribution):
                yield f"{distribution} is imported ({', '.join(modules)}): {consequence}"

    def _recover(self) -> tuple[str, ...]:
        """Roll back interrupted changes; return the warnings, including those from when the installer was made."""
        warnings, self._recovered = (*self._recovered, *self._destination.recover()), ()
        return tuple(dict.fromkeys(warnings))


def _forgiving(cache: Cache | None, network: Network) -> QuietCache:
    if cache is None:
        return NoCache()
    if isinstance(cache, QuietCache):
        return cache
    from wherry.index.forgiving import ForgivingCache

    return ForgivingCache(cache, network.answer_timeout)


def _replaceable(overwrite: Iterable[str]) -> Collection[NormalizedName]:
    if not overwrite:
        return ()
    from wherry.installation.overwrite import read_overwrite

    return read_overwrite(overwrite)


def _unknown(replaceable: Collection[NormalizedName], resolution: Resolution, problem: Problem) -> Iterable[str]:
    if not replaceable:
        return ()
    from wherry.installation.overwrite import unknown_names

    return unknown_names(replaceable, {*problem.installed, *(pin.name for pin in resolution.chosen)})


def _replaced(resolution: Resolution, problem: Problem) -> tuple[InstalledDistribution, ...]:
    return tuple(
        problem.installed[pin.name]
        for pin in resolution.chosen
        if pin.file is not None and pin.name in problem.installed
    )

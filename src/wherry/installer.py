"""The installer: the one object with state, and the one place where the floors meet."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from packaging.utils import canonicalize_name

from wherry._default_index import DEFAULT_INDEX_URL
from wherry.awaiting import begins_when_awaited
from wherry.errors import NotInstalled, UninstallRefused, WherryError
from wherry.following import Downloads, Resolving
from wherry.index.access import without_secrets
from wherry.index.cache import NoCache, QuietCache
from wherry.index.client import IndexClient
from wherry.index.hints import keep_hints, read_hints
from wherry.index.index import read_indexes
from wherry.index.network import Network
from wherry.index.resolving import resolve
from wherry.index.speculating import Speculation
from wherry.install.delivering import MembersUnavailable, download
from wherry.install.destination import Delivery, Exchange, SharedLibrary
from wherry.install.startup import startup_warnings
from wherry.model.archive_limits import DEFAULT_LIMITS
from wherry.model.distribution import InstalledDistribution, InstalledDistributions
from wherry.model.environment import Environment
from wherry.model.progress import Progress
from wherry.model.report import InstallReport, UninstallReport
from wherry.notebook import cell_output
from wherry.phases import Phases
from wherry.resolution.posing import Asked, pose
from wherry.resolution.snapshot import Snapshot
from wherry.runtime_parts import runtime_destination, runtime_distribution, runtime_fetcher, runtime_locate

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime
    from os import PathLike

    from packaging.utils import NormalizedName

    from wherry.index.cache import Cache
    from wherry.index.fetcher import Fetcher
    from wherry.index.index import Index
    from wherry.install.destination import Destination
    from wherry.model.archive_limits import ArchiveLimits
    from wherry.model.check import CheckReport
    from wherry.model.locked_package import LockedPackage
    from wherry.model.progress import OnProgress
    from wherry.model.project import ProjectFile
    from wherry.resolution.chains import Why
    from wherry.resolution.problem import Preference, Problem
    from wherry.resolution.resolution import Pin, Resolution
    from wherry.resolution.tree import Tree

__all__ = ["Installer"]


class Installer:
    """Installs packages into a running Python.

    ``index_urls`` are the roots of Simple APIs, asked in order (by default PyPI); an :class:`Index` in place of a URL
    has headers, too. ``fetcher``, ``destination`` and ``environment`` and ``distribution`` are Pyodide's own unless
    given; ``cache`` keeps nothing unless given, and its failures are warnings. ``network`` says how patient the
    runtime's fetcher is (another fetcher is used as it is) and the installer with a cache, and how many bytes an answer
    may have. ``limits`` say how much an archive may unpack to.
    ``prefer`` is for calls that do not say it; ``constraints`` and ``overwrite`` count in every call, besides its own.

    Every archive is compared with the hash that its index or lock gives. In memory, the files of a wheel are unpacked
    when they are first read, and compared with RECORD then; one that differs cannot be read. With ``strict`` (which
    goes for the runtime's own destination) all of that is done before anything is installed.

    An index for some projects alone is written ``"torch, torchvision @ https://…"``: they come from there, and nothing
    else does.
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
    ) -> None:
        self.indexes = read_indexes(index_urls or ()) or read_indexes(DEFAULT_INDEX_URL)
        self.environment = environment or Environment.current()
        self._network = network or Network()
        self._fetcher = fetcher or runtime_fetcher(self._network)
        self._cache = _forgiving(cache, self._network)
        self._destination = destination or runtime_destination(strict=strict)
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
        """Install ``requirements`` (PEP 508, or a wheel's URL or path) and what they require; all of it, or nothing.

        An installed version that fits stays, unless ``upgrade``; then comes that of Pyodide's own distribution, if it
        fits, then the newest of the index (with ``prefer="index"`` the other way round). ``reinstall`` decides and
        installs as if nothing of it were there. ``constraints`` restrict versions without asking for anything;
        ``overrides`` take the place of what others require; ``pre`` admits pre-releases; ``deps=False`` leaves
        dependencies out; ``exclude_newer`` (a time, or ISO 8601 text) passes over files uploaded then or later;
        ``overwrite`` names projects whose files may be replaced where another project has a different file at the same
        path (of several that are named the last by name keeps its file; one that is installed gives way to one that
        arrives); ``on_progress`` is called with every :class:`~wherry.model.progress.Progress`; a notebook shows them
        in the cell unless it is given.

        ``requirements_files`` are paths or URLs of a requirements.txt, a pyproject.toml (``"pyproject.toml[extra]"``
        with an extra) or a script with PEP 723 metadata, or its text (a line break tells it from a path). ``groups``
        are dependency groups, ``"test"`` or ``"sub/pyproject.toml:test"``. Hashes in files are enforced; indexes
        in files are asked after ``index_urls``.

        Raises a :class:`~wherry.errors.WherryError`, with the environment as it was before.
        """
        phases = Phases(on_progress or cell_output())
        named = _replaceable(overwrite)
        replaceable = {*_replaceable(self._overwrite), *named}
        asked = Asked(
            requirements=requirements,
            constraints=_both(self._constraints, constraints),
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
        asked, index_urls = await self._with_files(asked, index_urls)
        asked, secrets = without_secrets(asked)
        async with self._destination.turn():
            recovered = self._recover()
            async with self._client(index_urls, secrets) as index:
                with phases.phase("resolving"):
                    problem, warnings = self._pose(asked, index)
                resolution, deliveries, snapshot = await self._obtain(problem, index, phases)
            with phases.phase("placing"), _naming_older_release(resolution, problem, snapshot):
                count = len(deliveries)
                phases.tell(Progress("placing", f"Placing {count} packages", total=count))
                # The last moment to be cancelled: from here on nothing waits, so that it is all or nothing.
                await asyncio.sleep(0)
                removed = _replaced(resolution, problem)
                outdated = tuple(self._imported(removed))
                wheels = [delivered for delivered in deliveries if isinstance(delivered, Delivery)]
                faults = [warning for delivery in wheels for warning in delivery.warnings]
                brought = (*faults, *startup_warnings(delivery.wheel for delivery in wheels))
                libraries = [delivered for delivered in deliveries if isinstance(delivered, SharedLibrary)]
                done = self._destination.exchange(wheels, removed, libraries, replaceable) if deliveries else Exchange()
                unsettled = await self._destination.settle(wheels, libraries)
        report = InstallReport(
            installed=done.arrived,
            unchanged=tuple(pin.source for pin in resolution.chosen if isinstance(pin.source, InstalledDistribution)),
            removed=removed,
            # Faults of metadata may have been found when it was decided, and again in the wheel.
            warnings=tuple(
                dict.fromkeys(
                    (
                        *recovered,
                        *warnings,
                        *resolution.warnings,
                        *index.notes,
                        *self._cache.take_warnings(),
                        *_unknown(named, resolution, problem),
                        *outdated,
                        *brought,
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

    async def _download(
        self, new: Mapping[Pin, ProjectFile], snapshot: Snapshot, index: IndexClient, phases: Phases
    ) -> list[Delivery | SharedLibrary]:
        """Download what is new, and unpack each wheel while others are on their way."""
        downloads = Downloads(new, index, phases)

        def arrived(pin: Pin, delivery: Delivery | SharedLibrary, size: int) -> None:
            if isinstance(delivery, Delivery):
                self._destination.prepare(delivery)
            downloads.arrived(pin, size)

        downloads.begin()
        return await phases.watch(download(new, snapshot, index, self._limits, arrived), downloads.look)

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
        """Decide what :meth:`install` would install, with the same parameters and errors; nothing is installed."""
        asked = Asked(
            requirements=requirements,
            constraints=_both(self._constraints, constraints),
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
        asked, index_urls = await self._with_files(asked, index_urls)
        replaceable = _replaceable(overwrite)
        asked, secrets = without_secrets(asked)
        async with self._client(index_urls, secrets) as index:
            problem, warnings = self._pose(asked, index)
            phases = Phases(on_progress or cell_output())
            resolution, *_ = await self._obtain(problem, index, phases, downloads=False)
        replaced = _replaced(resolution, problem)
        unknown = _unknown(replaceable, resolution, problem)
        said = [*warnings, *resolution.warnings, *index.notes, *self._cache.take_warnings(), *unknown]
        said += self._imported(replaced)
        return replace(resolution, warnings=tuple(said))

    @begins_when_awaited
    async def install_imports(
        self,
        source: str,
        /,
        *,
        projects: Mapping[str, str] | None = None,
        **options: Any,  # noqa: ANN401
    ) -> InstallReport:
        """Install what Python ``source`` imports and is not there, with the ``options`` of :meth:`install`.

        Which project has a module is never guessed: ``projects`` says it (modules to requirements), or Pyodide's
        distribution, or the metadata of the project of that name (PEP 794). A module whose absence the source catches
        is passed over where nobody knows it.

        Raises what :meth:`install` does, :class:`~wherry.errors.InvalidSource` and
        :class:`~wherry.errors.UnknownImports`.
        """
        from wherry.imports import require_imports

        async with self._client(options.get("index_urls"), {}) as index:
            requirements = await require_imports(source, projects or {}, self._distribution, self.environment, index)
        return await self.install(*requirements, **options)

    def uninstall(self, *names: str) -> UninstallReport:
        """Take distributions away by their RECORD, all or nothing, and return what went, a tuple with ``warnings``.

        A file that another distribution has, too, or that was changed since it was installed, stays, and that is said;
        as is what still requires something that went.

        Raises :class:`~wherry.errors.NotInstalled` and :class:`~wherry.errors.UninstallRefused`.
        """
        from wherry.resolution import checking

        if self._destination.is_taken():
            raise UninstallRefused(", ".join(names), "an installation is running; wait for it first")
        recovered = self._recover()
        installed = self._destination.installed()
        if missing := [name for name in names if canonicalize_name(name) not in installed]:
            raise NotInstalled(missing)
        leaving = tuple(installed[name] for name in dict.fromkeys(map(canonicalize_name, names)))
        imported = tuple(self._imported(leaving, "it stays in memory until the runtime restarts"))
        gone = {one.name for one in leaving}
        remaining = {name: one for name, one in installed.items() if name not in gone}
        # Before the files go: what could fail must leave them where they are.
        missed = [str(one) for one in checking.find_missing(gone, remaining, self.environment)]
        done = self._destination.exchange((), leaving)
        return UninstallReport(leaving, (*recovered, *missed, *imported, *done.warnings))

    def installed(self) -> InstalledDistributions:
        """Return the distributions that are there, a tuple ordered by name, which a prompt shows as a table."""
        return InstalledDistributions(one for _, one in sorted(self._destination.installed().items()))

    def check(self) -> CheckReport:
        """Look for damaged distributions, and for requirements that nothing installed meets; false if all is well.

        Faults of metadata that do no harm are ``warnings`` of the report.
        """
        from wherry.model.check import CheckReport
        from wherry.resolution import checking

        installed = self._destination.installed()
        unmet = list(checking.find_unmet(installed, self.environment))
        return CheckReport(
            broken=tuple(self._destination.broken()),
            missing=tuple(one for one in unmet if one.installed is None),
            conflicting=tuple(one for one in unmet if one.installed is not None),
            warnings=tuple(warning for name in sorted(installed) for warning in installed[name].metadata.warnings),
        )

    def tree(self) -> Tree:
        """Return the tree of what is installed, from what was asked for by name, and what nobody requires, down."""
        from wherry.resolution import checking
        from wherry.resolution.tree import draw_tree

        return draw_tree(checking.installed_graph(self._destination.installed(), self.environment))

    def why(self, name: str) -> Why:
        """Return the chains of requirements that lead to ``name`` among what is installed."""
        from wherry.resolution import checking
        from wherry.resolution.chains import explain_presence

        return explain_presence(checking.installed_graph(self._destination.installed(), self.environment), name)

    def run_script(self, name: str, args: Sequence[str] = ()) -> int:
        """Run a console script of what is installed, as a shell would with ``args``, and return its exit status.

        It runs in this interpreter, with ``sys.argv`` set for the while; what it raises, but ``SystemExit``, goes on to
        the caller. Raises :class:`~wherry.errors.UnknownScript`.
        """
        from wherry.install import running

        return running.run(name, running.choose(name, self._destination.scripts()), args)

    def _client(self, index_urls: Sequence[str | Index] | None, secrets: Mapping[str, str]) -> IndexClient:
        indexes = [index.located(self._locate) for index in read_indexes(index_urls or ()) or self.indexes]
        return IndexClient(self._fetcher, self._cache, indexes, secrets=secrets, network=self._network)

    async def _with_files(
        self, asked: Asked, index_urls: Sequence[str | Index] | None
    ) -> tuple[Asked, Sequence[str | Index] | None]:
        """Add the content of requirements files and groups to what is asked, and their indexes to ``index_urls``."""
        if not asked.requirements_files and not asked.groups:
            return asked, index_urls
        from os import environ

        from wherry.index.requirements_files import read_requirements_files

        return await read_requirements_files(
            asked,
            index_urls,
            indexes=self.indexes,
            fetcher=self._fetcher,
            environment=self.environment,
            environ=environ,
            locate=self._locate,
            limit=self._network.max_metadata_size,
        )

    def _pose(self, asked: Asked, index: IndexClient) -> tuple[Problem, tuple[str, ...]]:
        return pose(
            asked,
            environment=self.environment,
            installed=self._destination.installed(),
            distribution=self._distribution,
            index_urls=index.places,
            reserved=index.reserved,
            locate=self._locate,
        )

    async def _obtain(
        self, problem: Problem, index: IndexClient, phases: Phases, *, downloads: bool = True
    ) -> tuple[Resolution, list[Delivery | SharedLibrary], Snapshot]:
        """Resolve and download, again without those packages of the distribution that cannot be downloaded.

        Return also what was known when it was decided.
        """
        substitution = None
        while True:
            snapshot = Snapshot(self.environment, problem.exclude_newer, problem.hashes)
            speculation = Speculation(index) if downloads else None
            deliveries: list[Delivery | SharedLibrary] = []
            try:
                with phases.phase("resolving"):
                    resolution = await self._resolve(problem, snapshot, index, phases, speculation)
                if downloads:
                    new = {pin: pin.file for pin in resolution.chosen if pin.file is not None}
                    with phases.phase("downloading"), _naming_older_release(resolution, problem, snapshot):
                        deliveries = await self._download(new, snapshot, index, phases)
            except (WherryError, MembersUnavailable) as failure:
                from wherry.substituting import Substitution

                substitution = substitution or Substitution(problem)
                problem = substitution.without(failure)
                if speculation is not None:
                    speculation.settle(())
            else:
                if substitution is not None:
                    resolution = replace(resolution, warnings=(*resolution.warnings, substitution.warning()))
                return resolution, deliveries, snapshot

    async def _resolve(
        self,
        problem: Problem,
        snapshot: Snapshot,
        index: IndexClient,
        phases: Phases,
        speculation: Speculation | None,
    ) -> Resolution:
        phases.retries = index.retries
        resolving = Resolving(problem, snapshot, index, phases)
        resolving.begin()
        hints = await read_hints(problem, self._cache)
        work = resolve(problem, snapshot, index, speculation=speculation, hints=hints)
        resolution = await phases.watch(work, resolving.look)
        if problem.hashes is not None:
            problem.hashes.check(resolution.chosen)
        await keep_hints(problem, resolution, self._cache)
        return resolution

    def _imported(
        self, leaving: Iterable[InstalledDistribution], consequence: str = "restart the runtime to use another"
    ) -> Iterator[str]:
        for distribution in leaving:
            if modules := self._destination.imported(distribution):
                yield f"{distribution} is imported ({', '.join(modules)}): {consequence}"

    def _recover(self) -> tuple[str, ...]:
        """Return what is to be said of changes that were found interrupted, here or when the installer was made."""
        said, self._recovered = (*self._recovered, *self._destination.recover()), ()
        return tuple(dict.fromkeys(said))


@contextmanager
def _naming_older_release(resolution: Resolution, problem: Problem, snapshot: Snapshot) -> Iterator[None]:
    """Let an error about a file of ``resolution`` name the release to ask for instead."""
    try:
        yield
    except WherryError as error:
        from wherry.resolution.older_release import name_older_release

        name_older_release(error, resolution, problem, snapshot)
        raise


def _forgiving(cache: Cache | None, network: Network) -> QuietCache:
    if cache is None:
        return NoCache()
    if isinstance(cache, QuietCache):
        return cache
    from wherry.index.forgiving import ForgivingCache

    return ForgivingCache(cache, network.answer_timeout)


def _both(always: Iterable[str], now: Iterable[str]) -> Iterable[str]:
    return (*always, *([now] if isinstance(now, str) else now)) if always else now


def _replaceable(overwrite: Iterable[str]) -> Collection[NormalizedName]:
    if not overwrite:
        return ()
    from wherry.install.overwriting import read_overwrite

    return read_overwrite(overwrite)


def _unknown(replaceable: Collection[NormalizedName], resolution: Resolution, problem: Problem) -> Iterable[str]:
    if not replaceable:
        return ()
    from wherry.install.overwriting import unknown_names

    return unknown_names(replaceable, {*problem.installed, *(pin.name for pin in resolution.chosen)})


def _replaced(resolution: Resolution, problem: Problem) -> tuple[InstalledDistribution, ...]:
    return tuple(
        problem.installed[pin.name]
        for pin in resolution.chosen
        if pin.file is not None and pin.name in problem.installed
    )

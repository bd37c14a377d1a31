"""The installer: the one object with state, and the one place where the floors meet."""

from __future__ import annotations

import asyncio
import functools
import time
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Concatenate, ParamSpec, TypeVar

from packaging.utils import canonicalize_name

from wherry._default_index import DEFAULT_INDEX_URL
from wherry.default import default_installer
from wherry.errors import NotInstalled, UninstallRefused, UnsupportedRuntime
from wherry.index import resolving
from wherry.index.cache import NoCache
from wherry.index.client import IndexClient
from wherry.install.delivering import download
from wherry.install.destination import Delivery, SharedLibrary
from wherry.model.distribution import InstalledDistribution
from wherry.model.environment import Environment
from wherry.model.progress import Progress
from wherry.model.report import InstallReport
from wherry.resolution.posing import Asked, pose
from wherry.resolution.snapshot import Snapshot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from packaging.utils import NormalizedName

    from wherry.index.cache import Cache
    from wherry.index.fetcher import Fetcher
    from wherry.install.destination import Destination
    from wherry.model.check import CheckReport
    from wherry.model.locked_package import LockedPackage
    from wherry.model.progress import OnProgress, Phase
    from wherry.resolution.chains import Why
    from wherry.resolution.problem import Preference, Problem
    from wherry.resolution.resolution import Resolution
    from wherry.resolution.tree import Tree

__all__ = ["Installer", "check", "install", "installed", "resolve", "tree", "uninstall", "why"]

Parameters = ParamSpec("Parameters")
Outcome = TypeVar("Outcome")


class Installer:
    """Installs packages into a running Python.

    ``index_urls`` are the roots of Simple APIs, asked in order (by default PyPI). ``fetcher``, ``destination`` and
    ``environment`` and ``distribution`` are Pyodide's own unless given; ``cache`` keeps nothing unless given.

    An index for some projects alone is written ``"torch, torchvision @ https://…"``: they come from there, and nothing
    else does.
    """

    def __init__(
        self,
        *,
        index_urls: Sequence[str] | None = None,
        fetcher: Fetcher | None = None,
        cache: Cache | None = None,
        destination: Destination | None = None,
        environment: Environment | None = None,
        distribution: Mapping[NormalizedName, LockedPackage] | None = None,
    ) -> None:
        self.index_urls = _index_urls(index_urls) or (DEFAULT_INDEX_URL,)
        self.environment = environment or Environment.current()
        self._fetcher = fetcher or _runtime_fetcher()
        self._cache = cache or NoCache()
        self._destination = destination or _runtime_destination()
        self._distribution = _runtime_distribution() if distribution is None else distribution
        self._turn = asyncio.Lock()

    async def install(
        self,
        *requirements: str | Iterable[str],
        index_urls: Sequence[str] | None = None,
        constraints: Iterable[str] = (),
        overrides: Iterable[str] = (),
        prefer: Preference = "distribution",
        upgrade: bool = False,
        pre: bool = False,
        deps: bool = True,
        exclude_newer: datetime | str | None = None,
        on_progress: OnProgress | None = None,
    ) -> InstallReport:
        """Install ``requirements`` (PEP 508, or a wheel's URL or path) and what they require; all of it, or nothing.

        An installed version that fits stays, unless ``upgrade``; then comes that of Pyodide's own distribution, if it
        fits, then the newest of the index (with ``prefer="index"`` the other way round). ``constraints`` restrict
        versions without asking for anything; ``overrides`` take the place of what others require; ``pre`` admits
        pre-releases; ``deps=False`` leaves dependencies out; ``exclude_newer`` (a time, or ISO
        8601 text) passes over files uploaded then or later; ``on_progress`` is called with every
        :class:`~wherry.model.progress.Progress`.

        Raises a :class:`~wherry.errors.WherryError`, with the environment as it was before.
        """
        phases = _Phases(on_progress)
        asked = Asked(
            requirements=requirements,
            constraints=constraints,
            overrides=overrides,
            prefer=prefer,
            upgrade=upgrade,
            pre=pre,
            deps=deps,
            exclude_newer=exclude_newer,
        )
        async with self._turn, self._client(index_urls) as index:
            with phases.phase("resolving"):
                problem, warnings = self._pose(asked, index)
                snapshot = Snapshot(self.environment, problem.exclude_newer)
                phases.tell("resolving", f"Resolving {_names(problem)}")
                resolution = await resolving.resolve(problem, snapshot, index)
            new = {pin: pin.file for pin in resolution.chosen if pin.file is not None}
            with phases.phase("downloading"):
                deliveries = await download(new, snapshot, index, phases.tell)
            with phases.phase("placing"):
                phases.tell("placing", f"Placing {len(new)} packages", total=len(new))
                removed = _replaced(resolution, problem)
                outdated = tuple(self._imported(removed))
                wheels = [delivered for delivered in deliveries if isinstance(delivered, Delivery)]
                libraries = [delivered for delivered in deliveries if isinstance(delivered, SharedLibrary)]
                arrived = self._destination.exchange(wheels, removed, libraries) if deliveries else ()
        report = InstallReport(
            installed=arrived,
            unchanged=tuple(pin.source for pin in resolution.chosen if isinstance(pin.source, InstalledDistribution)),
            removed=removed,
            warnings=(*warnings, *resolution.warnings, *outdated),
            seconds=phases.seconds,
            requests=index.requests,
        )
        phases.tell("done", str(report), done=len(new), total=len(new))
        return report

    async def resolve(
        self,
        *requirements: str | Iterable[str],
        index_urls: Sequence[str] | None = None,
        constraints: Iterable[str] = (),
        overrides: Iterable[str] = (),
        prefer: Preference = "distribution",
        upgrade: bool = False,
        pre: bool = False,
        deps: bool = True,
        exclude_newer: datetime | str | None = None,
        on_progress: OnProgress | None = None,
    ) -> Resolution:
        """Decide what :meth:`install` would install, with the same parameters and errors; nothing is installed."""
        asked = Asked(
            requirements=requirements,
            constraints=constraints,
            overrides=overrides,
            prefer=prefer,
            upgrade=upgrade,
            pre=pre,
            deps=deps,
            exclude_newer=exclude_newer,
        )
        async with self._client(index_urls) as index:
            problem, warnings = self._pose(asked, index)
            _Phases(on_progress).tell("resolving", f"Resolving {_names(problem)}")
            resolution = await resolving.resolve(problem, Snapshot(self.environment, problem.exclude_newer), index)
        replaced = _replaced(resolution, problem)
        return replace(resolution, warnings=(*warnings, *resolution.warnings, *self._imported(replaced)))

    def uninstall(self, *names: str) -> tuple[InstalledDistribution, ...]:
        """Take distributions away by their RECORD, all or nothing, and return what went.

        Raises :class:`~wherry.errors.NotInstalled` and :class:`~wherry.errors.UninstallRefused`.
        """
        if self._turn.locked():
            raise UninstallRefused(", ".join(names), "an installation is running; wait for it first")
        installed = self._destination.installed()
        if missing := [name for name in names if canonicalize_name(name) not in installed]:
            raise NotInstalled(missing)
        leaving = tuple(installed[name] for name in dict.fromkeys(map(canonicalize_name, names)))
        self._destination.exchange((), leaving)
        return leaving

    def installed(self) -> tuple[InstalledDistribution, ...]:
        """Return the distributions that are there, ordered by name."""
        return tuple(distribution for _, distribution in sorted(self._destination.installed().items()))

    def check(self) -> CheckReport:
        """Look for damaged distributions, and for requirements that nothing installed meets; false if all is well."""
        from wherry.model.check import CheckReport
        from wherry.resolution import checking

        unmet = list(checking.find_unmet(self._destination.installed(), self.environment))
        return CheckReport(
            broken=tuple(self._destination.broken()),
            missing=tuple(one for one in unmet if one.installed is None),
            conflicting=tuple(one for one in unmet if one.installed is not None),
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

    def _client(self, index_urls: Sequence[str] | None) -> IndexClient:
        return IndexClient(self._fetcher, self._cache, _index_urls(index_urls) or self.index_urls)

    def _pose(self, asked: Asked, index: IndexClient) -> tuple[Problem, tuple[str, ...]]:
        return pose(
            asked,
            environment=self.environment,
            installed=self._destination.installed(),
            distribution=self._distribution,
            index_urls=index.index_urls,
            reserved=index.reserved,
        )

    def _imported(self, leaving: Iterable[InstalledDistribution]) -> Iterator[str]:
        for distribution in leaving:
            if modules := self._destination.imported(distribution):
                yield f"{distribution} is imported ({', '.join(modules)}): restart the runtime to use another"


def _names(problem: Problem) -> str:
    return ", ".join(str(requirement) for requirement in problem.requirements if not requirement.extra)


def _replaced(resolution: Resolution, problem: Problem) -> tuple[InstalledDistribution, ...]:
    return tuple(
        problem.installed[pin.name]
        for pin in resolution.chosen
        if pin.file is not None and pin.name in problem.installed
    )


class _Phases:
    """Measures the phases of an installation and tells of them."""

    def __init__(self, on_progress: OnProgress | None) -> None:
        self.seconds: dict[str, float] = {}
        self._on_progress = on_progress

    @contextmanager
    def phase(self, name: Phase) -> Iterator[None]:
        started = time.perf_counter()
        yield
        self.seconds[name] = time.perf_counter() - started

    def tell(self, phase: Phase, message: str, done: int = 0, total: int | None = None) -> None:
        if self._on_progress is not None:
            self._on_progress(Progress(phase, message, done, total))


def _index_urls(index_urls: Sequence[str] | None) -> tuple[str, ...]:
    # A lone string would be taken apart into characters.
    return (index_urls,) if isinstance(index_urls, str) else tuple(index_urls or ())


def _runtime_fetcher() -> Fetcher:
    try:
        from wherry.runtime.fetch import JsFetcher
    except ModuleNotFoundError as error:
        raise UnsupportedRuntime("Pyodide", "outside of it, give Installer a fetcher and a destination") from error
    return JsFetcher()


def _runtime_distribution() -> Mapping[NormalizedName, LockedPackage]:
    try:
        from wherry.runtime.distribution import read_distribution
    except ModuleNotFoundError:
        return {}
    return read_distribution()


def _runtime_destination() -> Destination:
    try:
        from wherry.runtime.site import PyodideSite
    except ModuleNotFoundError as error:
        raise UnsupportedRuntime("Pyodide", "outside of it, give Installer a fetcher and a destination") from error
    return PyodideSite()


def _on_default(
    method: Callable[Concatenate[Installer, Parameters], Outcome],
) -> Callable[Parameters, Outcome]:
    """Make a function of a method: it works on the default installer, which is made on first use."""

    @functools.wraps(method)
    def function(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Outcome:
        return method(default_installer(), *args, **kwargs)

    return function


install = _on_default(Installer.install)
resolve = _on_default(Installer.resolve)
uninstall = _on_default(Installer.uninstall)
installed = _on_default(Installer.installed)
check = _on_default(Installer.check)
tree = _on_default(Installer.tree)
why = _on_default(Installer.why)

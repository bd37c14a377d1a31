"""The installer: the one object with state, and the one place where the floors meet."""

from __future__ import annotations

import asyncio
import functools
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Concatenate, ParamSpec, TypeVar

from packaging.utils import canonicalize_name

from wherry._default_index import DEFAULT_INDEX_URL
from wherry.errors import IntegrityError, InvalidRequirement, NotInstalled, UninstallRefused, UnsupportedRuntime
from wherry.formats.wheel_archive import open_wheel
from wherry.index import resolving
from wherry.index.cache import NoCache
from wherry.index.client import IndexClient
from wherry.index.flights import together
from wherry.install.destination import Delivery
from wherry.model.core_metadata import CoreMetadata
from wherry.model.distribution import InstalledDistribution
from wherry.model.environment import Environment
from wherry.model.progress import Progress
from wherry.model.report import InstallReport
from wherry.resolution.problem import Problem
from wherry.resolution.requirements import applies, expand, parse_requirements
from wherry.resolution.snapshot import Snapshot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from packaging.requirements import Requirement
    from packaging.utils import NormalizedName

    from wherry.formats.wheel_archive import WheelArchive
    from wherry.index.cache import Cache
    from wherry.index.fetcher import Fetcher
    from wherry.install.destination import Destination
    from wherry.model.progress import OnProgress, Phase
    from wherry.model.project import ProjectFile
    from wherry.resolution.requirements import ProjectRequirement
    from wherry.resolution.resolution import Pin, Resolution

__all__ = ["Installer", "install", "installed", "resolve", "uninstall", "use_default"]

Parameters = ParamSpec("Parameters")
Outcome = TypeVar("Outcome")


class Installer:
    """Installs packages into a running Python.

    ``index_urls`` are the roots of Simple APIs, asked in order (by default PyPI). ``fetcher``, ``destination`` and
    ``environment`` are Pyodide's own unless given; ``cache`` keeps nothing unless given.
    """

    def __init__(
        self,
        *,
        index_urls: Sequence[str] | None = None,
        fetcher: Fetcher | None = None,
        cache: Cache | None = None,
        destination: Destination | None = None,
        environment: Environment | None = None,
    ) -> None:
        self.index_urls = _index_urls(index_urls) or (DEFAULT_INDEX_URL,)
        self.environment = environment or Environment.current()
        self._fetcher = fetcher or _runtime_fetcher()
        self._cache = cache or NoCache()
        self._destination = destination or _runtime_destination()
        self._turn = asyncio.Lock()

    async def install(
        self,
        *requirements: str | Iterable[str],
        index_urls: Sequence[str] | None = None,
        constraints: Iterable[str] = (),
        upgrade: bool = False,
        pre: bool = False,
        deps: bool = True,
        exclude_newer: datetime | str | None = None,
        on_progress: OnProgress | None = None,
    ) -> InstallReport:
        """Install ``requirements`` (PEP 508) and what they require; all of it, or nothing.

        An installed version that fits stays, unless ``upgrade``. ``constraints`` restrict versions without asking for
        anything; ``pre`` admits pre-releases; ``deps=False`` leaves dependencies out; ``exclude_newer`` (a time, or ISO
        8601 text) passes over files uploaded then or later; ``on_progress`` is called with every
        :class:`~wherry.model.progress.Progress`.

        Raises a :class:`~wherry.errors.WherryError`, with the environment as it was before.
        """
        phases = _Phases(on_progress)
        async with self._turn, self._client(index_urls) as index:
            with phases.phase("resolving"):
                asked = list(parse_requirements(requirements))
                problem = self._problem(asked, index, constraints, exclude_newer, upgrade=upgrade, pre=pre, deps=deps)
                snapshot = Snapshot(self.environment, problem.exclude_newer)
                phases.tell("resolving", f"Resolving {', '.join(map(str, asked))}")
                resolution = await resolving.resolve(problem, snapshot, index)
            new = {pin: pin.file for pin in resolution.chosen if pin.file is not None}
            with phases.phase("downloading"):
                phases.tell("downloading", f"Downloading {len(new)} wheels", total=len(new))
                deliveries = await _download(new, snapshot, index, phases)
            with phases.phase("placing"):
                phases.tell("placing", f"Placing {len(new)} packages", total=len(new))
                removed = tuple(problem.installed[pin.name] for pin in new if pin.name in problem.installed)
                arrived = self._destination.exchange(deliveries, removed) if deliveries else ()
        report = InstallReport(
            installed=arrived,
            unchanged=tuple(pin.source for pin in resolution.chosen if isinstance(pin.source, InstalledDistribution)),
            removed=removed,
            warnings=(*self._not_applicable(asked), *resolution.warnings),
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
        upgrade: bool = False,
        pre: bool = False,
        deps: bool = True,
        exclude_newer: datetime | str | None = None,
        on_progress: OnProgress | None = None,
    ) -> Resolution:
        """Decide what :meth:`install` would install, with the same parameters and errors; nothing is installed."""
        phases = _Phases(on_progress)
        async with self._client(index_urls) as index:
            asked = list(parse_requirements(requirements))
            problem = self._problem(asked, index, constraints, exclude_newer, upgrade=upgrade, pre=pre, deps=deps)
            phases.tell("resolving", f"Resolving {', '.join(map(str, asked))}")
            return await resolving.resolve(problem, Snapshot(self.environment, problem.exclude_newer), index)

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

    def _client(self, index_urls: Sequence[str] | None) -> IndexClient:
        return IndexClient(self._fetcher, self._cache, _index_urls(index_urls) or self.index_urls)

    def _problem(
        self,
        asked: Sequence[Requirement],
        index: IndexClient,
        constraints: Iterable[str],
        exclude_newer: datetime | str | None,
        *,
        upgrade: bool,
        pre: bool,
        deps: bool,
    ) -> Problem:
        return Problem(
            environment=self.environment,
            requirements=tuple(self._applicable(asked)),
            installed=self._destination.installed(),
            constraints=self._constraints(constraints),
            upgrade=upgrade,
            pre=pre,
            deps=deps,
            exclude_newer=_moment(exclude_newer),
            index_urls=index.index_urls,
        )

    def _applicable(self, asked: Iterable[Requirement]) -> Iterator[ProjectRequirement]:
        for requirement in asked:
            if applies(requirement, self.environment):
                yield from expand(requirement)

    def _not_applicable(self, asked: Iterable[Requirement]) -> Iterator[str]:
        for requirement in asked:
            if not applies(requirement, self.environment):
                yield f"{requirement} was not installed: its marker is false here"

    def _constraints(self, texts: Iterable[str]) -> Mapping[NormalizedName, tuple[ProjectRequirement, ...]]:
        constraints: dict[NormalizedName, tuple[ProjectRequirement, ...]] = {}
        for constraint in self._applicable(parse_requirements([texts])):
            constraints[constraint.name] = (*constraints.get(constraint.name, ()), constraint)
        return constraints


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

    def tell(self, phase: Phase, message: str, *, done: int = 0, total: int | None = None) -> None:
        if self._on_progress is not None:
            self._on_progress(Progress(phase, message, done, total))


async def _download(
    new: Mapping[Pin, ProjectFile], snapshot: Snapshot, index: IndexClient, phases: _Phases
) -> list[Delivery]:
    """Download and check wheels side by side; return them in the same order."""
    delivered: dict[Pin, Delivery] = {}

    async def download(pin: Pin, file: ProjectFile) -> None:
        wheel = open_wheel(await index.archive(file), filename=file.filename)
        _agree(wheel, snapshot.metadata.get(file.url))
        index.release_archive(file)
        delivered[pin] = Delivery(wheel, file.url, pin.requested)
        phases.tell("downloading", file.filename, done=len(delivered), total=len(new))

    await together([download(pin, file) for pin, file in new.items()])
    return [delivered[pin] for pin in new]


def _agree(wheel: WheelArchive, promised: object) -> None:
    # What was resolved with must be what gets installed (PEP 658: the file "MUST" be the wheel's own METADATA).
    if isinstance(promised, CoreMetadata) and promised != wheel.metadata:
        raise IntegrityError(wheel.filename, "the metadata that the index gave beside it", "other metadata inside")


def _index_urls(index_urls: Sequence[str] | None) -> tuple[str, ...]:
    # A lone string would be taken apart into characters.
    return (index_urls,) if isinstance(index_urls, str) else tuple(index_urls or ())


def _moment(value: datetime | str | None) -> datetime | None:
    if value is None:
        return None
    try:
        moment = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    except ValueError as error:
        raise InvalidRequirement(f"exclude_newer={value}", "it takes a date or a time in ISO 8601") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _runtime_fetcher() -> Fetcher:
    try:
        from wherry.runtime.fetch import JsFetcher
    except ModuleNotFoundError as error:
        raise UnsupportedRuntime("Pyodide", "outside of it, give Installer a fetcher and a destination") from error
    return JsFetcher()


def _runtime_destination() -> Destination:
    try:
        from wherry.runtime.site import PyodideSite
    except ModuleNotFoundError as error:
        raise UnsupportedRuntime("Pyodide", "outside of it, give Installer a fetcher and a destination") from error
    return PyodideSite()


class _Default:
    installer: Installer | None = None


def use_default(installer: Installer) -> None:
    """Put ``installer`` behind the functions of the package."""
    _Default.installer = installer


def _on_default(
    method: Callable[Concatenate[Installer, Parameters], Outcome],
) -> Callable[Parameters, Outcome]:
    """Make a function of a method: it works on the default installer, which is made on first use."""

    @functools.wraps(method)
    def function(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Outcome:
        if _Default.installer is None:
            _Default.installer = Installer()
        return method(_Default.installer, *args, **kwargs)

    return function


install = _on_default(Installer.install)
resolve = _on_default(Installer.resolve)
uninstall = _on_default(Installer.uninstall)
installed = _on_default(Installer.installed)

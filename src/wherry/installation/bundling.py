"""Write a bundle: a folder with a lock and its files, for any static host.

Each file is in a folder named by its hash. Its address changes with its content, so no cache between host and visitor
can give an earlier file to a later lock, and the names of the wheels need no build tag.
"""

from __future__ import annotations

import asyncio
import hashlib
import importlib.util
import marshal
import os
import sys
import time
import warnings
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar, cast

from wherry.errors import InvalidRequirement, InvalidSource
from wherry.formats.source_depth import check_depth
from wherry.formats.unneeded_files import find_matching, find_tests
from wherry.formats.wheel_archive import open_wheel
from wherry.formats.wheel_rewriting import Bytecode, Rewriting, installed_paths
from wherry.formats.wording import some
from wherry.installation.destination import Delivery
from wherry.installation.imported_modules import ImportedModules
from wherry.installation.locked import acquired_of, parts_of_runtime
from wherry.installation.scheme import Scheme
from wherry.installation.staging.unpacking import write_file
from wherry.model.progress import Progress
from wherry.resolution.locks.bundled import BundledFile, choose_all, write_bundled_lock

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Generator, Iterator, Mapping
    from types import CodeType

    from packaging.utils import NormalizedName

    from wherry.formats.wheel_archive import WheelArchive
    from wherry.index.lock_files import ReadLock
    from wherry.installation.acquisition import Acquired
    from wherry.model.archive_limits import ArchiveLimits
    from wherry.model.distribution import InstalledDistribution
    from wherry.model.environment import Environment
    from wherry.model.locked_package import LockedPackage
    from wherry.progress.phases import Phases
    from wherry.resolution.direct_urls import Locate
    from wherry.resolution.locks.selection import Chosen
    from wherry.resolution.resolution import Pin

__all__ = ["BundleReport", "Bundling", "Choices", "bytecode_of", "in_slices"]

Result = TypeVar("Result")

LOCK = "pylock.toml"
SLICE = 0.05  # seconds between looks for a cancellation
HASH_LENGTH = 12  # hexadecimal digits in the name of a folder
UNCHECKED = (1).to_bytes(4, "little")  # the flags of bytecode with the hash of its source, which is not compared
UNCOMPILABLE = (SyntaxError, ValueError, OverflowError, RecursionError, MemoryError, InvalidSource)


@dataclass(frozen=True, slots=True)
class Choices:
    """Which files a bundle has.

    ``bytecode`` is beside the sources, the only form, or none. It is that of all modules but tests, or, with
    ``imports``, of these modules and what they import. ``exclude`` are globs of files to leave out, and
    ``exclude_tests`` leaves out those that only tests need. ``runtime`` are the paths of files of Pyodide and wherry,
    which the caller adds to the folder.
    """

    bytecode: Bytecode = "beside"
    exclude: tuple[str, ...] = ()
    exclude_tests: bool = False
    imports: tuple[str, ...] = ()
    runtime: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.bytecode not in {"beside", "only", "none"}:
            raise InvalidRequirement(f"bytecode={self.bytecode!r}", 'choose "beside", "only" or "none"')
        for name in self.imports:
            if not all(map(str.isidentifier, name.split("."))):
                raise InvalidRequirement(f"imports={name!r}", "write the name of a module, such as plotly.express")

    def recorded(self) -> dict[str, Any]:
        """Return the table for the lock."""
        python = {} if self.bytecode == "none" else {"python": sys.implementation.cache_tag}
        tests = {"exclude-tests": True} if self.exclude_tests else {}
        globs = {"exclude": list(self.exclude)} if self.exclude else {}
        imports = {"imports": list(self.imports)} if self.imports else {}
        runtime = {"runtime": list(self.runtime)} if self.runtime else {}
        return {"bytecode": self.bytecode, **python, **tests, **globs, **imports, **runtime}


@dataclass(frozen=True, slots=True)
class BundleReport:
    """The ``packages`` of a bundle: name, version, and bytes of the file before and after; and ``warnings``."""

    packages: tuple[tuple[str, str, int, int], ...]
    warnings: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, object]:
        """Return a JSON-able mapping."""
        fields = ("name", "version", "before", "after")
        packages = [dict(zip(fields, package, strict=True)) for package in self.packages]
        return {"packages": packages, "warnings": list(self.warnings)}


@dataclass(slots=True)
class Bundling:
    """The bundle of the lock ``read``, to be written for ``environment``."""

    read: ReadLock
    environment: Environment
    choices: Choices
    chosen: tuple[Chosen, ...]
    archives: dict[Pin, bytes] = field(default_factory=dict)

    @classmethod
    def of(cls, read: ReadLock, environment: Environment, locate: Locate, choices: Choices) -> Bundling:
        """Choose the packages of the lock. Raises :class:`~wherry.errors.InvalidLock`."""
        return cls(read, environment, choices, choose_all(read.file, environment, locate))

    def answer(
        self,
        installed: Mapping[NormalizedName, InstalledDistribution],
        distribution: Mapping[NormalizedName, LockedPackage],
        locate: Locate,
    ) -> Acquired:
        """Return all packages, without their files. Of those ``installed``, only parts of the runtime are left out."""
        return acquired_of(
            self.read,
            self.chosen,
            self.environment,
            installed=parts_of_runtime(installed),
            distribution=distribution,
            locate=locate,
        )

    async def write(self, acquired: Acquired, folder: str, limits: ArchiveLimits, phases: Phases) -> BundleReport:
        """Write the bundle into ``folder``, which exists and is empty.

        Raises :class:`~wherry.errors.InvalidWheel`, also for a rewritten wheel beyond ``limits``, and ``OSError``.
        """
        new = [(pin, pin.file.filename) for pin in acquired.resolution.chosen if pin.file is not None]
        files: list[BundledFile] = []
        report: list[tuple[str, str, int, int]] = []
        notes: list[str] = []
        used: set[str] = set()
        with phases.phase("placing"):
            imported = await self._find_imported(acquired, phases, notes)
            for done, ((pin, filename), delivery) in enumerate(zip(new, acquired.deliveries, strict=True)):
                tell = partial(_tell, phases, pin.name, done, len(new))
                await _pause(tell, 0)
                before = after = self.archives.pop(pin)
                if isinstance(delivery, Delivery):
                    after = await in_slices(self._rewrite(delivery.wheel, imported, limits, used, notes), tell)
                files.append(_put(folder, pin, filename, after))
                report.append((pin.name, pin.version, len(before), len(after)))
            settings = self.choices.recorded()
            text = write_bundled_lock(self.read.file, self.environment, self.chosen, files, settings)
            write_file(f"{folder}/{LOCK}", text.encode())
        unused = (f"no file matches the excluded {glob!r}" for glob in self.choices.exclude if glob not in used)
        return BundleReport(tuple(report), (*self.read.warnings, *acquired.resolution.warnings, *notes, *unused))

    async def _find_imported(self, acquired: Acquired, phases: Phases, notes: list[str]) -> Collection[str] | None:
        """Return the places of the sources to compile; ``None`` for all but tests."""
        if not self.choices.imports or self.choices.bytecode == "none":
            return None
        wheels = [delivery.wheel for delivery in acquired.deliveries if isinstance(delivery, Delivery)]
        modules = ImportedModules(wheels, _code_of)
        step = Progress("placing", "Finding the modules that are imported", 0, len(wheels))
        await in_slices(modules.find(self.choices.imports), lambda share: phases.tell(step, share))
        absent = [name for name in self.choices.imports if modules.lacks(name)]
        notes += (f"no package of the lock has a source of the module {name}" for name in absent)
        return modules.places

    def _rewrite(
        self,
        wheel: WheelArchive,
        imported: Collection[str] | None,
        limits: ArchiveLimits,
        used: set[str],
        notes: list[str],
    ) -> Generator[float, None, bytes]:
        """Return the archive of a wheel for the bundle. Yield the share that is done."""
        members = {place: path for path, place in installed_paths(wheel).items()}
        tests = find_tests(members, lambda place: wheel.read(members[place]))
        excluded = {members[place] for place in self._excluded(members, tests, used)}
        yield 0
        site_packages = Scheme.current().site_packages
        rewriting = Rewriting(
            wheel,
            self.choices.bytecode,
            sys.implementation.cache_tag or "",
            lambda source, place: bytecode_of(source, f"{site_packages}/{place}"),
            (lambda place: place not in tests) if imported is None else imported.__contains__,
        )
        archive = yield from rewriting.write(excluded)
        if self.choices.bytecode == "only" and rewriting.sources:
            release = f"{wheel.metadata.name} {wheel.metadata.version}"
            notes.append(f"{release} keeps the sources that cannot be imported as bytecode: {some(rewriting.sources)}")
        if archive is not wheel.archive.content:
            # It must pass the checks of every installation.
            open_wheel(archive, filename=wheel.filename, limits=limits)
        return archive

    def _excluded(self, members: Collection[str], tests: Collection[str], used: set[str]) -> Iterator[str]:
        """Yield the files to leave out; add the globs that match to ``used``."""
        if self.choices.exclude_tests:
            yield from tests
        for glob in self.choices.exclude:
            if matching := find_matching(members, glob):
                used.add(glob)
                yield from matching


def bytecode_of(source: bytes, path: str) -> bytes | None:
    """Return the bytecode of a module; ``None`` if it cannot be compiled. Tracebacks show its ``path``.

    Python reads it without reading the source: https://docs.python.org/3/reference/import.html#pyc-invalidation
    """
    code = _code_of(source, path)
    if code is None:
        return None
    try:
        marshalled = marshal.dumps(code)
    except ValueError:
        return None  # It is too deep for that.
    return importlib.util.MAGIC_NUMBER + UNCHECKED + importlib.util.source_hash(source) + marshalled


def _code_of(source: bytes, path: str) -> CodeType | None:
    try:
        check_depth(importlib.util.decode_source(source))
        with warnings.catch_warnings():
            # Doubtful syntax is a matter of the project's developers.
            warnings.simplefilter("ignore")
            code: CodeType = compile(source, path, "exec", dont_inherit=True, optimize=0)
    except UNCOMPILABLE:
        return None
    return code


async def in_slices(
    steps: Generator[float, None, Result], tell: Callable[[float], None], seconds: float = SLICE
) -> Result:
    """Return the result of ``steps``.

    Between slices of ``seconds``, ``tell`` gets the share that is done (0 to 1), and the call can be cancelled.
    """
    begun = time.perf_counter()
    while True:
        try:
            share = next(steps)
        except StopIteration as end:
            return cast("Result", end.value)
        if time.perf_counter() - begun > seconds:
            await _pause(tell, share)
            begun = time.perf_counter()


async def _pause(tell: Callable[[float], None], share: float) -> None:
    tell(share)
    await asyncio.sleep(0)


def _tell(phases: Phases, name: str, done: int, total: int, share: float) -> None:
    step = Progress("placing", f"Writing {name} into the bundle", done, total, name)
    phases.tell(step, (done + share) / total)


def _put(folder: str, pin: Pin, filename: str, content: bytes) -> BundledFile:
    """Write a file into the folder of its hash."""
    sha256 = hashlib.sha256(content).hexdigest()
    below = sha256[:HASH_LENGTH]
    os.makedirs(f"{folder}/{below}", exist_ok=True)
    write_file(f"{folder}/{below}/{filename}", content)
    return BundledFile(pin, f"{below}/{filename}", len(content), sha256)

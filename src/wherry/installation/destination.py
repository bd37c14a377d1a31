"""Port to the environment that distributions are installed into."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from contextlib import AbstractAsyncContextManager

    from packaging.utils import NormalizedName

    from wherry.formats.wheel_archive import WheelArchive
    from wherry.installation.bytecode import CompiledModule
    from wherry.installation.script_runner import InstalledScript
    from wherry.model.check import BrokenDistribution
    from wherry.model.distribution import InstalledDistribution
    from wherry.resolution.sources import Origin

__all__ = ["Delivery", "Destination", "Exchange", "SharedLibrary"]


@dataclass(frozen=True, slots=True)
class Delivery:
    """A wheel to be placed.

    ``source`` is the URL it was downloaded from, ``hashes`` are the hashes it was compared with. ``requested`` tells
    whether the caller asked for it by name. ``origin`` tells whether the URL is from an index, from the caller, or from
    the distribution. ``weaknesses`` are warnings about its hashes. ``compiled`` are modules that were compiled ahead of
    their import.
    """

    wheel: WheelArchive
    source: str
    requested: bool
    hashes: Mapping[str, str] = field(default_factory=dict)
    origin: Origin = "index"
    weaknesses: tuple[str, ...] = ()
    compiled: list[CompiledModule] = field(default_factory=list, compare=False)

    @property
    def warnings(self) -> tuple[str, ...]:
        """Warnings for the report: harmless faults of the wheel and of its metadata."""
        return *self.wheel.metadata.warnings, *self.wheel.warnings, *self.weaknesses


@dataclass(frozen=True, slots=True)
class SharedLibrary:
    """A shared library of the distribution: ``contents`` maps paths below the folder of libraries to bytes."""

    name: NormalizedName
    source: str
    contents: Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class Exchange:
    """The result of an exchange: the distributions installed (``arrived``), and ``warnings``."""

    arrived: tuple[InstalledDistribution, ...] = ()
    warnings: tuple[str, ...] = ()


class Destination(Protocol):
    """An environment that distributions are installed into and uninstalled from."""

    @property
    def bytecode_folder(self) -> str | None:
        """The folder of the sources that :meth:`settle` puts compiled modules beside; ``None`` if it does not."""
        ...

    def lock(self) -> AbstractAsyncContextManager[object]:
        """Hold the environment's exclusive lock for the duration of the block."""
        ...

    def is_locked(self) -> bool:
        """Return whether :meth:`lock` is held."""
        ...

    def recover(self) -> tuple[str, ...]:
        """Roll back an interrupted exchange. Returns warnings; never raises."""
        ...

    def installed(self) -> Mapping[NormalizedName, InstalledDistribution]:
        """Return the installed distributions by normalized name."""
        ...

    def broken(self) -> Sequence[BrokenDistribution]:
        """Return the damaged distributions."""
        ...

    def imported(self, distribution: InstalledDistribution) -> Sequence[str]:
        """Return the names of its modules that this interpreter has imported."""
        ...

    def scripts(self) -> Mapping[str, InstalledScript]:
        """Return the scripts of the installed distributions by name."""
        ...

    def prepare(self, delivery: Delivery) -> None:
        """Unpack a wheel into the staging folder for a later :meth:`exchange`; call it only under :meth:`lock`.

        Each file, when read later, has the content that RECORD lists.

        Wheels that are not exchanged by the end of the lock's block are deleted. Raises
        :class:`~wherry.errors.InvalidWheel`, :class:`~wherry.errors.RecoveryFailed` or ``OSError``.
        """
        ...

    def exchange(
        self,
        arriving: Sequence[Delivery],
        leaving: Sequence[InstalledDistribution],
        libraries: Sequence[SharedLibrary] = (),
        replaceable: Collection[NormalizedName] = (),
    ) -> Exchange:
        """Uninstall ``leaving`` and install ``arriving``, all or nothing, even if the process ends in between.

        A file that several distributions have with the same content is shared, and deleted with the last of them. If
        the contents differ, the file of a project in ``replaceable`` is replaced.

        Raises :class:`~wherry.errors.InvalidWheel`, :class:`~wherry.errors.InstallConflict`,
        :class:`~wherry.errors.UninstallRefused`, :class:`~wherry.errors.RecoveryFailed` or ``OSError``; then the
        environment is unchanged.
        """
        ...

    async def settle(self, arrived: Sequence[Delivery], libraries: Sequence[SharedLibrary] = ()) -> Sequence[str]:
        """Finish an exchange with the steps that need its files in place and may await; return warnings, not errors."""
        ...

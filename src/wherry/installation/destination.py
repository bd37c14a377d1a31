"""The port to where distributions are installed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from contextlib import AbstractAsyncContextManager

    from packaging.utils import NormalizedName

    from wherry.formats.wheel_archive import WheelArchive
    from wherry.installation.script_runner import InstalledScript
    from wherry.model.check import BrokenDistribution
    from wherry.model.distribution import InstalledDistribution
    from wherry.resolution.sources import Origin

__all__ = ["Delivery", "Destination", "Exchange", "SharedLibrary"]


@dataclass(frozen=True, slots=True)
class Delivery:
    """A wheel to be placed.

    ``source`` is the URL it came from and ``hashes`` those it was compared with; ``requested`` tells whether the caller
    asked for it by name, ``origin`` whether the URL stood on an index, was the caller's, or is the distribution's.
    ``weaknesses`` are warnings about its hashes.
    """

    wheel: WheelArchive
    source: str
    requested: bool
    hashes: Mapping[str, str] = field(default_factory=dict)
    origin: Origin = "index"
    weaknesses: tuple[str, ...] = ()

    @property
    def warnings(self) -> tuple[str, ...]:
        """Sentences about faults in what was read of it that do no harm, for the report."""
        return *self.wheel.metadata.warnings, *self.wheel.warnings, *self.weaknesses


@dataclass(frozen=True, slots=True)
class SharedLibrary:
    """A shared library of the distribution: ``contents`` maps paths below the folder of libraries to bytes."""

    name: NormalizedName
    source: str
    contents: Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class Exchange:
    """What an exchange did: ``arrived`` is what is there now, ``warnings`` tell of files that were kept."""

    arrived: tuple[InstalledDistribution, ...] = ()
    warnings: tuple[str, ...] = ()


class Destination(Protocol):
    """An environment that distributions are put into and taken out of."""

    def lock(self) -> AbstractAsyncContextManager[object]:
        """Wait for everybody else who changes this environment, and keep them waiting while the block lasts."""
        ...

    def is_locked(self) -> bool:
        """Whether somebody has his :meth:`lock` just now."""
        ...

    def recover(self) -> tuple[str, ...]:
        """Take back what an interrupted exchange left half done; return what there is to say of it, raise nothing."""
        ...

    def installed(self) -> Mapping[NormalizedName, InstalledDistribution]:
        """Return what is there, by normalized name."""
        ...

    def broken(self) -> Sequence[BrokenDistribution]:
        """Return what is there and damaged."""
        ...

    def imported(self, distribution: InstalledDistribution) -> Sequence[str]:
        """Return the names of its modules that this interpreter has imported."""
        ...

    def scripts(self) -> Mapping[str, InstalledScript]:
        """Return the scripts of what is there, by name."""
        ...

    def prepare(self, delivery: Delivery) -> None:
        """Unpack a wheel that :meth:`exchange` will be given, aside, and only within a :meth:`lock`.

        Whoever sees a file of it later sees what RECORD lists.

        What is prepared and not exchanged by the end of the block is thrown away. Raises
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
        """Take ``leaving`` out and put ``arriving`` in, all or nothing, also where the process ends in the middle.

        A file that several distributions have with the same content is shared, and goes with the last of them. Of
        different contents, that of a project in ``replaceable`` gives way.

        Raises :class:`~wherry.errors.InvalidWheel`, :class:`~wherry.errors.InstallConflict`,
        :class:`~wherry.errors.UninstallRefused`, :class:`~wherry.errors.RecoveryFailed` or ``OSError``, with everything
        as it was before.
        """
        ...

    async def settle(self, arrived: Sequence[Delivery], libraries: Sequence[SharedLibrary] = ()) -> Sequence[str]:
        """Do what needs the files of an exchange in their places, and time; return warnings, for it cannot fail."""
        ...

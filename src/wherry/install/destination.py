"""The port to where distributions are installed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from packaging.utils import NormalizedName

    from wherry.formats.wheel_archive import WheelArchive
    from wherry.model.distribution import InstalledDistribution

__all__ = ["Delivery", "Destination"]


@dataclass(frozen=True, slots=True)
class Delivery:
    """A wheel to be placed.

    ``source`` is the URL it came from; ``requested`` tells whether the caller asked for it by name.
    """

    wheel: WheelArchive
    source: str
    requested: bool


class Destination(Protocol):
    """An environment that distributions are put into and taken out of."""

    def installed(self) -> Mapping[NormalizedName, InstalledDistribution]:
        """Return what is there, by normalized name."""
        ...

    def exchange(
        self, arriving: Sequence[Delivery], leaving: Sequence[InstalledDistribution]
    ) -> tuple[InstalledDistribution, ...]:
        """Take ``leaving`` out and put ``arriving`` in, all or nothing; return what is there now of the latter.

        Raises :class:`~wherry.errors.InvalidWheel`, :class:`~wherry.errors.InstallConflict`,
        :class:`~wherry.errors.UninstallRefused` or ``OSError``, with everything as it was before.
        """
        ...

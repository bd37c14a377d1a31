"""A read-only destination, for resolving."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from contextlib import AbstractAsyncContextManager

    from packaging.utils import NormalizedName

    from wherry.installation.destination import Delivery, Exchange, SharedLibrary
    from wherry.installation.script_runner import InstalledScript
    from wherry.model.check import BrokenDistribution
    from wherry.model.distribution import InstalledDistribution


class Shelf:
    """A destination with installed distributions that refuses all changes."""

    def __init__(self, installed: Mapping[NormalizedName, InstalledDistribution] | None = None) -> None:
        self._installed = installed or {}

    def installed(self) -> Mapping[NormalizedName, InstalledDistribution]:
        """Return the installed distributions."""
        return self._installed

    def broken(self) -> tuple[BrokenDistribution, ...]:
        """Refuse."""
        raise NotImplementedError

    def imported(self, distribution: InstalledDistribution) -> Sequence[str]:  # noqa: ARG002 - the port's
        """Return no modules: nothing is imported."""
        return ()

    def scripts(self) -> Mapping[str, InstalledScript]:
        """Refuse."""
        raise NotImplementedError

    def lock(self) -> AbstractAsyncContextManager[None]:
        """Refuse."""
        raise NotImplementedError

    def is_locked(self) -> bool:
        """Refuse."""
        raise NotImplementedError

    def recover(self) -> tuple[str, ...]:
        """Return no warnings: nothing was interrupted."""
        return ()

    def prepare(self, delivery: Delivery) -> None:
        """Refuse."""
        raise NotImplementedError

    def exchange(
        self,
        arriving: Sequence[Delivery],
        leaving: Sequence[InstalledDistribution],
        libraries: Sequence[SharedLibrary] = (),
        replaceable: Collection[NormalizedName] = (),
    ) -> Exchange:
        """Refuse."""
        raise NotImplementedError

    async def settle(self, arrived: Sequence[Delivery], libraries: Sequence[SharedLibrary] = ()) -> Sequence[str]:
        """Refuse."""
        raise NotImplementedError

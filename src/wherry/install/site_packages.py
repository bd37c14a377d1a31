"""Site-packages as a destination: real folders, whatever file system is below."""

from __future__ import annotations

import os
import shutil
from contextlib import asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING

from wherry.errors import InstallConflict, RecoveryFailed, UninstallRefused
from wherry.install.confirming import confirm_all
from wherry.install.departing import depart
from wherry.install.destination import Exchange
from wherry.install.finders import forget_listings
from wherry.install.imported import imported_modules
from wherry.install.installed import find_installed
from wherry.install.journal import carry_out, has_journal, recover
from wherry.install.planning import plan
from wherry.install.scripts import ScriptPlaces
from wherry.install.staging import INSTALLER, Staging
from wherry.install.surveying import is_folder, survey
from wherry.install.turns import turn_at
from wherry.install.uninstalling import claims_on, files_of
from wherry.install.unpacking import VerifyingUnpacker
from wherry.install.workshop import workshop_in
from wherry.model.distribution import InstalledDistribution

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Collection, Iterable, Iterator, Mapping, Sequence

    from packaging.utils import NormalizedName

    from wherry.install.destination import Delivery, SharedLibrary
    from wherry.install.running import InstalledScript
    from wherry.install.scheme import Scheme
    from wherry.install.staged_tree import StagedTree
    from wherry.install.surveying import Obstacle
    from wherry.install.uninstalling import Claim, ClaimsOn
    from wherry.install.unpacking import Unpacker
    from wherry.model.check import BrokenDistribution

__all__ = ["SitePackages"]


class SitePackages:
    """Installs into the folders of ``scheme``.

    ``provided`` is what the runtime itself brings and counts as installed; ``unpacker`` makes the ordinary files.
    """

    def __init__(
        self, scheme: Scheme, provided: Iterable[InstalledDistribution] = (), unpacker: Unpacker | None = None
    ) -> None:
        self.scheme = scheme
        self._unpacker = unpacker or VerifyingUnpacker()
        self._provided = {distribution.name: distribution for distribution in provided}
        self._staging: Staging | None = None

    def installed(self) -> Mapping[NormalizedName, InstalledDistribution]:
        """Return what is there, by normalized name."""
        return self._provided | find_installed(self.scheme.site_packages)

    def broken(self) -> tuple[BrokenDistribution, ...]:
        """Return what is damaged: unreadable, half there, or there twice."""
        from wherry.install.checking import find_broken

        return tuple(find_broken(self.scheme.site_packages))

    def imported(self, distribution: InstalledDistribution) -> list[str]:
        """Return the names of its modules that this interpreter has imported."""
        return imported_modules(frozenset(self._known_files(distribution)).__contains__)

    def scripts(self) -> dict[str, InstalledScript]:
        """Return the scripts of what is there, by name."""
        from wherry.install.running import find_scripts

        return find_scripts(self.installed().values(), self.scheme)

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Keep everybody else on this event loop from changing the same folder while the block lasts."""
        async with turn_at(self.scheme.site_packages):
            try:
                yield
            finally:
                self._clear()

    def is_taken(self) -> bool:
        """Whether somebody has his turn just now."""
        try:
            return turn_at(self.scheme.site_packages).locked()
        except RuntimeError:  # no event loop is running, so nothing else is
            return False

    def recover(self) -> tuple[str, ...]:
        """Take back what an interrupted exchange left half done; return what there is to say of it, raise nothing."""
        said = recover(self._workshop, self._may_be_moved)
        if said:
            forget_listings()
        return said

    def prepare(self, delivery: Delivery) -> None:
        """Unpack a wheel that is to arrive (see :class:`~.destination.Destination`)."""
        self._begun(self.recover()).unpack(delivery)

    def exchange(
        self,
        arriving: Sequence[Delivery],
        leaving: Sequence[InstalledDistribution],
        libraries: Sequence[SharedLibrary] = (),
        replaceable: Collection[NormalizedName] = (),
    ) -> Exchange:
        """Take ``leaving`` out and put ``arriving`` in, all or nothing (see :class:`~.destination.Destination`)."""
        recovered = self.recover()
        try:
            claims = partial(self._claims_on, leaving=leaving)
            places = ScriptPlaces(partial(_is_anothers_script, claims=claims, replaceable=replaceable), replaceable)
            staging = self._begun(recovered)
            trees = staging.finish(arriving, libraries, places)
            warnings = [*staging.warnings, *self._exchange(trees, arriving, leaving, replaceable)]
        finally:
            self._clear()
            forget_listings()
        return Exchange(
            tuple(self._arrived(delivery) for delivery in arriving), (*recovered, *places.warnings, *warnings)
        )

    async def settle(self, arrived: Sequence[Delivery], libraries: Sequence[SharedLibrary] = ()) -> Sequence[str]:  # noqa: ARG002
        """Return no warnings: files that lie in their places are all that is needed here."""
        return ()

    def _begun(self, recovered: Sequence[str]) -> Staging:
        if has_journal(self._workshop):
            raise RecoveryFailed(self._workshop, "; ".join(recovered))
        if self._staging is None:
            shutil.rmtree(self._workshop, ignore_errors=True)  # of a process that was interrupted while it staged
            self._staging = Staging(self.scheme, os.path.join(self._workshop, "new"), self._unpacker)
        return self._staging

    def _clear(self) -> None:
        self._staging = None
        # Not if even taking back failed: what was moved away is all there is left of it.
        if not has_journal(self._workshop):
            shutil.rmtree(self._workshop, ignore_errors=True)

    @property
    def _workshop(self) -> str:
        return workshop_in(self.scheme.site_packages)

    def _exchange(
        self,
        trees: Sequence[StagedTree],
        arriving: Sequence[Delivery],
        leaving: Sequence[InstalledDistribution],
        replaceable: Collection[NormalizedName],
    ) -> list[str]:
        claims = partial(self._claims_on, leaving=leaving)
        departure = depart(leaving, claims, lambda path: any(tree.covers(path) for tree in trees), self.scheme)
        making_way = departure.going | departure.beside.keys()
        found = survey(trees, making_way, self.scheme.owns)
        self._refuse_links(found.kept)
        unmoved: Collection[str] = departure.going
        if found.contested or found.obstacles:
            from wherry.install.sharing import share

            unmoved = frozenset(departure.going)
            unmoved |= share(found, departure, claims, replaceable)
        self._check_owners(found.obstacles, leaving)
        if found.obstacles:
            from wherry.install.unclaimed import refuse_unclaimed

            refuse_unclaimed(found.obstacles, making_way, self.scheme)
        attic = os.path.join(self._workshop, "old")
        os.makedirs(attic)
        steps = plan(departure.going, departure.beside, found, attic, self.scheme.root)
        wheels = [delivery.wheel for delivery in arriving]
        confirm = partial(confirm_all, wheels, self.scheme.site_packages)
        carry_out(steps, self._workshop, _subject(arriving, leaving), confirm)
        return [*departure.warnings, *_outlived(trees, unmoved)]

    def _claims_on(
        self, paths: Collection[str], leaving: Sequence[InstalledDistribution]
    ) -> Mapping[str, Sequence[Claim]]:
        return claims_on(paths, self._others(leaving), self.scheme) if paths else {}

    def _others(self, leaving: Sequence[InstalledDistribution]) -> list[InstalledDistribution]:
        locations = {distribution.location for distribution in leaving}
        return [found for found in self.installed().values() if found.location not in locations]

    def _refuse_links(self, folders: Mapping[str, str]) -> None:
        """Raise :class:`InstallConflict` where a link would take something out of its folder of the scheme.

        ``folders`` maps those that something comes into to whose it is.
        """
        for folder, owner in folders.items():
            if (leads := self.scheme.leads_out(folder)) is not None:
                what = "the host" if leads == folder else f"a link to {leads}"
                raise InstallConflict(folder, what, owner)

    def _check_owners(self, obstacles: Sequence[Obstacle], leaving: Sequence[InstalledDistribution]) -> None:
        """Raise :class:`InstallConflict` where another distribution has a file for a folder, or a folder for a file."""
        taken = {path: owner for path, owner, staged, _ in obstacles if not staged or is_folder(path)}
        if not taken:
            return
        folders = [path for path in taken if is_folder(path)]
        for distribution in self._others(leaving):
            for path in self._known_files(distribution):
                claimed = next((folder for folder in folders if path.startswith(f"{folder}/")), path)
                if claimed in taken:
                    raise InstallConflict(path, str(distribution), taken[claimed])

    def _may_be_moved(self, path: str) -> bool:
        inside_libraries = os.path.normpath(path).startswith(self.scheme.libraries.rstrip("/") + "/")
        return self.scheme.owns(path) or inside_libraries

    def _known_files(self, distribution: InstalledDistribution) -> list[str]:
        try:
            return list(files_of(distribution, self.scheme))
        except UninstallRefused:
            return []

    def _arrived(self, delivery: Delivery) -> InstalledDistribution:
        return InstalledDistribution(
            metadata=delivery.wheel.metadata,
            location=os.path.join(self.scheme.site_packages, delivery.wheel.dist_info),
            installer=INSTALLER,
            requested=delivery.requested,
            source=delivery.source,
            from_distribution=delivery.origin == "distribution",
        )


def _subject(arriving: Sequence[Delivery], leaving: Sequence[InstalledDistribution]) -> str:
    names = ", ".join(delivery.wheel.filename for delivery in arriving) or ", ".join(map(str, leaving))
    return f"{'Installing' if arriving else 'Uninstalling'} {names}"


def _is_anothers_script(
    path: str,
    script: bytes,
    *,
    claims: ClaimsOn,
    replaceable: Collection[NormalizedName],
) -> bool:
    """Tell whether a distribution that is not ``replaceable`` has another script at ``path``."""
    if not os.path.lexists(path):
        return False
    if all(claim.owner.name in replaceable for claim in claims({path}).get(path, ())):
        return False
    if not os.path.isfile(path):
        return True
    with open(path, "rb") as file:
        return file.read() != script


def _outlived(trees: Sequence[StagedTree], gone: Collection[str]) -> Iterator[str]:
    """Say which modules are still those of a distribution that went before: a ``.so`` is not even loaded anew."""
    folders = frozenset[str]().union(*(tree.files for tree in trees))
    modules = imported_modules(
        lambda file: os.path.dirname(file) in folders and file not in gone and any(tree.covers(file) for tree in trees)
    )
    if modules:
        names = ", ".join(modules)
        yield f"An earlier {names} is imported: restart the runtime to use what has been installed"

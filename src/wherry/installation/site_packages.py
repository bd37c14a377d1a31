"""Site-packages as a destination: real folders, on any file system."""

from __future__ import annotations

import os
import shutil
from contextlib import asynccontextmanager
from functools import partial
from typing import TYPE_CHECKING

from wherry.errors import InstallConflict, RecoveryFailed, UninstallRefused
from wherry.installation.confirmation import confirm_all
from wherry.installation.destination import Exchange
from wherry.installation.exchange.claims import claims_on, files_of
from wherry.installation.exchange.journal import carry_out, has_journal, recover
from wherry.installation.exchange.overlap import is_folder, survey
from wherry.installation.exchange.plan import plan
from wherry.installation.exchange.removal import remove
from wherry.installation.installed import find_installed, find_mocked
from wherry.installation.interpreter import forget_listings, imported_modules
from wherry.installation.lock import lock_of
from wherry.installation.staging.scripts import ScriptOwners
from wherry.installation.staging.staging import INSTALLER, Staging
from wherry.installation.staging.unpacking import VerifyingUnpacker
from wherry.installation.staging_root import staging_root_in
from wherry.model.distribution import InstalledDistribution

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Collection, Iterable, Iterator, Mapping, Sequence

    from packaging.utils import NormalizedName

    from wherry.installation.destination import Delivery, SharedLibrary
    from wherry.installation.exchange.claims import Claim, ClaimsOn
    from wherry.installation.exchange.overlap import Collision
    from wherry.installation.scheme import Scheme
    from wherry.installation.script_runner import InstalledScript
    from wherry.installation.staging.tree import StagedTree
    from wherry.installation.staging.unpacking import Unpacker
    from wherry.model.check import BrokenDistribution

__all__ = ["SitePackages"]


class SitePackages:
    """Installs into the folders of ``scheme``.

    ``provided`` are distributions of the runtime itself, which count as installed; ``unpacker`` makes the ordinary
    files.
    """

    def __init__(
        self, scheme: Scheme, provided: Iterable[InstalledDistribution] = (), unpacker: Unpacker | None = None
    ) -> None:
        self.scheme = scheme
        self._unpacker = unpacker or VerifyingUnpacker()
        self._provided = {distribution.name: distribution for distribution in provided}
        self._staging: Staging | None = None

    @property
    def bytecode_folder(self) -> str | None:
        """``None``: no bytecode is put beside sources."""
        return None

    def installed(self) -> Mapping[NormalizedName, InstalledDistribution]:
        """Return the installed distributions by normalized name."""
        return {**self._provided, **find_installed(self.scheme.site_packages), **find_mocked()}

    def broken(self) -> tuple[BrokenDistribution, ...]:
        """Return the damaged distributions: unreadable, incomplete, or installed twice."""
        from wherry.installation.broken import find_broken

        return tuple(find_broken(self.scheme.site_packages))

    def imported(self, distribution: InstalledDistribution) -> list[str]:
        """Return the names of its modules that this interpreter has imported."""
        return imported_modules(frozenset(self._known_files(distribution)).__contains__)

    def scripts(self) -> dict[str, InstalledScript]:
        """Return the scripts of the installed distributions by name."""
        from wherry.installation.script_runner import find_scripts

        return find_scripts(self.installed().values(), self.scheme)

    @asynccontextmanager
    async def lock(self) -> AsyncIterator[None]:
        """Hold the exclusive lock of this folder, on this event loop, for the duration of the block."""
        async with lock_of(self.scheme.site_packages):
            try:
                yield
            finally:
                self._clear()

    def is_locked(self) -> bool:
        """Return whether :meth:`lock` is held."""
        try:
            return lock_of(self.scheme.site_packages).locked()
        except RuntimeError:  # no event loop is running, so no other call is either
            return False

    def recover(self) -> tuple[str, ...]:
        """Roll back an interrupted exchange. Returns warnings; never raises."""
        said = recover(self._staging_root, self._may_be_moved)
        if said:
            forget_listings()
        return said

    def prepare(self, delivery: Delivery) -> None:
        """Unpack a wheel into the staging folder (see :class:`~.destination.Destination`)."""
        self._begun(self.recover()).unpack(delivery)

    def exchange(
        self,
        arriving: Sequence[Delivery],
        leaving: Sequence[InstalledDistribution],
        libraries: Sequence[SharedLibrary] = (),
        replaceable: Collection[NormalizedName] = (),
    ) -> Exchange:
        """Uninstall ``leaving`` and install ``arriving``, all or nothing (see :class:`~.destination.Destination`)."""
        recovered = self.recover()
        try:
            claims = partial(self._claims_on, leaving=leaving)
            owners = ScriptOwners(partial(_is_anothers_script, claims=claims, replaceable=replaceable), replaceable)
            staging = self._begun(recovered)
            trees = staging.finish(arriving, libraries, owners)
            warnings = [*staging.warnings, *self._exchange(trees, arriving, leaving, replaceable)]
        finally:
            self._clear()
            forget_listings()
        return Exchange(
            tuple(self._arrived(delivery) for delivery in arriving), (*recovered, *owners.warnings, *warnings)
        )

    async def settle(self, arrived: Sequence[Delivery], libraries: Sequence[SharedLibrary] = ()) -> Sequence[str]:  # noqa: ARG002
        """Return no warnings: no step is left once the files are in place."""
        return ()

    def _begun(self, recovered: Sequence[str]) -> Staging:
        if has_journal(self._staging_root):
            raise RecoveryFailed(self._staging_root, "; ".join(recovered))
        if self._staging is None:
            shutil.rmtree(self._staging_root, ignore_errors=True)  # of a process that was interrupted while it staged
            self._staging = Staging(self.scheme, os.path.join(self._staging_root, "new"), self._unpacker)
        return self._staging

    def _clear(self) -> None:
        self._staging = None
        # If the rollback failed, this folder has the only copies of the files that were moved away.
        if not has_journal(self._staging_root):
            shutil.rmtree(self._staging_root, ignore_errors=True)

    @property
    def _staging_root(self) -> str:
        return staging_root_in(self.scheme.site_packages)

    def _exchange(
        self,
        trees: Sequence[StagedTree],
        arriving: Sequence[Delivery],
        leaving: Sequence[InstalledDistribution],
        replaceable: Collection[NormalizedName],
    ) -> list[str]:
        claims = partial(self._claims_on, leaving=leaving)
        removal = remove(leaving, claims, lambda path: any(tree.covers(path) for tree in trees), self.scheme)
        making_way = removal.deleted | removal.renamed.keys()
        found = survey(trees, making_way, self.scheme.owns)
        self._refuse_links(found.kept)
        unmoved: Collection[str] = removal.deleted
        if found.contested or found.collisions:
            from wherry.installation.exchange.sharing import share

            unmoved = frozenset(removal.deleted)
            unmoved |= share(found, removal, claims, replaceable)
        self._check_owners(found.collisions, leaving)
        if found.collisions:
            from wherry.installation.exchange.unclaimed import refuse_unclaimed

            refuse_unclaimed(found.collisions, making_way, self.scheme)
        backup = os.path.join(self._staging_root, "old")
        os.makedirs(backup)
        steps = plan(removal.deleted, removal.renamed, found, backup, self.scheme.root)
        wheels = [delivery.wheel for delivery in arriving]
        confirm = partial(confirm_all, wheels, self.scheme.site_packages)
        carry_out(steps, self._staging_root, _subject(arriving, leaving), confirm)
        return [*removal.warnings, *_outlived(trees, unmoved)]

    def _claims_on(
        self, paths: Collection[str], leaving: Sequence[InstalledDistribution]
    ) -> Mapping[str, Sequence[Claim]]:
        return claims_on(paths, self._others(leaving), self.scheme) if paths else {}

    def _others(self, leaving: Sequence[InstalledDistribution]) -> list[InstalledDistribution]:
        locations = {distribution.location for distribution in leaving}
        return [found for found in self.installed().values() if found.location not in locations]

    def _refuse_links(self, folders: Mapping[str, str]) -> None:
        """Raise :class:`InstallConflict` if a link would take files out of their folder of the scheme.

        ``folders`` maps existing folders that receive files to the owners of these files.
        """
        for folder, owner in folders.items():
            if (leads := self.scheme.leads_out(folder)) is not None:
                holder = "the host" if leads == folder else f"a link to {leads}"
                raise InstallConflict(folder, holder, owner)

    def _check_owners(self, collisions: Sequence[Collision], leaving: Sequence[InstalledDistribution]) -> None:
        """Raise :class:`InstallConflict` if another distribution has a file at a folder's path, or the reverse."""
        taken = {path: owner for path, owner, staged, _ in collisions if not staged or is_folder(path)}
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
    """Return whether a distribution that is not ``replaceable`` has another script at ``path``."""
    if not os.path.lexists(path):
        return False
    if all(claim.owner.name in replaceable for claim in claims({path}).get(path, ())):
        return False
    if not os.path.isfile(path):
        return True
    with open(path, "rb") as file:
        return file.read() != script


def _outlived(trees: Sequence[StagedTree], gone: Collection[str]) -> Iterator[str]:
    """Yield a warning that names imported modules of replaced files: a ``.so`` cannot even be reloaded."""
    folders = frozenset[str]().union(*(tree.files for tree in trees))
    modules = imported_modules(
        lambda file: os.path.dirname(file) in folders and file not in gone and any(tree.covers(file) for tree in trees)
    )
    if modules:
        names = ", ".join(modules)
        yield f"An earlier version of {names} is imported; restart the runtime to use the new one"

"""Decide whose file is placed at a path that several distributions have.

Equal files are shared. If they differ, the file of a project that may be replaced gives way. All other cases are
conflicts, so the outcome does not depend on the order in which distributions arrive.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from wherry.errors import InstallConflict
from wherry.installation.exchange.claims import differs
from wherry.installation.exchange.overlap import Collision, Target, is_folder
from wherry.installation.exchange.plan import with_bytecode
from wherry.installation.exchange.removal import keep_changed, some
from wherry.installation.exchange.unclaimed import has_same_content

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from wherry.installation.exchange.claims import Claim, ClaimsOn
    from wherry.installation.exchange.overlap import Survey
    from wherry.installation.exchange.removal import Removal
    from wherry.installation.staging.tree import StagedTree

__all__ = ["share"]


def share(found: Survey, removal: Removal, claims_on: ClaimsOn, replaceable: Collection[str]) -> set[str]:
    """Decide about the contested files of ``found``, and about collisions that installed distributions claim.

    Afterwards ``found`` has only the files to be placed, and the collisions that are still open: unclaimed files, and
    folders. Replaced files are added to ``removal``; files that stay are returned. ``replaceable`` are the normalized
    names of projects whose files may be replaced. Of several replaceable trees the last by name has the file; an
    arriving file replaces an installed one.

    Raises :class:`~wherry.errors.InstallConflict`.
    """
    sharing = _Sharing(removal, replaceable)
    chosen = {path: sharing.choose(path, trees) for path, trees in found.contested.items()}
    for path, tree in chosen.items():
        found.targets.append(Target(path, tree, is_folder=False))
        if os.path.lexists(path) and path not in removal.deleted and path not in removal.renamed:
            found.collisions.append(Collision(path, tree.owner, tree.root + path, tree.name))
    files = {one.path: one for one in found.collisions if one.staged and not is_folder(one.path)}
    claims = claims_on(files.keys())
    holders = {path: sharing.settle(files[path], claimed) for path, claimed in claims.items()}
    for path, tree in chosen.items():
        for other in found.contested[path]:
            if not has_same_content(other.root + path, tree.root + path):
                sharing.lose(other.owner, holders.get(path, tree.owner), path)
    sharing.report()
    found.collisions = [one for one in found.collisions if one.path not in claims]
    found.targets = [target for target in found.targets if target.path not in sharing.kept]
    return sharing.kept


class _Sharing:
    def __init__(self, removal: Removal, replaceable: Collection[str]) -> None:
        self.kept: set[str] = set()
        self._removal = removal
        self._replaceable = replaceable
        self._losses: dict[tuple[str, str], list[str]] = {}

    def choose(self, path: str, trees: Sequence[StagedTree]) -> StagedTree:
        """Return the tree whose file is placed at ``path``."""
        firm = [tree for tree in trees if tree.name not in self._replaceable]
        if not firm:
            return max(trees, key=lambda tree: tree.name)
        newcomer = firm[-1]
        others = [tree for tree in firm if not has_same_content(tree.root + path, newcomer.root + path)]
        if others:
            raise self._conflict(path, others[0].owner, newcomer.owner, [tree.name for tree in others])
        return newcomer

    def settle(self, collision: Collision, claims: Sequence[Claim]) -> str:
        """Decide between the existing and the arriving file; return the owner of the one that remains."""
        path, newcomer, staged, name = collision
        if has_same_content(path, staged):
            self.kept.add(path)
            return newcomer
        # The holders still have their own file; those of the other claims were replaced before.
        holders = [claim.owner for claim in claims if not differs(path, claim.entry)]
        owners = holders or [claim.owner for claim in claims]
        firm = [owner for owner in owners if owner.name not in self._replaceable]
        if firm and name not in self._replaceable:
            raise self._conflict(path, str(firm[0]), newcomer, [owner.name for owner in firm])
        if firm:
            self.kept.add(path)
            self.lose(newcomer, str(firm[0]), path)
            return str(firm[0])
        if not holders:
            keep_changed(self._removal, owners[0], [path], lambda _: True)
        self._removal.deleted.update(one for one in with_bytecode([path]) if one not in self._removal.renamed)
        for owner in owners:
            self.lose(str(owner), newcomer, path)
        return newcomer

    def lose(self, loser: str, winner: str, path: str) -> None:
        """Note that the file of ``winner`` at ``path`` replaces that of ``loser``."""
        self._losses.setdefault((loser, winner), []).append(path)

    def report(self) -> None:
        """Warn about every replaced file."""
        for (loser, winner), paths in self._losses.items():
            self._removal.warnings.append(f"Files of {loser} are replaced by those of {winner}: {some(paths)}")

    def _conflict(self, path: str, owner: str, newcomer: str, names: Sequence[str]) -> InstallConflict:
        return InstallConflict(path, owner, newcomer, tuple(sorted({*self._replaceable, *names})))

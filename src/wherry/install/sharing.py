"""Decide whose file lies at a path that several distributions have.

The same content is shared. Of different contents, that of a project which may be replaced gives way. Where this decides
nothing, it is a conflict; so the outcome does not depend on the order in which distributions arrive.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from wherry.errors import InstallConflict
from wherry.install.surveying import Obstacle, Spot, is_folder
from wherry.install.unclaimed import has_same_content
from wherry.install.uninstalling import differs

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from wherry.install.staged_tree import StagedTree
    from wherry.install.surveying import Survey
    from wherry.install.uninstalling import Claim
    from wherry.model.distribution import InstalledDistribution

__all__ = ["Sharing", "share"]


@dataclass(slots=True)
class Sharing:
    """``kept`` are installed files that stay, ``replaced`` those that make way for others.

    ``changed`` maps those of ``replaced`` that were changed since their installation to an owner. ``losses`` maps pairs
    of a distribution and the one that has its place to paths.
    """

    kept: set[str] = field(default_factory=set)
    replaced: set[str] = field(default_factory=set)
    changed: dict[str, InstalledDistribution] = field(default_factory=dict)
    losses: dict[tuple[str, str], list[str]] = field(default_factory=dict)

    def lose(self, loser: str, winner: str, path: str) -> None:
        """Note that ``winner`` has the file that ``loser`` would have at ``path``."""
        self.losses.setdefault((loser, winner), []).append(path)


def share(
    found: Survey,
    claims_on: Callable[[Collection[str]], Mapping[str, Sequence[Claim]]],
    gone: Collection[str],
    replaceable: Collection[str],
) -> Sharing:
    """Decide about the contested files of ``found``, and about obstacles that installed distributions claim.

    ``found`` is left with the files that are to be placed, and with the obstacles that are not decided about:
    unclaimed files, and folders. ``replaceable`` are normalized names of the projects whose files may be replaced. Of
    several trees that are all replaceable the last by name has the file; an arriving file replaces an installed one.

    Raises :class:`~wherry.errors.InstallConflict`.
    """
    sharing = Sharing()
    for path, trees in found.contested.items():
        tree = _choose(path, trees, replaceable)
        found.spots.append(Spot(path, tree, is_folder=False))
        if path not in gone and os.path.lexists(path):
            found.obstacles.append(Obstacle(path, tree.owner, tree.root + path, tree.name))
    files = {one.path: one for one in found.obstacles if one.staged and not is_folder(one.path)}
    claims = claims_on(files.keys())
    holders = {path: _settle(files[path], claimed, sharing, replaceable) for path, claimed in claims.items()}
    winners = {spot.path: spot.tree for spot in found.spots if spot.path in found.contested}
    for path, tree in winners.items():
        for other in found.contested[path]:
            if other is not tree and not has_same_content(other.root + path, tree.root + path):
                sharing.lose(other.owner, holders.get(path, tree.owner), path)
    found.obstacles = [one for one in found.obstacles if one.path not in claims]
    found.spots = [spot for spot in found.spots if spot.path not in sharing.kept]
    return sharing


def _choose(path: str, trees: Sequence[StagedTree], replaceable: Collection[str]) -> StagedTree:
    """Return the tree whose file is to be at ``path``."""
    firm = [tree for tree in trees if tree.name not in replaceable]
    if not firm:
        return max(trees, key=lambda tree: tree.name)
    newcomer = firm[-1]
    others = [tree for tree in firm if not has_same_content(tree.root + path, newcomer.root + path)]
    if others:
        raise _conflict(path, others[0].owner, newcomer.owner, [tree.name for tree in others], replaceable)
    return newcomer


def _settle(obstacle: Obstacle, claims: Sequence[Claim], sharing: Sharing, replaceable: Collection[str]) -> str:
    """Decide between the file that is there and the one that arrives; return whose it is then."""
    path, newcomer, staged, name = obstacle
    if has_same_content(path, staged):
        sharing.kept.add(path)
        return newcomer
    # A distribution whose file was replaced before has none to lose.
    holders = [claim.owner for claim in claims if not differs(path, claim.entry)]
    owners = holders or [claim.owner for claim in claims]
    firm = [owner for owner in owners if owner.name not in replaceable]
    if firm and name not in replaceable:
        raise _conflict(path, str(firm[0]), newcomer, [owner.name for owner in firm], replaceable)
    if firm:
        sharing.kept.add(path)
        sharing.lose(newcomer, str(firm[0]), path)
        return str(firm[0])
    sharing.replaced.add(path)
    if not holders:
        sharing.changed[path] = owners[0]
    for owner in owners:
        sharing.lose(str(owner), newcomer, path)
    return newcomer


def _conflict(
    path: str, owner: str, newcomer: str, names: Sequence[str], replaceable: Collection[str]
) -> InstallConflict:
    return InstallConflict(path, owner, newcomer, tuple(sorted({*replaceable, *names})))

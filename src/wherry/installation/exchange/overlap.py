"""Find the paths where staged trees overlap with existing files or with each other.

Only shared or existing folders are walked. Other folders are new; they are placed as a whole after one check of their
path.
"""

from __future__ import annotations

import os
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from wherry.errors import InstallConflict

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from wherry.installation.staging.tree import StagedTree

__all__ = ["Collision", "Survey", "Target", "is_folder", "survey"]


class Target(NamedTuple):
    """A file of ``tree`` to be placed at ``path``; or a new folder that only this tree has files in."""

    path: str
    tree: StagedTree
    is_folder: bool


class Collision(NamedTuple):
    """An existing file or folder at ``path``, where the arriving ``owner`` has a file or a folder, too.

    ``staged`` is the staged file, or empty for a folder. ``name`` is the owner's normalized name.
    """

    path: str
    owner: str
    staged: str
    name: str = ""


@dataclass(slots=True)
class Survey:
    """``targets`` are placed into existing folders (``kept``) or into new ones (``made``, the outer ones first).

    ``kept`` maps each folder to an owner that places files into it. ``contested`` maps files that several trees have to
    these trees; which of them is placed is not decided yet.
    """

    targets: list[Target] = field(default_factory=list)
    kept: dict[str, str] = field(default_factory=dict)
    made: list[str] = field(default_factory=list)
    collisions: list[Collision] = field(default_factory=list)
    contested: dict[str, list[StagedTree]] = field(default_factory=dict)


def survey(trees: Sequence[StagedTree], gone: Collection[str], movable: Callable[[str], bool]) -> Survey:
    """Find the files and folders that must be placed one by one; ``gone`` are files that will have been removed.

    If a folder that is not ``movable`` is missing, it is made and its contents are placed one by one.

    Raises :class:`~wherry.errors.InstallConflict` if one tree has a file where another has a folder.
    """
    surveyor = _Surveyor(gone, movable)
    surveyor.visit("/", trees, is_there=True)
    return surveyor.found


def is_folder(path: str) -> bool:
    """Return whether ``path`` is a folder, and not a link to one."""
    return os.path.isdir(path) and not os.path.islink(path)


class _Surveyor:
    def __init__(self, gone: Collection[str], movable: Callable[[str], bool]) -> None:
        self.found = Survey()
        self._gone = gone
        self._movable = movable

    def visit(self, folder: str, trees: Sequence[StagedTree], *, is_there: bool) -> None:
        """Compare the contents of a folder that exists or that several trees share."""
        prefix = folder.rstrip("/")
        owners: defaultdict[str, list[StagedTree]] = defaultdict(list)
        for tree in trees:
            for name in tree.files.get(folder, ()):
                owners[name].append(tree)
        for name, having in owners.items():
            if len(having) == 1:
                self._note(Target(f"{prefix}/{name}", having[0], is_folder=False), is_there=is_there)
            else:
                self.found.contested[f"{prefix}/{name}"] = having
        folders: defaultdict[str, list[StagedTree]] = defaultdict(list)
        for tree in trees:
            for name in tree.folders.get(folder, ()):
                if name in owners:
                    raise InstallConflict(f"{prefix}/{name}", owners[name][0].owner, tree.owner)
                folders[name].append(tree)
        for name, inside in folders.items():
            self._enter(f"{prefix}/{name}", inside, is_there=is_there)

    def _enter(self, path: str, trees: Sequence[StagedTree], *, is_there: bool) -> None:
        if is_there and path not in self._gone and os.path.isdir(path):
            self.found.kept[path] = trees[0].owner
            self.visit(path, trees, is_there=True)
        elif len(trees) == 1 and self._movable(path):
            self._note(Target(path, trees[0], is_folder=True), is_there=is_there)
        else:
            self._look(Collision(path, trees[0].owner, ""), is_there=is_there)
            self.found.made.append(path)
            self.visit(path, trees, is_there=False)

    def _note(self, target: Target, *, is_there: bool) -> None:
        self.found.targets.append(target)
        staged = "" if target.is_folder else target.tree.root + target.path
        self._look(Collision(target.path, target.tree.owner, staged, target.tree.name), is_there=is_there)

    def _look(self, collision: Collision, *, is_there: bool) -> None:
        if is_there and collision.path not in self._gone and os.path.lexists(collision.path):
            self.found.collisions.append(collision)

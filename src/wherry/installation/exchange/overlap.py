"""Where trees meet what is there, and each other: only there a folder has to be looked into.

Everything else is new as a whole, and needs one look at its name.
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
    """A file of ``tree`` that belongs at ``path``; or a folder, new and with nothing in it of another tree."""

    path: str
    tree: StagedTree
    is_folder: bool


class Collision(NamedTuple):
    """What is at ``path``, where ``owner`` has a file, which lies at ``staged``, or (that is empty then) a folder.

    ``name`` is the owner's normalized name.
    """

    path: str
    owner: str
    staged: str
    name: str = ""


@dataclass(slots=True)
class Survey:
    """``targets`` come into folders that are there, ``kept``, or have to be, ``made`` (the outer ones first).

    ``kept`` maps each to somebody of whom something comes into it. ``contested`` maps the files that several trees have
    to these trees; it is not decided which of them is placed.
    """

    targets: list[Target] = field(default_factory=list)
    kept: dict[str, str] = field(default_factory=dict)
    made: list[str] = field(default_factory=list)
    collisions: list[Collision] = field(default_factory=list)
    contested: dict[str, list[StagedTree]] = field(default_factory=dict)


def survey(trees: Sequence[StagedTree], gone: Collection[str], movable: Callable[[str], bool]) -> Survey:
    """Find out what has to be placed one by one; ``gone`` are files that will not be there any more.

    A folder that is not ``movable`` is made, if it is missing, and its contents are placed.

    Raises :class:`~wherry.errors.InstallConflict` where one tree has a file and another a folder.
    """
    surveyor = _Surveyor(gone, movable)
    surveyor.visit("/", trees, is_there=True)
    return surveyor.found


def is_folder(path: str) -> bool:
    """Tell whether a folder itself is there, rather than a link to one."""
    return os.path.isdir(path) and not os.path.islink(path)


class _Surveyor:
    def __init__(self, gone: Collection[str], movable: Callable[[str], bool]) -> None:
        self.found = Survey()
        self._gone = gone
        self._movable = movable

    def visit(self, folder: str, trees: Sequence[StagedTree], *, is_there: bool) -> None:
        """Look into a folder that is shared, or there already."""
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

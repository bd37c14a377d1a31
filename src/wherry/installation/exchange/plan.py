"""Which files move where when distributions are exchanged: decided as a whole, before the first of them moves."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING

from wherry.installation.exchange.journal import Change

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

    from wherry.installation.exchange.overlap import Survey, Target

    Root = Callable[[str], str | None]

__all__ = ["plan", "with_bytecode"]


def plan(deleted: Collection[str], renamed: Mapping[str, str], survey: Survey, backup: str, root: Root) -> list[Change]:
    """Return the changes that take ``deleted`` out and put in what was surveyed.

    ``deleted`` files move to ``backup``, as does whatever is where a file must be. ``renamed`` maps files that make way
    to where they are kept. ``root`` tells which folder of the installation a path is in; folders inside it that are
    left empty are removed.

    Raises ``OSError`` where a folder is where a file must be, or the other way round.
    """
    leaving = dict.fromkeys(sorted(path for path in deleted if _is_file(path)))
    emptied = list(_emptied(deleted, {*leaving, *renamed}, survey.kept, root))
    leaving.update(dict.fromkeys(_replaced(survey, {*leaving, *renamed, *emptied})))
    return [
        *(Change("away", path, os.path.join(backup, str(number))) for number, path in enumerate(leaving)),
        *(Change("away", path, aside) for path, aside in renamed.items()),
        *(Change("empty", folder) for folder in emptied),
        *(Change("make", folder) for folder in survey.made),
        *map(_placing, survey.targets),
    ]


def _placing(target: Target) -> Change:
    contents = target.tree.contents(target.path) if target.is_folder else None
    return Change("place", target.path, target.tree.root + target.path, contents)


def with_bytecode(paths: Iterable[str]) -> Iterator[str]:
    """Yield ``paths``, each with the bytecode files that the interpreter has made of it (PEP 3147)."""
    caches: dict[str, dict[str, list[str]]] = {}
    for path in paths:
        yield path
        folder, name = os.path.split(path)
        if name.endswith(".py"):
            if folder not in caches:
                caches[folder] = _bytecode_in(os.path.join(folder, "__pycache__"))
            yield from caches[folder].get(name.removesuffix(".py"), ())


def _bytecode_in(cache: str) -> dict[str, list[str]]:
    """Return the files of a ``__pycache__`` folder by the name of the module that they are of."""
    found: dict[str, list[str]] = {}
    for name in sorted(os.listdir(cache)) if os.path.isdir(cache) else ():
        found.setdefault(name.partition(".")[0], []).append(os.path.join(cache, name))
    return found


def _is_file(path: str) -> bool:
    # Some RECORDs list folders, which may hold files of others by now.
    return os.path.lexists(path) and (os.path.islink(path) or not os.path.isdir(path))


def _emptied(deleted: Iterable[str], gone: Iterable[str], needed: Collection[str], root: Root) -> Iterator[str]:
    """Yield the folders of ``deleted`` in which nothing is left once ``gone`` is, the deeper ones first."""
    gone = set(gone)
    roots = {os.path.dirname(path): below for path in deleted if (below := root(path))}
    folders = {folder: below for start, below in roots.items() for folder in _upwards(start, below)}
    folders |= {os.path.join(folder, "__pycache__"): below for folder, below in folders.items()}
    for folder in sorted(folders, key=lambda folder: (-folder.count("/"), folder)):
        if folder in needed or os.path.islink(folder) or not os.path.isdir(folder):
            continue
        if all(os.path.join(folder, name) in gone for name in os.listdir(folder)):
            gone.add(folder)
            yield folder


def _upwards(folder: str, below: str) -> Iterator[str]:
    """Yield ``folder`` and its parents, as long as they are inside ``below``."""
    prefix = below.rstrip("/") + "/"
    while folder.startswith(prefix) and folder != prefix:
        yield folder
        folder = os.path.dirname(folder)


def _replaced(survey: Survey, gone: Collection[str]) -> Iterator[str]:
    """Yield the files that are where one must be."""
    for path, _, staged, _ in survey.collisions:
        if path in gone:
            continue
        if not staged:
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), path)
        if not _is_file(path):
            # Nobody knows whose the files in it are.
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), path)
        yield path

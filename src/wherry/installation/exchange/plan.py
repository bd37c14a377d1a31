"""Plan all file changes of an exchange before the first is made."""

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
    """Return the changes that remove ``deleted`` and place the targets of ``survey``.

    ``deleted`` files move to ``backup``, and so do existing files at targets. ``renamed`` maps files that make way to
    their new paths. ``root`` returns the folder of the installation that a path is in; folders inside it that become
    empty are removed.

    Raises ``OSError`` if a folder is at the target of a file, or the other way round.
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
    """Yield ``paths``, each followed by its cached bytecode files (PEP 3147)."""
    caches: dict[str, dict[str, list[str]]] = {}
    for path in paths:
        yield path
        folder, name = os.path.split(path)
        if name.endswith(".py"):
            if folder not in caches:
                caches[folder] = _bytecode_in(os.path.join(folder, "__pycache__"))
            yield from caches[folder].get(name.removesuffix(".py"), ())


def _bytecode_in(cache: str) -> dict[str, list[str]]:
    """Return the files of a ``__pycache__`` folder by module name."""
    found: dict[str, list[str]] = {}
    for name in sorted(os.listdir(cache)) if os.path.isdir(cache) else ():
        found.setdefault(name.partition(".")[0], []).append(os.path.join(cache, name))
    return found


def _is_file(path: str) -> bool:
    # Some RECORDs list folders, which may hold files of other distributions by now.
    return os.path.lexists(path) and (os.path.islink(path) or not os.path.isdir(path))


def _emptied(deleted: Iterable[str], gone: Iterable[str], needed: Collection[str], root: Root) -> Iterator[str]:
    """Yield the folders of ``deleted`` that are empty once ``gone`` is removed, the deeper ones first."""
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
    """Yield ``folder`` and its parents that are inside ``below``."""
    prefix = below.rstrip("/") + "/"
    while folder.startswith(prefix) and folder != prefix:
        yield folder
        folder = os.path.dirname(folder)


def _replaced(survey: Survey, gone: Collection[str]) -> Iterator[str]:
    """Yield the existing files at the targets of files."""
    for path, _, staged, _ in survey.collisions:
        if path in gone:
            continue
        if not staged:
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), path)
        if not _is_file(path):
            # The owners of the files in it are not known.
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), path)
        yield path

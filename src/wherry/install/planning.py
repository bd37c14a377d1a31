"""Which files move where when distributions are exchanged: decided as a whole, before the first of them moves."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING

from wherry.install.journal import Step

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from wherry.install.staging import StagedFile

    Root = Callable[[str], str | None]

__all__ = ["folders_for", "plan", "with_bytecode"]


def plan(
    going: Collection[str], beside: Mapping[str, str], staged: Sequence[StagedFile], attic: str, root: Root
) -> list[Step]:
    """Return the steps that take ``going`` out and put ``staged`` in.

    ``going`` goes to ``attic``, as does whatever is where a staged file must be; ``beside`` maps files that make way
    to where they are kept. ``root`` tells which folder of the installation a path is in: folders inside it that this
    leaves empty go, too.

    Raises ``OSError`` where a folder is where a file must be, or the other way round.
    """
    targets = {file.target for file in staged}
    needed = folders_for(targets)
    leaving = dict.fromkeys(sorted(path for path in going if _is_file(path)))
    emptied = list(_emptied(going, {*leaving, *beside}, needed, root))
    gone = {*leaving, *beside, *emptied}
    leaving.update(dict.fromkeys(_replaced(targets, gone)))
    return [
        *(Step("away", path, os.path.join(attic, str(number))) for number, path in enumerate(leaving)),
        *(Step("away", path, aside) for path, aside in beside.items()),
        *(Step("empty", folder) for folder in emptied),
        *(Step("make", folder) for folder in _missing(needed, gone)),
        *(Step("place", file.target, file.path) for file in staged),
    ]


def folders_for(paths: Iterable[str]) -> set[str]:
    """Return all folders that ``paths`` (absolute) are in."""
    found: set[str] = set()
    pending = {os.path.dirname(path) for path in paths}
    while pending:
        found |= pending
        pending = {os.path.dirname(folder) for folder in pending} - found
    return found


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


def _emptied(going: Iterable[str], gone: Iterable[str], needed: Collection[str], root: Root) -> Iterator[str]:
    """Yield the folders of ``going`` in which nothing is left once ``gone`` is, the deeper ones first."""
    gone = set(gone)
    roots = {os.path.dirname(path): below for path in going if (below := root(path))}
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


def _replaced(targets: Iterable[str], gone: Collection[str]) -> Iterator[str]:
    """Yield the files that are where one must be."""
    for path in targets:
        if path not in gone and os.path.lexists(path):
            if not _is_file(path):
                # Nobody knows whose the files in it are.
                raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), path)
            yield path


def _missing(needed: Iterable[str], gone: Collection[str]) -> Iterator[str]:
    """Yield the folders that are to be made, the outer ones first."""
    for folder in sorted(needed):
        if os.path.isdir(folder) and folder not in gone:
            continue
        if os.path.lexists(folder) and folder not in gone:
            raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), folder)
        yield folder

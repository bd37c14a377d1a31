"""Folders that are moved as a whole, and rolled back without the files that others added."""

from __future__ import annotations

import errno
import os
import shutil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    Contents = Mapping[str, Sequence[str]]

__all__ = ["copy_folder", "is_bytecode", "take_away_folder"]


def take_away_folder(folder: str, aside: str, contents: Contents) -> None:
    """Move a placed folder back to ``aside``, which must not exist.

    ``contents`` has the names of the files that came with the folder, by subfolder (relative, with a leading slash).
    Files added since then stay, except bytecode, which Python can make again.
    """
    if not _is_shared(folder, contents):
        try:
            os.rename(folder, aside)
        except OSError as error:
            if error.errno != errno.EXDEV:
                raise
        else:
            return
    _empty(folder, contents)
    # The existence of ``aside`` marks the folder as rolled back, even if another takes its place later.
    os.makedirs(aside)


def copy_folder(source: str, target: str) -> None:
    """Copy a folder to another file system; replace an incomplete copy."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target, symlinks=True)


def _is_shared(folder: str, contents: Contents) -> bool:
    """Return whether ``folder`` has files or folders that did not come with it."""
    for below, names, files in _walk(folder):
        if below in contents:
            others = set(files).difference(contents[below])
        else:
            others = {name for name in files if not is_bytecode(f"{below}/{name}")}
            if not files and not names and not below.endswith("/__pycache__"):
                return True
        if others:
            return True
    return False


def _empty(folder: str, contents: Contents) -> None:
    """Delete the files that came with ``folder``, bytecode, and the folders that this leaves empty."""
    for below, _, files in list(_walk(folder))[::-1]:
        for name in files:
            if name in contents.get(below, ()) or is_bytecode(f"{below}/{name}"):
                os.unlink(f"{folder}{below}/{name}")
        is_ours = below in contents or below.endswith("/__pycache__")
        if is_ours and not os.listdir(folder + below):
            os.rmdir(folder + below)


def _walk(folder: str) -> Iterator[tuple[str, list[str], list[str]]]:
    for path, names, files in os.walk(folder):
        links = [name for name in names if os.path.islink(f"{path}/{name}")]
        yield path[len(folder) :], [name for name in names if name not in links], [*files, *links]


def is_bytecode(path: str) -> bool:
    """Return whether a file is cached bytecode of a module, which Python can make again (PEP 3147)."""
    folder, name = os.path.split(path)
    return name.endswith(".pyc") and os.path.basename(folder) == "__pycache__"

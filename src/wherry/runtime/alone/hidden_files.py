"""Files and folders named ``__proto__`` that others have unpacked, as ``hidden_files.ts`` shows them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import js
import pyodide_js
from pyodide.ffi import jsnull

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["show_hidden"]

NAME = "__proto__"


def show_hidden(folders: Iterable[str]) -> None:
    """Let files and folders of that name be seen in ``folders`` and in what is below such a folder.

    MEMFS keeps what a folder has in an object, where this name sets the prototype. Such a file is in no listing, and
    its folder cannot be removed. The JavaScript side looks into all folders. That takes too long in Python, which
    looks only into those of the distributions that change.
    """
    for folder in folders:
        if os.path.isdir(folder):  # noqa: PTH112 - strings cost less
            _show_in(folder)


def _show_in(folder: str) -> None:
    contents = getattr(pyodide_js.FS.lookupPath(folder).node, "contents", None)
    hidden = js.Object.getPrototypeOf(contents) if contents else None
    # A node of MEMFS, unlike the prototype of all objects, has a mode.
    if getattr(hidden, "mode", None) is None:
        return
    path = f"{folder}/{NAME}"
    is_there = os.path.lexists(path)  # It may have been deleted.
    js.Object.setPrototypeOf(contents, jsnull)
    if is_there:
        # Without a prototype the name is one like others.
        js.Reflect.set(contents, NAME, hidden)
        show_hidden(found for found, _, _ in os.walk(path))

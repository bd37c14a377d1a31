"""Paths of archive members: what may be written below a folder, and what must be refused."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

__all__ = ["path_problem", "path_problems"]

# What no good path has, nor any of them side by side, one a line.
SUSPICIOUS = ("//", "/./", "/../", "\n/", "\n./", "\n../", "/.\n", "/..\n", "\n.\n", "\n..\n", "\n\n", ":", "__proto__")
CONTROL = re.compile(r"[\\\x00-\x09\x0b-\x1f\x7f-\x9f]")

UNPRINTABLE = re.compile(r"[\\\x00-\x1f\x7f-\x9f]")
ABSOLUTE = re.compile(r"/|.:", re.DOTALL)
# A part that is empty, "." or "..", unless it is the end of a folder's path.
ELSEWHERE = re.compile(r"(?:^|/)\.{0,2}(?:/|$(?<!/))", re.DOTALL)


def path_problem(path: str) -> str | None:
    """Say why ``path`` must not be unpacked, or return ``None``.

    Good is a relative path with ``/`` between its parts that stays below its folder on every file system.
    """
    # Nearly all paths are done with these quick looks: nothing below can do without one of them.
    if (
        path.isprintable()
        and path[:1] not in "./"
        and not ("\\" in path or "//" in path or "/." in path or ":" in path or "__proto__" in path)
    ):
        return None
    if UNPRINTABLE.search(path):
        return "has a backslash or a control character"
    if ABSOLUTE.match(path):
        return "is absolute"
    if ELSEWHERE.search(path):
        return "does not stay below its folder"
    # There it becomes the prototype of its folder, which lists nothing and can never be removed.
    if "__proto__" in path.split("/"):
        return "has the name __proto__, which Pyodide's file system cannot hold"
    return None


def path_problems(paths: Sequence[str]) -> Iterator[str]:
    """Yield a sentence for every path that is unsafe, or equal to another one on some file system."""
    return iter(()) if _are_plain(paths) else _problems_one_by_one(paths)


def _are_plain(paths: Sequence[str]) -> bool:
    """Tell whether nothing is wrong with paths of the usual kind, by looking at all of them at once."""
    text = "\n".join(("", *paths, ""))
    if not text.isascii() or text.count("\n") != len(paths) + 1 or CONTROL.search(text):
        return False
    if any(part in text for part in SUSPICIOUS):
        return False
    keys = text[1:-1].lower().split("\n") if paths else []
    folders = {key.rpartition("/")[0] for key in keys}
    for folder in tuple(folders):
        above = folder.rpartition("/")[0]
        while above not in folders:
            folders.add(above)
            above = above.rpartition("/")[0]
    entries = set(keys)
    return len(entries) == len(keys) and entries.isdisjoint(folders)


def _problems_one_by_one(paths: Iterable[str]) -> Iterator[str]:
    entries: dict[str, str] = {}
    folders: set[str] = set()
    for path in paths:
        if problem := path_problem(path):
            yield f"{path!r} {problem}"
            continue
        key = folded(path)
        if key in entries:
            yield f"{path!r} is there twice" if entries[key] == path else f"{path!r} and {entries[key]!r} collide"
        entries[key] = path
        folder = key.rpartition("/")[0]
        while folder and folder not in folders:
            folders.add(folder)
            folder = folder.rpartition("/")[0]
    yield from (f"{entries[path]!r} is a file and a folder" for path in sorted(entries.keys() & folders))


def folded(path: str) -> str:
    """Return what is the same for all paths that some file system holds to be the same."""
    if path.isascii():
        return path.lower()
    # Half a megabyte, and nearly all paths are ASCII.
    from unicodedata import normalize

    # https://www.unicode.org/versions/latest/core-spec/chapter-3/, D145: canonical caseless matching.
    return normalize("NFD", normalize("NFD", path).casefold())

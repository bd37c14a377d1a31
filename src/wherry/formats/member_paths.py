"""Check that paths of archive members are safe to write below a folder."""

from __future__ import annotations

import re
from itertools import pairwise, repeat
from operator import add
from typing import TYPE_CHECKING

from wherry.formats.wording import shorten

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

__all__ = ["count_folders", "path_problem", "path_problems"]

LONGEST_PATH = 1024  # bytes
LONGEST_NAME = 255  # bytes, the most that file systems take
DEEPEST = 64  # folders
# Characters. A path of so few is within all three limits.
SHORT = 60

# Text that never occurs in safe paths, written one a line.
SUSPICIOUS = ("//", "/./", "/../", "\n/", "\n./", "\n../", "/.\n", "/..\n", "\n.\n", "\n..\n", "\n\n", ":", "__proto__")
CONTROL = re.compile(r"[\\\x00-\x09\x0b-\x1f\x7f-\x9f]")

UNPRINTABLE = re.compile(r"[\\\x00-\x1f\x7f-\x9f]")
ABSOLUTE = re.compile(r"/|.:", re.DOTALL)
# A part that is empty, "." or ".."; the path of a folder may end with a slash.
ELSEWHERE = re.compile(r"(?:^|/)\.{0,2}(?:/|$(?<!/))", re.DOTALL)


def path_problem(path: str) -> str | None:
    """Return the reason why ``path`` must not be unpacked; ``None`` if it is safe.

    A safe path is relative, has ``/`` between its parts, and stays below its folder on every file system.
    """
    # These quick checks settle nearly all paths: each problem below fails one of them.
    if (
        len(path) <= SHORT
        and path.isprintable()
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
    # In Pyodide's file system it becomes the prototype of its folder, which is then empty and cannot be removed.
    if "__proto__" in path.split("/"):
        return "has the name __proto__, which Pyodide's file system cannot hold"
    return None if len(path) <= SHORT else _excess(path.encode(errors="replace"))


def _excess(path: bytes) -> str | None:
    if len(path) > LONGEST_PATH:
        return f"is {len(path)} bytes long, above the limit of {LONGEST_PATH}"
    if path.count(b"/") > DEEPEST:
        return f"is {path.count(b'/')} folders deep, above the limit of {DEEPEST}"
    longest = max(map(len, path.split(b"/")))
    if longest > LONGEST_NAME:
        return f"has a name of {longest} bytes, above the limit of {LONGEST_NAME}"
    return None


def path_problems(paths: Sequence[str]) -> Iterator[str]:
    """Yield a problem for every path that is unsafe, or equal to another one on some file system."""
    return iter(()) if _are_plain(paths) else _problems_one_by_one(paths)


def _are_plain(paths: Sequence[str]) -> bool:
    """Return whether ``paths`` are all of the usual kind, safe and distinct, with checks of all at once."""
    text = "\n".join(("", *paths, ""))
    if not text.isascii() or text.count("\n") != len(paths) + 1 or CONTROL.search(text):
        return False
    if any(part in text for part in SUSPICIOUS):
        return False
    if max(map(len, paths), default=0) > LONGEST_NAME or max(map(str.count, paths, repeat("/")), default=0) > DEEPEST:
        return False
    keys = sorted(text[1:-1].lower().replace("/", "\0").split("\n"))
    # Paths below a folder sort right after a file of the same name.
    is_folder = any(map(str.startswith, keys[1:], map(add, keys, repeat("\0"))))
    return not is_folder and len(set(keys)) == len(keys)


def _problems_one_by_one(paths: Iterable[str]) -> Iterator[str]:
    entries: dict[str, str] = {}
    for path in paths:
        if problem := path_problem(path):
            yield f"{shorten(path)!r} {problem}"
            continue
        key = folded(path).replace("/", "\0")
        if key in entries:
            yield f"{path!r} occurs twice" if entries[key] == path else f"{path!r} and {entries[key]!r} collide"
        entries[key] = path
    for key, following in pairwise(sorted(entries)):
        if following.startswith(key + "\0"):
            yield f"{entries[key]!r} is a file and a folder"


def count_folders(paths: Iterable[str]) -> int:
    """Return the number of distinct folders that ``paths`` are in."""
    found = 0
    before: Sequence[str] = ()
    for path in sorted(path.replace("/", "\0") for path in paths):
        folders = path.split("\0")[:-1]
        shared = next((at for at, pair in enumerate(zip(before, folders, strict=False)) if pair[0] != pair[1]), None)
        found += len(folders) - (min(len(before), len(folders)) if shared is None else shared)
        before = folders
    return found


def folded(path: str) -> str:
    """Return a key that is equal for all paths that some file system treats as the same."""
    if path.isascii():
        return path.lower()
    # The module has half a megabyte, and nearly all paths are ASCII.
    from unicodedata import normalize

    # https://www.unicode.org/versions/latest/core-spec/chapter-3/, D145: canonical caseless matching.
    return normalize("NFD", normalize("NFD", path).casefold())

"""Paths of archive members: what may be written below a folder, and what must be refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["path_problem", "path_problems"]


def path_problem(path: str) -> str | None:
    """Say why ``path`` must not be unpacked, or return ``None``.

    Good is a relative path with ``/`` between its parts that stays below its folder on every file system.
    """
    if "\\" in path or any(character < " " or "\x7f" <= character < "\xa0" for character in path):
        return "has a backslash or a control character"
    if path.startswith("/") or path[1:2] == ":":
        return "is absolute"
    parts = path.removesuffix("/").split("/")
    if any(part in {"", ".", ".."} for part in parts):
        return "does not stay below its folder"
    return None


def path_problems(paths: Iterable[str]) -> Iterator[str]:
    """Yield a sentence for every path that is unsafe, or equal to another one on some file system."""
    files: dict[str, str] = {}
    folders: set[str] = set()
    for path in paths:
        if problem := path_problem(path):
            yield f"{path!r} {problem}"
            continue
        folded = path.casefold()
        folders.update(_parents(folded))
        if path.endswith("/"):
            continue
        if folded in files:
            yield f"{path!r} is there twice" if files[folded] == path else f"{path!r} and {files[folded]!r} collide"
        files[folded] = path
    yield from (f"{files[path]!r} is a file and a folder" for path in sorted(files.keys() & folders))


def _parents(path: str) -> Iterator[str]:
    while "/" in path:
        path = path.rpartition("/")[0]
        yield path

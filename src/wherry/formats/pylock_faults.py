"""Name the line and the entry of a fault in a lock."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from wherry.errors import InvalidLock
from wherry.formats.wording import shorten

if TYPE_CHECKING:
    from collections.abc import Mapping

    from packaging.pylock import Pylock

__all__ = ["entry_of", "line_of", "place_fault"]

PACKAGE = re.compile(r"(?m)^[ \t]*\[\[[ \t]*packages[ \t]*\]\]")
ENTRY = re.compile(r"packages\[(\d+)\]")
LONGEST_PROBLEM = 300  # characters; it may quote a filename


def entry_of(lock: Pylock, position: int) -> str:
    """Return the words for the package at ``position``: ``packages[3] (numpy)``."""
    return f"packages[{position}] ({lock.packages[position].name})"


def line_of(text: str, position: int) -> int | None:
    """Return the line of the package at ``position``, as far as the tables are written one by one."""
    for number, found in enumerate(PACKAGE.finditer(text)):
        if number == position:
            return text.count("\n", 0, found.start()) + 1
    return None


def place_fault(name: str, text: str, document: Mapping[str, Any], problem: str, path: str) -> InvalidLock:
    """Return the error for a ``problem`` at the ``path`` in a lock, such as ``packages[3].wheels[0].hashes``."""
    found = ENTRY.match(path)
    if found is None:
        return InvalidLock(name, _placed(problem, path))
    position = int(found[1])
    try:
        project = document["packages"][position]["name"]
    except (LookupError, TypeError):
        project = "without a name"
    entry = f"packages[{position}] ({shorten(str(project))})"
    rest = path[found.end() :].removeprefix(".")
    return InvalidLock(name, _placed(problem, rest), entry=entry, line=line_of(text, position))


def _placed(problem: str, path: str) -> str:
    if problem == "Missing required value":
        return f"{path} is missing"
    # Under a fault of a marker or a specifier, packaging shows its text, and a mark below it.
    problem, *shown = problem.split("\n")
    words = [path, shorten(problem, LONGEST_PROBLEM), *(shorten(text.strip()) for text in shown[:1])]
    return ": ".join(filter(None, words))

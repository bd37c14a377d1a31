"""Lines of requirements as pip reads them: without comments, and with continuations joined."""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["LineNumbers", "logical_lines"]

KEY = re.compile(r"(?m)^#?[ \t]*(?:\"([^\"\n]*)\"|'([^'\n]*)'|([^\s\"'=]+))[ \t]*=")
LITERAL = re.compile("'[^'\n]*'|\"[^\"\n]*\"")
COMMENT = re.compile(r"(?:^|(?<=\s))#.*")


def logical_lines(text: str) -> Iterator[tuple[int, str]]:
    r"""Yield each line that is neither empty nor a comment, with its number from 1.

    A line that ends with ``\`` continues in the next, unless that is a comment.
    """
    pieces: list[str] = []
    first = 0
    for number, line in enumerate(text.splitlines(), 1):
        first = first if pieces else number
        is_comment = line.lstrip().startswith("#")
        goes_on = line.endswith("\\") and not is_comment
        pieces.append(" " + line if is_comment else line.rstrip("\\") if goes_on else line)
        if not goes_on:
            yield from _without_comment(first, pieces)
            pieces = []
    yield from _without_comment(first, pieces)


def _without_comment(number: int, pieces: list[str]) -> Iterator[tuple[int, str]]:
    if line := COMMENT.sub("", "".join(pieces)).strip():
        yield number, line


class LineNumbers:
    """The line numbers of the strings in the arrays of a TOML ``text``, found in one pass."""

    def __init__(self, text: str) -> None:
        self._newlines = [newline.start() for newline in re.finditer("\n", text)]
        self._keys: dict[str, int] = {}
        for key in KEY.finditer(text):
            self._keys.setdefault(key[key.lastindex or 0], key.start())
        self._literals: dict[str, list[int]] = {}
        for literal in LITERAL.finditer(text):
            self._literals.setdefault(literal[0][1:-1], []).append(literal.start())

    def of(self, key: str, items: Iterable[str]) -> Iterator[int]:
        """Yield the line number of each of ``items``, the strings of the array ``key``.

        An item that is not written literally gets the number of the item before it.
        """
        position = self._keys.get(key, 0)
        for item in items:
            found = self._literals.get(item, ())
            index = bisect_left(found, position)
            position = found[index] if index < len(found) else position
            yield bisect_left(self._newlines, position) + 1

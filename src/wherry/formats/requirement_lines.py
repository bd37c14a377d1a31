"""Lines of requirements as pip reads them: without comments, and with continuations joined."""

from __future__ import annotations

import re
from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["line_numbers", "logical_lines"]

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


def line_numbers(text: str, key: str, items: Iterable[str]) -> Iterator[int]:
    """Yield the line number of each of ``items``, the strings of the TOML array ``key`` in ``text``.

    An item that is not written literally gets the number of the item before it.
    """
    start = re.search(rf"(?m)^#?[ \t]*[\"']?{re.escape(key)}[\"']?[ \t]*=", text)
    position = start.start() if start else 0
    number = text.count("\n", 0, position) + 1
    places: dict[str, deque[int]] = {}
    for written in LITERAL.finditer(text, position):
        places.setdefault(written[0][1:-1], deque()).append(written.start())
    for item in items:
        found = places.get(item, ())
        while found and found[0] < position:
            found.popleft()
        if found:
            number += text.count("\n", position, found[0])
            position = found[0]
        yield number

"""Recognize Python source that is not deep at a glance, with searches that the `re` module makes in C.

Counting the depth of a large module takes as long as compiling it. Nearly all modules have short statements, and a
statement cannot be deeper than it is long. Text that these patterns do not understand is not recognized.
"""

from __future__ import annotations

import re

__all__ = ["LIMITED", "MARKS", "MOST", "is_shallow", "with_newlines"]

# Measured in Pyodide 314 in Node: from 4,200 on the compiler runs out of stack.
MOST = 3500
LIMITED = 600
"""Levels of the constructs that Python limits. Each other level has one of ``MARKS``."""

FIELD = 400
"""Characters of a field of an f-string, at most."""
LEVELS = 12
"""Levels of brackets, at most."""
# Each level needs one of these, except for the constructs that Python limits; a lambda is two levels.
MARKS = (*"+-*/%@&|^~([{.", "<<", ">>", "not", "lambda", "lambda", "await", "if", "for")


def _string(quote: str, other: str) -> str:
    """Return a pattern of a string after its first quote.

    A field of an f-string may have the same quotes, which would seem to end it. Such a field matches nothing.
    """
    field = rf"\{{\{{|\{{(?:[^{{}}\"'\\#\n]|{other}[^{{}}\"'\\\n]*+{other}){{0,{FIELD}}}+\}}"
    plain = rf"{quote * 2}(?:[^{quote}\\]++|\\.|{quote}(?!{quote * 2}))*+{quote * 3}|(?:[^{quote}\\\n]++|\\.)*+{quote}"
    f_string = (
        rf"{quote * 2}(?:[^{quote}\\{{]++|\\[^{{]|{quote}(?!{quote * 2})|{field})*+{quote * 3}"
        rf"|(?!{quote * 2})(?:[^{quote}\\\n{{]++|\\[^{{]|{field})*+{quote}"
    )
    return rf"(?<={quote})(?:(?<![fFtT].)(?<![fFtT][rR].)(?:{plain})|(?:(?<=[fFtT].)|(?<=[fFtT][rR].))(?:{f_string}))"


def _brackets(levels: int) -> str:
    inner = rf"|{_brackets(levels - 1)}" if levels else ""
    return rf"[(\[{{](?:[^()\[\]{{}}]++{inner})*+[)\]}}]"


STRINGS = re.compile("|".join((r"""[#"'](?:(?<=\#)[^\n]*+""", _string('"', "'"), _string("'", '"') + ")")), re.DOTALL)
LINE = re.compile(rf"(?:[^\n\\()\[\]{{}}]++|\\\n|{_brackets(LEVELS)})*+(?:\n|\Z)")


def with_newlines(source: str) -> str:
    """Return ``source`` with the ends of lines that the compiler sees."""
    return source.replace("\r\n", "\n").replace("\r", "\n")


def is_shallow(source: str, most: int = MOST - LIMITED) -> bool:
    """Return whether each statement of ``source`` certainly has fewer than ``most`` levels, apart from its blocks.

    Its lines end with a line feed only.
    """
    code = STRINGS.sub("", source)
    if "'" in code or '"' in code:
        return False
    most -= FIELD + code.count("elif")
    if _marks(code) < most:
        return True
    at = 0
    while at < len(code):
        line = LINE.match(code, at)
        if line is None or (line.end() - at >= most and _marks(line[0]) >= most):
            return False
        at = line.end()
    return True


def _marks(code: str) -> int:
    return sum(map(code.count, MARKS))

"""The depth of Python source. The compiler recurses on it, and a stack overflow ends Pyodide.

Python limits brackets (200 levels), blocks (100) and f-strings (150), but not operators, chained calls and branches.
The computed depth is an upper bound close to the depth of the syntax tree: a sum of a hundred terms has a hundred
levels, and so have fifty chained method calls. The source is read once, from left to right.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wherry.errors import InvalidSource
from wherry.formats.shallow_source import LIMITED, MARKS, MOST, is_shallow, with_newlines

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["check_depth", "flattened"]

# Measured as MOST: the conversion to nodes of `ast` runs out of stack from 1,500 on.
MOST_NODES = 1300
SHALLOW = 1000

QUOTES = ('"""', "'''", '"', "'")
TOKEN = re.compile(
    r"""
      (?P<pass>\#[^\n]*+|\\\r?\n)
    | (?P<plain>(?:\b(?:[rR][bB]?|[bB][rR]?|[uU])(?=['"]))?(?:
          \"{3}(?:[^\\"]|\\.|"(?!""))*+\"{3} | "(?!"")(?:[^\\"\n]|\\.)*+"
        | '{3}(?:[^\\']|\\.|'(?!''))*+'{3}    | '(?!'')(?:[^\\'\n]|\\.)*+'
      ))
    | (?P<newline>\n)
    | (?:\b(?:[rR]?[fFtT]|[fFtT][rR])(?=['"]))?(?P<string>\"{3}|'{3}|"|')
    | (?P<open>[(\[{])
    | (?P<close>[)\]}])
    | (?P<word>\b(?:not|lambda|await|for|if|else|elif|and|or|in|is)\b|[=!<>]=|<(?!<)|(?<!-)>(?!>)|:=|[,;:])
    | (?P<assign>(?:\*\*|//|<<|>>|[-+*/%@&|^])?=)
    | (?P<operator>\*\*|//|<<|>>|->|[-+*/%@&|^~]|\.(?!\d))
    """,
    re.VERBOSE | re.DOTALL,
)
FORMAT = "}"  # of a field; it ends with this
# The relevant marks in the text of an f-string, by its quotes, and in the format of a field.
IN_TEXT = {end: re.compile(rf"\\(?:[^{{]|(?={{))|{{{{|(?P<field>{{)|(?P<end>{end})", re.DOTALL) for end in QUOTES} | {
    FORMAT: re.compile("(?P<field>{)|(?P<end>})")
}

LINE_START = re.compile(r"(?P<empty>(?:[ \t\f\r]*+(?:#[^\n]*+)?\n)*+)(?P<indent>[ \t\f]*+)(?P<word>[^\W\d]\w*+|\S)")
OUTER = {"not": 1, "lambda": 2, "for": 1, "if": 1, "elif": 1}
CONTINUING = frozenset({"elif", "else", "except", "finally"})
COMPOUND = frozenset({"@", "async", "case", "class", "def", "for", "if", "match", "try", "while", "with", *CONTINUING})
IMPORT = re.compile(r"\bimport\b")


@dataclass(slots=True)
class Statement:
    """A deep logical line of a program, or the head of a block.

    ``outside`` counts the levels around it, ``inside`` its own.
    """

    start: int
    end: int
    line: int
    word: str
    outside: int
    inside: int


def check_depth(source: str, *, file: str = "") -> None:
    """Raise :class:`~wherry.errors.InvalidSource` if compiling ``source`` could end Pyodide."""
    source = with_newlines(source)
    if is_shallow(source):
        return
    for statement in _statements(source, MOST):
        raise _too_deep(statement, file)


def flattened(source: str) -> str:
    """Return ``source`` with the same imports, lines and errors, but shallow enough to parse.

    Deep expressions hold no statement and become ``pass``; the branches of a long ``elif`` become separate statements.
    Raises :class:`~wherry.errors.InvalidSource` as :func:`check_depth` does, and for source that stays too deep.
    """
    source = with_newlines(source)
    parts = []
    end = 0
    for statement in _statements(source, SHALLOW):
        if statement.outside + statement.inside > MOST:
            raise _too_deep(statement)
        text = source[statement.start : statement.end]
        if statement.word not in COMPOUND and not IMPORT.search(text):
            instead = "pass" + "\n" * text.count("\n")
        elif statement.inside > MOST_NODES:
            raise _too_deep(statement)
        elif statement.word == "elif":
            instead = f"if  {text[4:]}"
        else:
            continue
        parts += [source[end : statement.start], instead]
        end = statement.end
    return "".join([*parts, source[end:]])


def _too_deep(statement: Statement, file: str = "") -> InvalidSource:
    reason = f"line {statement.line} nests too deeply, and compiling it would end Pyodide; split it"
    return InvalidSource(reason, statement.line, file=file)


def _statements(source: str, least: int) -> Iterator[Statement]:
    """Yield the statements that are deeper than ``least``, up to one that does not end."""
    if sum(map(source.count, MARKS)) + LIMITED <= least:
        return
    blocks: list[list[int]] = []  # width of the indentation, and levels: each `elif` is nested in the branch before it
    outside, line = 0, 1
    found = LINE_START.match(source)
    while found is not None:
        start, word = found.start("word"), found["word"]
        width = len(found["indent"].expandtabs())
        line += found["empty"].count("\n")
        while blocks and blocks[-1][0] > width:
            outside -= blocks.pop()[1]
        if not blocks or blocks[-1][0] < width:
            blocks.append([width, 0])
        levels = blocks[-1][1] + 1 if word == "elif" else max(2, blocks[-1][1] * (word in CONTINUING))
        outside += levels - blocks[-1][1]
        blocks[-1][1] = levels
        end, inside = _Line(source, start).read()
        if end < 0:
            return
        if outside + inside > least:
            yield Statement(start, end, line, word, outside, inside)
        line += source.count("\n", start, end)
        found = LINE_START.match(source, end)


class _Line:
    """A reader of the logical line that starts at ``position``."""

    def __init__(self, source: str, position: int) -> None:
        self._source = source
        self._position = position
        self._levels = [_Level()]
        self._follows_operand = False  # an opening bracket is a call then, or an index

    def read(self) -> tuple[int, int]:
        """Return the end and the depth of the line; an end of -1 if it does not end, which is a syntax error."""
        while True:
            here = self._levels[-1]
            found = (IN_TEXT[here.end] if here.end else TOKEN).search(self._source, self._position)
            if found is None or found.lastgroup == "newline":
                if len(self._levels) == 1:
                    return found.start() if found else len(self._source), here.depth()
                if found is None:
                    return -1, 0
            between = self._source[self._position : found.start()]
            self._position = found.end()
            if not self._go_on(found.lastgroup, found[0], here, follows=self._follows_operand or bool(between.strip())):
                return -1, 0

    def _go_on(self, kind: str | None, mark: str, here: _Level, *, follows: bool) -> bool:
        """Account for a token; return whether the line is still valid."""
        self._follows_operand = kind in {"close", "end", "plain"} or (follows and kind in {"pass", "newline"})
        if kind == "string":
            self._levels.append(_Level(mark.lstrip("rRfFtT")))
            return mark[0] not in "'\""  # any other string would have matched as a whole
        if kind in {"open", "field"}:
            here.operand += follows and not here.end
            self._levels.append(_Level())
        elif kind in {"close", "end"}:
            # The end of a format is also the end of its field.
            for _ in range(1 + (here.end == FORMAT)):
                depth = self._levels.pop().depth()
                if not self._levels:
                    return False
                self._levels[-1].within = max(self._levels[-1].within, depth + 2)
        elif mark == ":" and not here.lambdas and self._levels[-2:][0].end:
            self._levels.append(_Level(FORMAT))
        elif kind in {"word", "assign", "operator"}:
            here.count(kind, mark, is_sign=not follows)
        return True


class _Level:
    """The depth of the parts of one level of brackets, or of the line outside of brackets."""

    def __init__(self, end: str = "") -> None:
        self.end = end  # the quotes of the f-string whose text this is, or FORMAT
        self.lambdas = 0  # those whose parameters are being read
        self.best = 0  # the depth of the parts before
        self.outer = 0  # words around the operands that follow, up to a comma
        self.binary = 0  # operators between operands
        self.most = 0  # the depth of the operands before
        self.operand = self.within = 0  # signs and calls of an operand, and the deepest of its brackets

    def depth(self) -> int:
        """Return the depth so far."""
        return max(self.best, self.outer + self.binary + max(self.most, self.operand + self.within))

    def count(self, kind: str, mark: str, *, is_sign: bool) -> None:
        """Account for a word or an operator."""
        if mark in {"await", "."} or (kind == "operator" and is_sign):
            self.operand += 1
        elif kind == "operator":
            self.binary += 1
            self.most = max(self.most, self.operand + self.within)
            self.operand = self.within = 0
        elif mark in OUTER:
            # The operands of comparisons, of `and` and of `or` are siblings.
            self._part(self.outer + OUTER[mark])
            self.lambdas += mark == "lambda"
        elif self.lambdas:
            # Up to its colon there are parameters, whose commas end no part.
            self.lambdas -= mark == ":"
        else:
            self._part(0 if mark in {",", ";"} or kind == "assign" else self.outer)

    def _part(self, outer: int) -> None:
        self.best = self.depth()
        self.binary = self.most = self.operand = self.within = 0
        self.outer = outer

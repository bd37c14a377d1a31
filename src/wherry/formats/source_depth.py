"""How deep Python source nests: compiling recurses on that, and running out of stack ends Pyodide.

Python itself limits brackets (200 levels), blocks (100) and f-strings (150), but not operators, calls behind one
another and branches. What is counted is an upper bound, close to the depth of the syntax tree: a sum of a hundred terms
has a hundred levels, and so have fifty calls of methods that are chained. The source is read once, from left to right.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wherry.errors import InvalidSource

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["check_depth", "flattened"]

# Measured in Pyodide 314 in Node: from 4,200 on the compiler runs out of stack, and the conversion to nodes of `ast`
# from 1,500 on.
MOST = 3500
MOST_NODES = 1300
SHALLOW = 1000

# All that adds levels has as many of these in it, but for what Python limits.
MARKS = (*"+-*/%@&|^~([{.", "not", "lambda", "lambda", "await", "if", "for")
LIMITED = 600

PREFIX = r"\b(?:[rR][bBfFtT]?|[bBfFtT][rR]?|[uU])(?=['\"])"
TOKEN = re.compile(
    rf"""
      (?P<comment>\#[^\n]*+)
    | (?P<joined>\\\r?\n)
    | (?P<newline>\n)
    | (?P<string>(?:{PREFIX})?(?:\"\"\"|'''|\"|'))
    | (?P<open>[(\[{{])
    | (?P<close>[)\]}}])
    | (?P<word>\b(?:not|lambda|await|for|if|else|elif|and|or|in|is)\b)
    | (?P<compare>[=!<>]=|<(?!<)|(?<!-)>(?!>))
    | (?P<assign>(?:\*\*|//|<<|>>|[-+*/%@&|^])?=)
    | (?P<walrus>:=)
    | (?P<separator>[,;:])
    | (?P<operator>\*\*|//|<<|>>|->|[-+*/%@&|^~]|\.(?!\d))
    """,
    re.VERBOSE,
)
# By the quotes of a string, the rest of it, and what matters in the text of an f-string. One quote ends with its line.
PLAIN = {
    '"': re.compile(r'(?:[^\\"\n]|\\.)*+"', re.DOTALL),
    "'": re.compile(r"(?:[^\\'\n]|\\.)*+'", re.DOTALL),
    '"""': re.compile(r'(?:[^\\"]|\\.|"(?!""))*+"""', re.DOTALL),
    "'''": re.compile(r"(?:[^\\']|\\.|'(?!''))*+'''", re.DOTALL),
}
FIELD = r"\\(?:[^{]|(?={))|{{|(?P<field>{)"
FORMAT = "}"  # of a field; it ends with this
IN_TEXT = {
    '"': re.compile(rf'{FIELD}|(?P<end>")|(?P<cut>\n)', re.DOTALL),
    "'": re.compile(rf"{FIELD}|(?P<end>')|(?P<cut>\n)", re.DOTALL),
    '"""': re.compile(rf'{FIELD}|(?P<end>""")', re.DOTALL),
    "'''": re.compile(rf"{FIELD}|(?P<end>''')", re.DOTALL),
    FORMAT: re.compile(r"(?P<field>{)|(?P<end>})"),
}

LINE_START = re.compile(r"(?P<indent>[ \t\f]*)(?P<word>[^\W\d]\w*|[^\s\w#\\])")
CONTINUING = frozenset({"elif", "else", "except", "finally"})
COMPOUND = frozenset({"@", "async", "case", "class", "def", "for", "if", "match", "try", "while", "with", *CONTINUING})
IMPORT = re.compile(r"\bimport\b")


@dataclass(slots=True)
class Statement:
    """A deep line of a program, which brackets may spread over several, or the head of a block.

    ``outside`` are the levels around it, ``inside`` those of its own.
    """

    start: int
    end: int
    line: int
    word: str
    outside: int
    inside: int


def check_depth(source: str, *, file: str = "") -> None:
    """Raise :class:`~wherry.errors.InvalidSource` where compiling ``source`` could end Pyodide."""
    for statement in _statements(source, MOST):
        raise _too_deep(statement, file)


def flattened(source: str) -> str:
    """Return ``source`` with its imports, lines and errors, but not so deep that parsing it could end Pyodide.

    Expressions that nest deeply hold no statement, and become ``pass``; the branches of a long ``elif`` stand beside
    one another. Raises :class:`~wherry.errors.InvalidSource` as :func:`check_depth` does, and where that does not help.
    """
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
    """Yield the statements that are deeper than ``least``, up to one that does not end and so is none."""
    if sum(map(source.count, MARKS)) + LIMITED <= least:
        return
    blocks = _Blocks()
    position, line = 0, 1
    while position < len(source):
        found = LINE_START.match(source, position)
        if found is not None:
            blocks.enter(len(found["indent"].expandtabs()), found["word"])
            statement = _Reader(source, found.start("word"))
            end = statement.read()
            if end is None:
                return
            if blocks.depth + statement.depth > least:
                yield Statement(found.start("word"), end, line, found["word"], blocks.depth, statement.depth)
        else:
            end = source.find("\n", position)
            if end < 0:
                return
        line += source.count("\n", position, end + 1)
        position = end + 1


class _Blocks:
    """The blocks that a line stands in, and how deep that is: a branch of ``elif`` stands in the one before it."""

    def __init__(self) -> None:
        self.depth = 0
        self._open: list[list[int]] = []  # width of the indentation, and branches so far

    def enter(self, width: int, word: str) -> None:
        """Go on to a line with this indentation that begins with ``word``."""
        while self._open and self._open[-1][0] > width:
            self.depth -= 2 + self._open.pop()[1]
        if not self._open or self._open[-1][0] < width:
            self._open.append([width, 0])
            self.depth += 2
        block = self._open[-1]
        if word == "elif":
            block[1] += 1
            self.depth += 1
        elif word not in CONTINUING:
            self.depth -= block[1]
            block[1] = 0


class _Reader:
    """Reads a logical line, from ``position`` on; :attr:`depth` is how deep it is."""

    def __init__(self, source: str, position: int) -> None:
        self._source = source
        self._position = position
        self._levels = [_Level()]
        self._follows_operand = False  # an opening bracket is a call then, or an index

    @property
    def depth(self) -> int:
        return self._levels[0].depth()

    def read(self) -> int | None:
        """Return where the line ends, or ``None`` if it does not: Python cannot read that."""
        while True:
            quotes = self._levels[-1].quotes
            found = (IN_TEXT[quotes] if quotes else TOKEN).search(self._source, self._position)
            if found is None:
                return len(self._source) if len(self._levels) == 1 else None
            if found.lastgroup == "newline" and len(self._levels) == 1:
                return found.start()
            if not (self._go_on_in_text(found) if quotes else self._go_on(found)):
                return None

    def _go_on_in_text(self, found: re.Match[str]) -> bool:
        """Go on after something in the text or the format of an f-string; return whether Python can."""
        self._position = found.end()
        self._follows_operand = found.lastgroup == "end"
        if found.lastgroup == "field":
            self._levels.append(_Level())
        elif found.lastgroup == "end":
            if self._levels[-1].quotes == FORMAT:
                # The field ends with its format.
                self._close()
            self._close()
        return found.lastgroup != "cut"

    def _go_on(self, found: re.Match[str]) -> bool:
        """Go on after something else; return whether Python can."""
        between = self._source[self._position : found.start()]
        follows_operand = self._follows_operand if not between.strip() else True
        self._position = found.end()
        self._follows_operand = found.lastgroup in {"close", "string"}
        match found.lastgroup:
            case "comment" | "joined" | "newline":
                self._follows_operand = follows_operand
            case "string":
                return self._begin_string(found[0])
            case "open":
                if follows_operand:
                    self._levels[-1].call()
                self._levels.append(_Level())
            case "close":
                if len(self._levels) == 1:
                    return False
                self._close()
            case kind:
                self._count(kind, found[0], follows_operand=follows_operand)
        return True

    def _begin_string(self, opening: str) -> bool:
        quotes = opening.lstrip("rRbBfFtTuU")
        if {*opening} & {*"fFtT"}:
            self._levels.append(_Level(quotes))
            return True
        rest = PLAIN[quotes].match(self._source, self._position)
        if rest is not None:
            self._position = rest.end()
        return rest is not None

    def _count(self, kind: str | None, mark: str, *, follows_operand: bool) -> None:
        here = self._levels[-1]
        if mark == ":" and not here.lambdas and len(self._levels) > 1 and self._levels[-2].quotes:
            self._levels.append(_Level(FORMAT))
        else:
            here.count(kind, mark, follows_operand=follows_operand)

    def _close(self) -> None:
        depth = self._levels.pop().depth()
        self._levels[-1].close(depth)


class _Level:
    """What stands between brackets, or in none: how deep its parts are."""

    __slots__ = ("_best", "_binary", "_loose", "_most", "_nots", "_operand", "_within", "lambdas", "quotes")

    def __init__(self, quotes: str = "") -> None:
        self.quotes = quotes  # of the f-string that this is the text of, or FORMAT
        self.lambdas = 0  # whose parameters are being read
        self._loose = self._nots = 0
        # Operators between operands, signs and calls of the operand, and what stands in its brackets.
        self._binary = self._operand = self._within = 0
        # The deepest operand between the same operators, and the deepest part.
        self._most = self._best = 0

    def depth(self) -> int:
        operand = max(self._most, self._operand + self._within)
        return max(self._best, self._loose + self._nots + self._binary + operand)

    def call(self) -> None:
        """Go on with a call of the operand, or an item of it."""
        self._operand += 1

    def close(self, depth: int) -> None:
        """Go on after brackets, or a string, with something of this depth in them."""
        self._within = max(self._within, depth + 2)

    def count(self, kind: str | None, mark: str, *, follows_operand: bool) -> None:
        """Go on after a word or an operator."""
        if mark in {"await", "."} or (kind == "operator" and not follows_operand):
            self._operand += 1
        elif kind == "operator":
            self._binary += 1
            self._end_operand()
        elif mark == "not":
            self._nots += 1
        elif mark in {"lambda", "for", "if", "elif"}:
            self._end_part()
            self._loose += 2 if mark == "lambda" else 1
            self.lambdas += mark == "lambda"
        elif self.lambdas:
            # Until its colon there are parameters; commas and the like in there end nothing.
            self.lambdas -= mark == ":"
        else:
            self._end_part()
            if mark in {"and", "or", ",", ";"} or kind == "assign":
                self._nots = 0
            if mark in {",", ";"} or kind == "assign":
                self._loose = 0

    def _end_operand(self) -> None:
        self._most = max(self._most, self._operand + self._within)
        self._operand = self._within = 0

    def _end_part(self) -> None:
        """End an operand of a comparison, of ``and`` or of ``or``: they stand beside one another."""
        self._best = self.depth()
        self._binary = self._operand = self._within = self._most = 0

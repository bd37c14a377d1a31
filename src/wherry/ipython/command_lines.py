"""Find installation commands in a cell, and replace them by calls of the magics, with ``await``.

A line magic is an ordinary function, and cannot wait for downloads everywhere. The cell can: IPython runs cells with
``await``. So the line after a command sees the installed packages. IPython does not run the body of a cell magic so.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from IPython.core.inputtransformer2 import (
    TokenTransformBase,
    assemble_continued_line,
    find_end_of_continued_line,
    make_tokens_by_line,
)

from wherry.ipython.names import AWAITED, PIP, SHOWN, WHERRY

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["CellCommands"]

RUNNING = frozenset({"%%capture", "%%time"})
"""The cell magics whose body is a cell of Python."""
LAYOUT = frozenset({"INDENT", "DEDENT"})
ASYNCHRONOUS = re.compile(r"async\s+def\b")
TIMED = re.compile(r"%time\s+")
"""The line magic whose line is Python, which cannot await."""
OWN = re.compile(r"%wherry(?=\s|$)(?P<rest>.*)", re.DOTALL)
# %pip, !pip, !python -m pip, !{sys.executable} -m pip, %uv pip, !uv pip; then options and one of the known commands.
PIP_LINE = re.compile(
    r"""(?:[%!]\s*(?:uv\s+)?pip[\d.]*|!\s*(?:\{[^}]*\}|["']?[^\s"']*python[\d.]*["']?)\s+-m\s+(?:uv\s+)?pip)
    (?P<rest>(?:\s+-\S+(?:\s+[^-\s]\S*)??)*\s+(?:install|uninstall|list|freeze|check|lock)(?:\s.*|))$""",
    re.DOTALL | re.VERBOSE,
)


@dataclass(frozen=True)
class CellCommands:
    """The commands that are replaced: ``%wherry``, and with ``takes_pip`` those of pip that wherry has, too.

    IPython calls :meth:`find`, as it calls the method of its own classes of transformers.
    """

    takes_pip: bool

    def find(self, tokens_by_line: Sequence[Sequence[Any]]) -> Replacement | None:
        """Return the replacement of the first command among the tokens of a cell."""
        for first in _first_tokens(tokens_by_line):
            if first.string in {"%", "!"} and self.read(first.line[first.start[1] :]):
                return Replacement(first.start, self)
        return None

    def read(self, line: str) -> tuple[str, str] | None:
        """Return the name of the magic for ``line``, and its arguments; ``None`` if ``line`` is no command.

        The line may begin with ``%time``.
        """
        if timed := TIMED.match(line):
            line = line[timed.end() :]
        if own := OWN.match(line):
            return WHERRY, own["rest"].strip()
        if self.takes_pip and (pip := PIP_LINE.match(line.rstrip())):
            return PIP, pip["rest"].strip()
        return None

    async def replace_all(self, lines: list[str]) -> list[str]:
        """Return the lines of a cell with all commands replaced; a cell in another language is left as it is."""
        head, is_magic = 0, False
        # IPython leaves out empty lines before the first.
        while head < len(lines) and (not lines[head].strip() or lines[head].startswith("%%")):
            if lines[head].strip() and lines[head].split()[0] not in RUNNING:
                return lines
            is_magic = is_magic or bool(lines[head].strip())
            head += 1
        body = lines[head:]
        while found := self.find(make_tokens_by_line(body)):
            body = found.transform(body, awaited=not is_magic)
        return [*lines[:head], *body]


class Replacement(TokenTransformBase):
    """The replacement of one command."""

    priority = 1  # before IPython's own magics

    def __init__(self, start: tuple[int, int], commands: CellCommands) -> None:
        super().__init__(start)  # type: ignore[no-untyped-call]
        self._commands = commands

    def transform(self, lines: list[str], *, awaited: bool = True) -> list[str]:
        """Return ``lines`` with a call in place of the command, which may be continued on further lines.

        Not ``awaited`` is the call where Python does not allow it: in a function, unless that is asynchronous.
        """
        start, column = self.start_line, self.start_col
        end = find_end_of_continued_line(lines, start)
        command = self._commands.read(assemble_continued_line(lines, (start, column), end))
        if command is None:
            raise SyntaxError  # IPython tries its own transformers
        name, arguments = command
        if timed := TIMED.match(lines[start], column):
            awaited, column = False, timed.end()
        awaited = awaited and not _is_in_function(lines[:start], column)
        called = f"get_ipython().run_line_magic({name + (AWAITED if awaited else SHOWN)!r}, {arguments!r})\n"
        return [*lines[:start], f"{lines[start][:column]}{'await ' * awaited}{called}", *lines[end + 1 :]]


def _is_in_function(lines: list[str], column: int) -> bool:
    """Return whether a line below ``lines``, indented by ``column``, is in a function or class."""
    for first in reversed(list(_first_tokens(make_tokens_by_line(lines)))):
        if first.start[1] < column and first.string.strip() and not first.string.startswith("#"):
            column = first.start[1]
            if first.string in {"def", "class"} or ASYNCHRONOUS.match(first.line[column:]):
                return bool(first.string != "async")
    return False


def _first_tokens(tokens_by_line: Sequence[Sequence[Any]]) -> Iterator[Any]:
    from token import tok_name

    for line in tokens_by_line:
        token = next((token for token in line if tok_name[token.type] not in LAYOUT), None)
        if token is not None:
            yield token

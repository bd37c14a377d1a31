"""Run a command of a cell."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from wherry.default import default_installer
from wherry.ipython.actions import ACTIONS
from wherry.ipython.parsing import parse, usage
from wherry.ipython.words import split_words
from wherry.waiting import waiting

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from wherry.ipython.cell_output import Cell

__all__ = ["run", "run_at_once"]


async def run(program: str, line: str, cell: Cell) -> None:
    """Run the command in ``line``, and show its result in the cell. Raise :class:`~wherry.errors.WherryError`."""
    result = _begin(program, line, cell)
    try:
        cell.end(await result if inspect.isawaitable(result) else result)
    except BaseException:
        cell.clear()
        raise


def run_at_once(program: str, line: str, cell: Cell) -> object:
    """Run the command in ``line`` without ``await``, and return its result, which IPython shows.

    Raise :class:`~wherry.errors.WherryError`, :class:`~wherry.errors.UnsupportedRuntime` if the command has to wait and
    this code cannot.
    """
    result = _begin(program, line, cell)
    if not inspect.isawaitable(result):
        return result
    try:
        return _wait(result)
    finally:
        cell.clear()


def _begin(program: str, line: str, cell: Cell) -> object:
    """Return the result of the command, or a coroutine with it."""
    words = split_words(program, line)
    options = parse(program, words)
    if options is None:
        return usage(program, words)
    cell.quiet = bool(options.quiet)
    return ACTIONS[options.command](default_installer(), options, cell)


def _wait(result: Awaitable[Any]) -> object:
    async def install() -> object:
        return await result

    return waiting(install)()

"""Add the commands to a running IPython."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from wherry.ipython.cell_output import Cell
from wherry.ipython.command_lines import CellCommands
from wherry.ipython.names import AWAITED, PIP, SHOWN, WHERRY

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from IPython.core.interactiveshell import InteractiveShell

__all__ = ["load"]


def load(shell: InteractiveShell, *, takes_pip: bool = sys.platform == "emscripten") -> None:
    """Add ``%wherry``; with ``takes_pip`` also ``%pip``, ``!pip`` and their kin. Outside of Pyodide, pip is at work."""
    if WHERRY in shell.magics_manager.magics["line"]:
        return
    for name in (WHERRY, PIP) if takes_pip else (WHERRY,):
        _register(shell, name)
    commands = CellCommands(takes_pip=takes_pip)
    manager: Any = shell.input_transformer_manager
    manager.token_transformers.insert(0, commands)
    # pyodide-kernel changes a cell before IPython does, and has a %pip of its own.
    kernel_manager: Any = getattr(getattr(shell, "kernel", None), "lite_transform_manager", None)
    if kernel_manager is not None:
        kernel_manager.line_transforms.insert(0, commands.replace_all)


def _register(shell: Any, name: str) -> None:  # noqa: ANN401 - IPython's own annotations are wrong here
    """Register a magic, and two more that replace its line. What they need is imported by the first command."""

    def magic(line: str) -> object:
        """Install packages with wherry, and more: %wherry help lists the commands."""
        from wherry.ipython.magics import run_at_once

        return run_at_once(f"%{name}", line, Cell(shell))

    def awaited(line: str) -> Awaitable[None]:
        """Run a command whose end the cell awaits, and show its result."""
        from wherry.ipython.magics import run

        return run(f"%{name}", line, Cell(shell))

    def shown(line: str) -> None:
        """Run a command without ``await``, and show its result."""
        from wherry.ipython.magics import run_at_once

        cell = Cell(shell)
        cell.end(run_at_once(f"%{name}", line, cell))

    shell.register_magic_function(magic, "line", name)
    shell.register_magic_function(awaited, "line", name + AWAITED)
    shell.register_magic_function(shown, "line", name + SHOWN)

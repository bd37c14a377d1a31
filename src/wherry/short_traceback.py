"""Show an error in a notebook: its sentence, and the line of the program that it comes from."""

from __future__ import annotations

import traceback
from itertools import takewhile

__all__ = ["short_traceback"]

# IPython colours names of exceptions so. Bold red is hard to read on the red that JupyterLab puts behind them.
RED, FAINT, NORMAL = "\x1b[31m", "\x1b[2m", "\x1b[0m"
MAGIC = "run_line_magic"  # IPython's call of a magic, which is no line of the program


def short_traceback(error: BaseException) -> list[str]:
    """Return the lines for ``error``, with the colours of a terminal, which notebooks show, too."""
    lines = [f"{RED}{type(error).__name__}{NORMAL}: {error}", *getattr(error, "__notes__", ())]
    if place := _place(error):
        lines.append(f"{FAINT}{place}{NORMAL}")
    return lines


def _place(error: BaseException) -> str:
    """Return the line that called wherry; empty if it is a magic, or is not known."""
    own = short_traceback.__code__.co_filename.removesuffix("short_traceback.py")
    frames = traceback.extract_tb(error.__traceback__)
    callers = list(takewhile(lambda frame: not frame.filename.startswith(own), frames))
    if not callers or not (line := callers[-1].line) or MAGIC in {callers[-1].name, *line.replace("(", ".").split(".")}:
        return ""
    where = "" if callers[-1].name.startswith("<") else f", in {callers[-1].name}"
    return f"line {callers[-1].lineno}{where}: {line}"

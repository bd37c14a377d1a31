"""Show an error in a notebook: its sentence, and the line of the program that it comes from."""

from __future__ import annotations

import traceback

__all__ = ["short_traceback"]

BOLD_RED, FAINT, NORMAL = "\x1b[1;31m", "\x1b[2m", "\x1b[0m"
MAGIC = "run_line_magic"  # the call that IPython makes of a magic; its line is the sentence's subject anyway


def short_traceback(error: BaseException) -> list[str]:
    """Return the lines for ``error``, with the colours of a terminal, which notebooks show, too."""
    lines = [f"{BOLD_RED}{type(error).__name__}{NORMAL}: {error}"]
    if place := _place(error):
        lines.append(f"{FAINT}{place}{NORMAL}")
    return lines


def _place(error: BaseException) -> str:
    """Return the line that called wherry; empty if it is a magic, or is not known."""
    own = short_traceback.__code__.co_filename.rpartition("/")[0]
    caller = None
    for frame in traceback.extract_tb(error.__traceback__):
        if frame.filename.startswith(own):
            break
        caller = frame
    if caller is None or not caller.line or MAGIC in caller.line:
        return ""
    where = "" if caller.name in {"<module>", "<cell line: 1>"} else f", in {caller.name}"
    return f"line {caller.lineno}{where}: {caller.line}"

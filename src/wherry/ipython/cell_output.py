"""The output of the running cell: progress, in its place then the report, and text."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from wherry.progress.notebook import progress_in

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

    from wherry.model.progress import Progress

__all__ = ["Cell"]


class Cell:
    """The output of one command. It is a listener of progress; ``quiet`` leaves only warnings and text."""

    def __init__(self, shell: InteractiveShell) -> None:
        self.quiet = False
        self._shell: Any = shell
        self._progress = progress_in(shell)

    def __call__(self, step: Progress) -> None:
        """Show a step of progress."""
        if self._progress is not None and not self.quiet:
            self._progress(step)

    def end(self, result: object) -> None:
        """Show ``result``, where progress was shown: text as it is, reports as tables."""
        if self.quiet or isinstance(result, str):
            self.clear()
            self.write(result if isinstance(result, str) else _warnings(result))
            return
        formats, metadata = self._shell.display_formatter.format(result)
        if self._progress is not None:
            self._progress.replace(formats, metadata)
        else:
            self._shell.display_pub.publish(formats, metadata)

    def clear(self) -> None:
        """Remove the progress."""
        if self._progress is not None:
            self._progress.clear()

    def write(self, text: str) -> None:
        """Show ``text``."""
        if text:
            sys.stdout.write(f"{text}\n")


def _warnings(result: object) -> str:
    return "\n".join(f"Warning: {warning}" for warning in getattr(result, "warnings", ()))

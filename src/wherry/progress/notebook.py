"""Progress in a notebook: one line in the output of the running cell, updated in place."""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, Protocol

    from wherry.model.progress import OnProgress, Progress

    class DisplayPublisher(Protocol):
        """The part of IPython's display publisher that is used here."""

        def publish(
            self, data: Mapping[str, str], metadata: Mapping[str, Any], *, transient: Mapping[str, str], update: bool
        ) -> None:
            """Show ``data`` (by media type) in the cell, or update the output with the same identifier."""
            ...


__all__ = ["CellProgress", "cell_output", "progress_in"]

WIDTH = 24  # characters
INTERVAL = 0.1  # seconds


def cell_output() -> OnProgress | None:
    """Return a listener that shows progress in the running cell; ``None`` outside of a Jupyter kernel."""
    ipython = sys.modules.get("IPython")
    return progress_in(ipython.get_ipython()) if ipython is not None else None


def progress_in(shell: Any) -> CellProgress | None:  # noqa: ANN401 - IPython's shell, or None
    """Return a listener that shows progress in the running cell of ``shell``; ``None`` without a Jupyter kernel."""
    # IPython's own prompt cannot update lines.
    return CellProgress(shell.display_pub) if hasattr(shell, "kernel") else None


class CellProgress:
    """A listener that shows progress in one place of the running cell."""

    def __init__(self, publisher: DisplayPublisher) -> None:
        self._publisher = publisher
        self._place = {"display_id": os.urandom(16).hex()}
        self._shown = ""
        self._since = 0.0

    def __call__(self, step: Progress) -> None:
        """Show ``step``, unless another of its phase was shown just now."""
        now = time.monotonic()
        if step.phase == self._shown and now - self._since < INTERVAL:
            return
        filled = round(step.fraction * WIDTH)
        self.replace({"text/plain": f"{'━' * filled}{'─' * (WIDTH - filled)} {step.fraction:4.0%}  {step.message}"}, {})
        self._shown, self._since = step.phase, now

    def replace(self, formats: Mapping[str, str], metadata: Mapping[str, Any]) -> None:
        """Show ``formats`` (by media type) in place of the progress."""
        self._publisher.publish(formats, metadata, transient=self._place, update=bool(self._shown))
        self._shown = "replaced"

    def clear(self) -> None:
        """Remove the progress."""
        if self._shown:
            self.replace({"text/html": "", "text/plain": ""}, {})

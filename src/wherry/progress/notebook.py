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
            self, data: Mapping[str, str], metadata: Mapping[str, str], *, transient: Mapping[str, str], update: bool
        ) -> None:
            """Show ``data`` (by media type) in the cell, or update the output with the same identifier."""
            ...


__all__ = ["cell_output"]

WIDTH = 24  # characters
INTERVAL = 0.1  # seconds


def cell_output() -> OnProgress | None:
    """Return a listener that shows progress in the running cell; ``None`` outside of a Jupyter kernel."""
    ipython = sys.modules.get("IPython")
    shell: Any = ipython.get_ipython() if ipython is not None else None
    # IPython's own prompt cannot update lines.
    return _shown_by(shell.display_pub) if hasattr(shell, "kernel") else None


def _shown_by(publisher: DisplayPublisher) -> OnProgress:
    place = {"display_id": os.urandom(16).hex()}
    shown, since = "", 0.0

    def show(step: Progress) -> None:
        nonlocal shown, since
        now = time.monotonic()
        if step.phase == shown and now - since < INTERVAL:
            return
        filled = round(step.fraction * WIDTH)
        text = f"{'━' * filled}{'─' * (WIDTH - filled)} {step.fraction:4.0%}  {step.message}"
        publisher.publish({"text/plain": text}, {}, transient=place, update=bool(shown))
        shown, since = step.phase, now

    return show

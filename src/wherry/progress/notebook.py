"""Progress where a notebook's cell is the only place to show it: one line of its output, which changes."""

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
        """That of IPython, as far as it is used."""

        def publish(
            self, data: Mapping[str, str], metadata: Mapping[str, str], *, transient: Mapping[str, str], update: bool
        ) -> None:
            """Show something (by media type) in the cell, or in place of what was shown under the same identifier."""
            ...


__all__ = ["cell_output"]

WIDTH = 24  # characters
INTERVAL = 0.1  # seconds


def cell_output() -> OnProgress | None:
    """Return what shows progress in the cell that runs; ``None`` where this is no kernel of Jupyter's kind."""
    ipython = sys.modules.get("IPython")
    shell: Any = ipython.get_ipython() if ipython is not None else None
    # At IPython's own prompt lines cannot be changed.
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

"""How long the phases of an installation take, and what there is to tell of them."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from wherry.model.progress import Progress

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wherry.model.progress import OnProgress, Phase

__all__ = ["Phases"]


class Phases:
    """Measures phases (``seconds`` by name) and tells of them, if anybody listens."""

    def __init__(self, on_progress: OnProgress | None) -> None:
        self.seconds: dict[str, float] = {}
        self._on_progress = on_progress

    @contextmanager
    def phase(self, name: Phase) -> Iterator[None]:
        """Measure the block."""
        started = time.perf_counter()
        yield
        self.seconds[name] = time.perf_counter() - started

    def tell(self, phase: Phase, message: str, done: int = 0, total: int | None = None) -> None:
        """Tell of a step."""
        if self._on_progress is not None:
            self._on_progress(Progress(phase, message, done, total))

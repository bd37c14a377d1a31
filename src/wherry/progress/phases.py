"""Phases of an installation: their durations and progress reports."""

from __future__ import annotations

import asyncio
import time
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from wherry.printable import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterator, Mapping

    from wherry.model.progress import OnProgress, Phase, Progress

__all__ = ["Phases"]

Result = TypeVar("Result")

INTERVAL = 0.1
"""Seconds between two checks of running work."""

# The fractions of the whole at which each phase begins and ends. The duration of resolving is not known in advance, but
# downloading takes most of the time.
SPANS: Mapping[Phase, tuple[float, float]] = {
    "resolving": (0.0, 0.15),
    "downloading": (0.15, 0.95),
    "placing": (0.95, 0.99),
    "done": (1.0, 1.0),
}


class Phases:
    """Measures phases (``seconds`` by name) and reports steps to ``on_progress``, if given.

    While requests are being repeated, the reports have the messages of ``retries`` instead of the steps' own.
    """

    def __init__(self, on_progress: OnProgress | None) -> None:
        self.seconds: dict[str, float] = {}
        self.retries: dict[str, str] = {}
        self._on_progress = on_progress
        self._fraction = 0.0
        self._step: Progress | None = None
        self._retry = ""

    @contextmanager
    def phase(self, name: Phase) -> Iterator[None]:
        """Measure the block; add its duration to those of the same name."""
        started = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - started

    def tell(self, step: Progress, part: float = 0.0) -> None:
        """Report a step, at which ``part`` (0 to 1) of its phase is done."""
        if self._on_progress is not None:
            begin, end = SPANS[step.phase]
            self._fraction = max(self._fraction, begin + (end - begin) * min(part, 1.0))
            self._step, self._retry = step, _latest(self.retries)
            self._on_progress(replace(step, message=printable(self._retry or step.message), fraction=self._fraction))

    async def watch(self, work: Coroutine[object, object, Result], look: Callable[[], None]) -> Result:
        """Await ``work``; if there is a listener, call ``look`` periodically. An error of ``look`` cancels the work."""
        if self._on_progress is None:
            return await work
        task = asyncio.ensure_future(work)
        try:
            while not (await asyncio.wait({task}, timeout=INTERVAL))[0]:
                look()
                if self._step is not None and _latest(self.retries) != self._retry:
                    self.tell(self._step)
        finally:
            if not task.done():
                task.cancel()
                await asyncio.gather(task, return_exceptions=True)
        return task.result()


def _latest(retries: dict[str, str]) -> str:
    return next(reversed(retries.values()), "")

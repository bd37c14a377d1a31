"""Trace wherry's own time by phase, inside Pyodide.

Only calls of wherry's public functions are traced; the time between two events counts for the running module. A
function that is called very often counts with its caller from then on, or tracing would cost more than the function.
Imports only the standard library, because it runs in Pyodide.
"""

from __future__ import annotations

import sys
import time
from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from types import CodeType

__all__ = ["PHASES", "Phases"]

PHASES = {
    "formats.simple": "pages",
    "formats.core_metadata": "metadata",
    "formats.wheel_archive": "verifying",
    "formats.record": "verifying",
    "index.integrity": "verifying",
    "index.prefetch.": "deciding",
    "resolution.": "deciding",
    "installation.": "placing",
    "runtime.fetch": "fetching",
    "runtime.first_pages": "fetching",
    "runtime.lazy_files": "placing",
    "runtime.site": "placing",
    "index.": "other",
    "installer": "other",
    "bridge": "other",
}
"""The phase of a module by the beginning of its name; the first match counts. The time of a module without a match
counts for its caller."""

OFTEN = 1_000
monitoring: Any = getattr(sys, "monitoring", None)  # since Python 3.12


class Phases:
    """Seconds by phase; the top of a stack is the running phase."""

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self.modules: defaultdict[str, float] = defaultdict(float)
        self._phases: dict[CodeType, str | None] = {}
        self._calls: Counter[CodeType] = Counter()
        self._running: list[CodeType] = []
        self._since = time.perf_counter()

    def start(self) -> None:
        """Start tracing."""
        events = monitoring.events
        callbacks = {
            events.PY_START: self._enter,
            events.PY_RESUME: self._enter,
            events.PY_THROW: self._throw,
            events.PY_RETURN: self._leave,
            events.PY_YIELD: self._leave,
            events.PY_UNWIND: self._unwind,
        }
        monitoring.use_tool_id(monitoring.PROFILER_ID, "wherry")
        for event, callback in callbacks.items():
            monitoring.register_callback(monitoring.PROFILER_ID, event, callback)
        monitoring.set_events(monitoring.PROFILER_ID, sum(callbacks))

    def stop(self) -> dict[str, dict[str, float]]:
        """Stop tracing, and return seconds by phase and by module."""
        monitoring.set_events(monitoring.PROFILER_ID, 0)
        monitoring.free_tool_id(monitoring.PROFILER_ID)
        return {"phases": dict(self.seconds), "modules": dict(self.modules)}

    def _enter(self, code: CodeType, _offset: int, *_: object) -> object:
        """Count the time until now, and push ``code``."""
        self._calls[code] += 1
        if self._calls[code] > OFTEN or self._phase(code) is None:
            return monitoring.DISABLE
        self._count()
        self._running.append(code)
        return None

    def _leave(self, code: CodeType, _offset: int, *_: object) -> object:
        """Count the time of ``code``, and return to its caller."""
        if self._running and self._running[-1] is code:
            self._count()
            self._running.pop()
        elif self._calls[code] > OFTEN or self._phase(code) is None:
            return monitoring.DISABLE
        return None

    def _unwind(self, code: CodeType, offset: int, *rest: object) -> None:
        """Do the same as _leave(); this event cannot be disabled."""
        self._leave(code, offset, *rest)

    def _throw(self, code: CodeType, offset: int, *rest: object) -> None:
        """Do the same as _enter(); this event cannot be disabled."""
        self._enter(code, offset, *rest)

    def _count(self) -> None:
        now = time.perf_counter()
        if self._running:
            code = self._running[-1]
            self.modules[_module(code)] += now - self._since
            self.seconds[self._phase(code) or ""] += now - self._since
        self._since = now

    def _phase(self, code: CodeType) -> str | None:
        if code not in self._phases:
            self._phases[code] = _phase(code)
        return self._phases[code]


def _phase(code: CodeType) -> str | None:
    """Return the phase of a public function; ``None`` for other code."""
    public = not code.co_name.startswith("_") and "<" not in code.co_qualname
    if not public or "/wherry/" not in code.co_filename or "/_vendor/" in code.co_filename:
        return None
    module = _module(code)
    return next((phase for beginning, phase in PHASES.items() if module.startswith(beginning)), None)


def _module(code: CodeType) -> str:
    path = code.co_filename.rpartition("/wherry/")[2]
    return path.removesuffix(".py").replace("/", ".")

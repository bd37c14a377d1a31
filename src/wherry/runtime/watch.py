"""A watch over one fetch, which aborts it when it takes too long."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Self

import js

if TYPE_CHECKING:
    from wherry.index.network import Network

__all__ = ["Watch"]

MILLISECONDS = 1000
PRECISION = 0.1  # of the idle time: setting a timer for each of hundreds of pieces would cost more than they do


class Watch:
    """Ends what listens to ``signal`` once a time of ``network`` is over, or when the ``with`` block is left early.

    JavaScript's own timers are used: those of Pyodide's event loop cannot be taken back, and would keep Node running.
    """

    def __init__(self, network: Network) -> None:
        controller = js.AbortController.new()
        self.signal = controller.signal
        self.has_begun = False
        self._set_at = 0.0
        self._abort = controller.abort.bind(controller)
        self._idle = network.idle_timeout
        self._total_timer = self._start(network.total_timeout, "it was not complete after {:g} seconds")
        self._step_timer = self._start(network.answer_timeout, "no answer began within {:g} seconds")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        js.clearTimeout(self._total_timer)
        js.clearTimeout(self._step_timer)
        if kind is not None:
            self._abort()

    @property
    def expired(self) -> str:
        """What took too long; empty where nothing did."""
        return str(self.signal.reason.message) if self.signal.aborted else ""

    def heard(self) -> None:
        """Note that something came: the headers, or a piece of the body."""
        now = time.monotonic()
        if self.has_begun and now - self._set_at < (self._idle or 0.0) * PRECISION:
            return
        self.has_begun, self._set_at = True, now
        js.clearTimeout(self._step_timer)
        self._step_timer = self._start(self._idle, "nothing more came for {:g} seconds")

    def _start(self, seconds: float | None, complaint: str) -> Any:  # noqa: ANN401 - a number, or an object of Node's
        if seconds is None:
            return None
        return js.setTimeout(self._abort, seconds * MILLISECONDS, js.Error.new(complaint.format(seconds)))

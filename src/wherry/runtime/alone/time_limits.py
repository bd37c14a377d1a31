"""Abort a request when it takes too long."""

from __future__ import annotations

from time import monotonic
from typing import TYPE_CHECKING, Any

import js

if TYPE_CHECKING:
    from wherry.index.network import Network

__all__ = ["TimeLimits"]

MILLISECONDS = 1000


class TimeLimits:
    """Aborts the request with ``signal`` at one of the time limits of ``network``; ``expired`` says then which it was.

    The timers are JavaScript's: those of the event loop would keep an object of Python alive until their time is over,
    also when they are cancelled.
    """

    def __init__(self, network: Network) -> None:
        self._controller = js.AbortController.new()
        self._abort = self._controller.abort.bind(self._controller)
        self._idle = network.idle_timeout
        self._total = self._start(network.total_timeout, "it was not complete after")
        self._step = self._start(network.answer_timeout, "no answer began within")
        self._restarted = monotonic()

    @property
    def signal(self) -> Any:  # noqa: ANN401
        """The signal of ``fetch``."""
        return self._controller.signal

    @property
    def expired(self) -> str:
        """The limit that was exceeded; empty if none was."""
        signal = self._controller.signal
        return str(signal.reason.message) if signal.aborted else ""

    def restart(self) -> None:
        """Begin the time until the next piece."""
        self.pause()
        self._step = self._start(self._idle, "nothing more came for")
        self._restarted = monotonic()

    def restart_lazily(self) -> None:
        """Restart, unless that was done within a tenth of the time: pieces arrive by hundreds."""
        if self._idle is not None and monotonic() - self._restarted > self._idle / 10:
            self.restart()

    def pause(self) -> None:
        """Wait for the next piece without a limit."""
        js.clearTimeout(self._step)

    def end(self, *, abort: bool) -> None:
        """Stop all timers; ``abort`` also closes the connection."""
        js.clearTimeout(self._total)
        js.clearTimeout(self._step)
        if abort:
            self._abort()

    def _start(self, seconds: float | None, complaint: str) -> Any:  # noqa: ANN401 - a number, or an object of Node
        if seconds is None:
            return None
        expired = js.Error.new(f"{complaint} {seconds:g} seconds")
        return js.setTimeout(self._abort, seconds * MILLISECONDS, expired)

"""Simulated crashes: from the n-th change to the file system on, no change is made.

The interpreter raises an audit event (PEP 578) before each change, also for changes of `shutil`. So a block can be
stopped before any of its changes, and the code under test needs nothing for that.
"""

from __future__ import annotations

import os
import sys
from collections import deque
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CHANGES = frozenset({"os.chmod", "os.link", "os.mkdir", "os.remove", "os.rename", "os.rmdir", "os.symlink"})
READING = os.O_RDONLY | os.O_CLOEXEC | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_NONBLOCK


class Crash(BaseException):
    """The process ended here."""


@dataclass
class Counter:
    """A counter of the changes of a block. It calls ``before`` ahead of each change, which may raise."""

    before: Callable[[int], None] = lambda _: None
    changes: int = 0
    events: list[str] = field(default_factory=list)

    def hear(self, event: str, arguments: tuple[object, ...]) -> None:
        """Count the audit event if it is a change."""
        if event in CHANGES or (event == "open" and _writes(arguments)):
            self.changes += 1
            self.events.append(f"{event} {' → '.join(path for path in arguments if isinstance(path, str))}")
            self.before(self.changes)


@contextmanager
def counted() -> Iterator[Counter]:
    """Count the changes that the block makes."""
    with _listening(Counter()) as counter:
        yield counter


@contextmanager
def crashing(before: int) -> Iterator[Counter]:
    """End the block before the change of that number (the first is 1). Its exception handlers cannot change files."""

    def crash(number: int) -> None:
        if number >= before:
            raise Crash

    try:
        with _listening(Counter(crash)) as counter:
            yield counter
    except Crash:
        pass


@contextmanager
def failing(*numbers: int, error: Callable[[], BaseException]) -> Iterator[Counter]:
    """Let the changes of these numbers fail with the exception that ``error`` returns, and all others happen."""

    def fail(number: int) -> None:
        if number in numbers:
            raise error()

    with _listening(Counter(fail)) as counter:
        yield counter


@contextmanager
def _listening(counter: Counter) -> Iterator[Counter]:
    listeners = _listeners()
    listeners.append(counter)
    try:
        yield counter
    finally:
        listeners.remove(counter)


def _writes(arguments: tuple[object, ...]) -> bool:
    _, mode, flags = arguments
    if isinstance(mode, str):
        return not mode.startswith("r") or "+" in mode
    return bool(isinstance(flags, int) and flags & ~READING)


@cache
def _listeners() -> deque[Counter]:
    # An audit hook cannot be removed, so there is only one. Without listeners it does nothing.
    listeners: deque[Counter] = deque()

    def hook(event: str, arguments: tuple[object, ...]) -> None:
        if listeners and (event in CHANGES or event == "open"):
            for listener in tuple(listeners):
                listener.hear(event, arguments)

    sys.addaudithook(hook)
    return listeners

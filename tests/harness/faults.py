"""Faults between a client and an index, as data."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, auto
from fnmatch import fnmatchcase


class Kind(Enum):
    """The event that replaces the answer."""

    STATUS = auto()
    """The answer has `Fault.status` (500), `Fault.headers` and meaningless content."""
    ERROR_PAGE = auto()
    """Status 200 with an HTML page of a captive portal, a proxy or a login."""
    CORRUPT = auto()
    """The right status, headers and length, but the last byte is another."""
    TRUNCATE = auto()
    """Half of the body, with a length to match."""
    DUPLICATE = auto()
    """The body twice, with a length to match."""
    DROP = auto()
    """The connection closes before any answer."""
    CUT = auto()
    """The connection closes in the middle of the body."""
    STALL = auto()
    """Half of the body, and the rest `Fault.seconds` later, or sooner if these are lowered meanwhile."""
    DELAY = auto()
    """No answer for `Fault.seconds`, then all of it: answers overtake one another."""
    ENDLESS = auto()
    """All of the body, with `Fault.status`, and then spaces until the client stops reading.

    `Fault.sent` counts the bytes. With `Fault.break_off` the connection closes after that many.
    """
    BOMB = auto()
    """As ENDLESS, compressed to less than a hundredth."""
    NO_CORS = auto()
    """The answer lacks the header that lets a page of another origin read it."""


@dataclass
class Fault:
    """A fault of ``times`` requests whose path matches ``path`` (as in fnmatch), after the first ``skip``."""

    path: str
    kind: Kind
    status: int | None = None
    skip: int = 0
    times: int | None = None
    seconds: float = 0.0
    headers: dict[str, str] = field(default_factory=dict)
    break_off: int | None = None
    seen: int = field(default=0, init=False)
    sent: int = field(default=0, init=False)

    def strikes(self, path: str) -> bool:
        """Count a request, and return whether it is struck."""
        if not fnmatchcase(path, self.path):
            return False
        self.seen += 1
        return self.seen > self.skip and (self.times is None or self.seen <= self.skip + self.times)

    @property
    def has_struck(self) -> bool:
        """Whether any request was struck."""
        return self.seen > self.skip


def nth(number: int, kind: Kind, *, path: str = "*", once: bool = True, **details: object) -> Fault:
    """Return a fault that strikes the ``number``-th request (from 1) and, unless ``once``, all later ones."""
    return Fault(path, kind, skip=number - 1, times=1 if once else None, **details)  # type: ignore[arg-type]

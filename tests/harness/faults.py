"""What can go wrong between a client and an index, as data."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, auto
from fnmatch import fnmatchcase


class Kind(Enum):
    """What happens instead of the answer."""

    STATUS = auto()
    """The answer has `Fault.status` (500), `Fault.headers` and no content worth reading."""
    ERROR_PAGE = auto()
    """Status 200 with an HTML page that apologises: a captive portal, a proxy, a login."""
    CORRUPT = auto()
    """The right status, headers and length, but the last byte is another."""
    TRUNCATE = auto()
    """Half of the body, with a length that says it is all."""
    DUPLICATE = auto()
    """The body twice, with a length that says so."""
    DROP = auto()
    """The connection closes before any answer."""
    CUT = auto()
    """The connection closes in the middle of the body."""
    STALL = auto()
    """Half of the body comes, and the rest `Fault.seconds` later, or sooner where these become less by then."""
    DELAY = auto()
    """Nothing comes for `Fault.seconds`, and then all: answers overtake one another."""
    ENDLESS = auto()
    """All of the body comes, with `Fault.status`, and then spaces until they are not read any more.

    `Fault.sent` counts the bytes. With `Fault.break_off` the connection closes after so many.
    """
    BOMB = auto()
    """The same, compressed to less than a hundredth."""
    NO_CORS = auto()
    """The answer lacks the header that lets a page of another origin read it."""


@dataclass
class Fault:
    """Strikes requests whose path matches ``path`` (as fnmatch does): ``times`` of them, after ``skip`` were spared."""

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
        """Tell whether the request at hand is struck, and count it."""
        if not fnmatchcase(path, self.path):
            return False
        self.seen += 1
        return self.seen > self.skip and (self.times is None or self.seen <= self.skip + self.times)

    @property
    def has_struck(self) -> bool:
        """Whether any request was struck."""
        return self.seen > self.skip


def nth(number: int, kind: Kind, *, path: str = "*", once: bool = True, **details: object) -> Fault:
    """Return a fault that strikes the ``number``-th request (from 1), or (unless ``once``) it and all that follow."""
    return Fault(path, kind, skip=number - 1, times=1 if once else None, **details)  # type: ignore[arg-type]

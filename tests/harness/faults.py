"""What can go wrong between a client and an index, as data."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, auto
from fnmatch import fnmatchcase


class Kind(Enum):
    """What happens instead of the answer."""

    STATUS = auto()
    """The answer has `Fault.status` and no content worth reading."""
    ERROR_PAGE = auto()
    """Status 200 with an HTML page that apologises: a captive portal, a proxy, a login."""
    CORRUPT = auto()
    """The right status, headers and length, but the last byte is another."""
    DROP = auto()
    """The connection closes before any answer."""


@dataclass
class Fault:
    """Strikes requests whose path matches ``path`` (as fnmatch does): ``times`` of them, after ``skip`` were spared."""

    path: str
    kind: Kind
    status: int = 500
    skip: int = 0
    times: int | None = None
    seen: int = field(default=0, init=False)

    def strikes(self, path: str) -> bool:
        """Tell whether the request at hand is struck, and count it."""
        if not fnmatchcase(path, self.path):
            return False
        self.seen += 1
        return self.seen > self.skip and (self.times is None or self.seen <= self.skip + self.times)

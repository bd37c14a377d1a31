"""The port through which everything is fetched."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from wherry.formats.simple_json import PageListing

__all__ = ["CredentialsMode", "Fetcher", "Hold", "Meter", "Request", "Response"]

CredentialsMode = Literal["omit", "same-origin", "include"]


class Hold:
    """Keeps a body from coming further than ``size`` bytes, or little more, until it is released."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.is_released = False
        self._waiting: list[Callable[[], object]] = []

    def release(self) -> None:
        """Let the body come."""
        self.is_released = True
        while self._waiting:
            self._waiting.pop()()

    def when_released(self, call: Callable[[], object]) -> None:
        """Call ``call`` once it is released, now if it is."""
        if self.is_released:
            call()
        else:
            self._waiting.append(call)


class Meter:
    """Tells how many bytes of a body have come so far; a fetcher that knows sets ``read``."""

    def __init__(self) -> None:
        self.read: Callable[[], int] = int


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be got.

    ``accept`` is the header of that name. ``secret_headers`` are for the origin of ``url`` alone, never for where a
    redirect leads; ``credentials`` is the option of JavaScript's ``fetch``. ``size`` is how many bytes the body has,
    where that is known, ``limit`` how many it may have. ``fresh`` goes past the HTTP cache; ``is_archive`` tells a file
    of perhaps megabytes, which can wait, from a page or metadata. A fetcher that can stop in the middle does so at
    ``limit`` and as ``hold`` says, and one that knows how much has come lets ``meter`` tell; others need not. One that
    repeats a request keeps in ``retries``, by URL, a sentence that says so, until there is an outcome.
    """

    url: str
    accept: str | None = None
    secret_headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    credentials: CredentialsMode | None = None
    size: int | None = None
    limit: int | None = None
    fresh: bool = False
    is_archive: bool = False
    hold: Hold | None = field(default=None, compare=False, repr=False)
    meter: Meter | None = field(default=None, compare=False, repr=False)
    retries: dict[str, str] | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Response:
    """An HTTP answer, whatever its status.

    ``url`` is where it came from after redirects, ``headers`` has names in lower case (and may lack those which a
    browser keeps to itself), ``body`` is all of it. ``attempts`` counts how often it was asked for. ``hashes`` are
    hexadecimal ones of the body, if the fetcher has computed any, and ``listing`` is what it has read of a page, whose
    ``body`` is empty then. With ``has_more``, the body was longer than :attr:`Request.limit`, and ``body`` is its
    beginning. ``note`` is a warning for the caller.
    """

    url: str
    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    attempts: int = 1
    hashes: Mapping[str, str] = field(default_factory=dict)
    listing: PageListing | None = field(default=None, compare=False)
    note: str = ""
    has_more: bool = False


class Fetcher(Protocol):
    """Gets things over HTTP. The browser's ``fetch`` is one."""

    async def fetch(self, request: Request) -> Response:
        """Get ``request.url`` and read the body to its end.

        Returns HTTP errors as responses. Raises :class:`~wherry.errors.IndexUnreachable` where no answer came, or not
        all of it.
        """
        ...

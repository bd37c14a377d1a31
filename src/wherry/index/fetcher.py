"""The port to the network: fetchers, requests and responses."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from wherry.formats.simple_json import PageListing

__all__ = ["CredentialsMode", "Fetcher", "Hold", "Meter", "Request", "Response"]

CredentialsMode = Literal["omit", "same-origin", "include"]


class Hold:
    """Stops a transfer after about ``size`` bytes until it is released."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.is_released = False
        self._waiting: list[Callable[[], object]] = []

    def release(self) -> None:
        """Continue the transfer."""
        self.is_released = True
        while self._waiting:
            self._waiting.pop()()

    def when_released(self, call: Callable[[], object]) -> None:
        """Call ``call`` on release, or now if released already."""
        if self.is_released:
            call()
        else:
            self._waiting.append(call)


class Meter:
    """Counts the received bytes of a body; a fetcher that knows the number sets ``read``."""

    def __init__(self) -> None:
        self.read: Callable[[], int] = int


@dataclass(frozen=True, slots=True)
class Request:
    """A GET request.

    ``accept`` is the header of that name. ``secret_headers`` are for the origin of ``url`` only, never for the target
    of a redirect; ``credentials`` is the option of JavaScript's ``fetch``. ``size`` is the number of bytes in the body
    if known, ``limit`` the maximum. ``fresh`` bypasses the HTTP cache. ``is_archive`` marks a file of perhaps
    megabytes, which can wait for pages and metadata. A fetcher stops reading at ``limit`` and at ``hold``, and reports
    to ``meter``, if it can. A fetcher that retries keeps a message under the URL in ``retries`` until the outcome.
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
    """An HTTP response of any status.

    ``url`` is the URL after redirects. ``headers`` has names in lower case, without those that a browser hides.
    ``body`` is the whole body. ``attempts`` is the number of requests made. ``hashes`` are hexadecimal digests of the
    body, if the fetcher has computed any. ``listing`` is a page that the fetcher has parsed; ``body`` is empty then.
    With ``has_more``, the body was longer than :attr:`Request.limit`, and ``body`` is its beginning. ``note`` is a
    warning for the caller.
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
    """The port for HTTP requests, such as the browser's ``fetch``."""

    async def fetch(self, request: Request) -> Response:
        """Request ``request.url`` and read the whole body.

        Returns HTTP errors as responses. Raises :class:`~wherry.errors.IndexUnreachable` for a missing or incomplete
        answer.
        """
        ...

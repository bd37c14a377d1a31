"""The port through which everything is fetched."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["Fetcher", "Response"]


@dataclass(frozen=True, slots=True)
class Response:
    """An HTTP answer, whatever its status.

    ``url`` is where it came from after redirects, ``headers`` has names in lower case, ``body`` is all of it.
    """

    url: str
    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


class Fetcher(Protocol):
    """Gets things over HTTP. The browser's ``fetch`` is one."""

    async def fetch(self, url: str, *, accept: str | None = None) -> Response:
        """Get ``url`` and read the body to its end.

        Returns HTTP errors as responses. Raises :class:`~wherry.errors.IndexUnreachable` where no answer came, or not
        all of it.
        """
        ...

"""A fetcher with outcomes that the test gives, one per request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wherry.index.failures import unreachable
from wherry.index.fetcher import Response

if TYPE_CHECKING:
    from collections.abc import Iterable

    from wherry.errors import UnreachableKind
    from wherry.index.fetcher import Request


class ScriptedFetcher:
    """A fetcher that answers with ``outcomes`` in order, then always with the last one; errors are raised.

    ``asked`` holds the requests.
    """

    def __init__(self, outcomes: Iterable[Response | Exception]) -> None:
        self.asked: list[Request] = []
        self._outcomes = list(outcomes)

    async def fetch(self, request: Request) -> Response:
        """Return or raise the next outcome."""
        self.asked.append(request)
        outcome = self._outcomes[min(len(self.asked), len(self._outcomes)) - 1]
        if isinstance(outcome, Exception):
            raise outcome
        return outcome


def status(code: int, **headers: str) -> Response:
    """Return an answer without a body; underscores in the names of headers stand for hyphens."""
    return Response(
        "https://index.example.org/", code, b"", {name.replace("_", "-"): text for name, text in headers.items()}
    )


def failing(kind: UnreachableKind) -> Exception:
    """Return the error of a fetch that got no answer."""
    return unreachable("https://index.example.org/", kind, "as written down")

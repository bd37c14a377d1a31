"""Take the files of Pyodide's distribution from its CDN where they are missing beside the runtime."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from wherry.errors import IndexUnavailable, IndexUnreachable
from wherry.index.failures import is_web_page, refused, unreachable

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Container

    from wherry.index.fetcher import Fetcher, Request, Response

__all__ = ["RelocatingFetcher"]

OK = 200


class RelocatingFetcher:
    """A fetcher that takes the files of the distribution that ``base`` lacks from ``cdn``; both end with a slash.

    ``members`` returns the names of these files. ``exists`` returns whether there is a file at a URL: a metadata file
    that is missing beside a wheel at ``base`` is not requested from the CDN.
    """

    def __init__(
        self,
        fetcher: Fetcher,
        base: str,
        cdn: str,
        *,
        members: Callable[[], Container[str]],
        exists: Callable[[str], Awaitable[bool]],
    ) -> None:
        self._fetcher = fetcher
        self._base = base
        self._cdn = cdn
        self._members = members
        self._exists = exists
        self._absent: dict[str, IndexUnavailable] = {}

    async def fetch(self, request: Request) -> Response:
        """Fetch; raise an :class:`~wherry.errors.IndexUnavailable` for a file that neither place has."""
        name = request.url.removeprefix(self._base)
        archive = name.removesuffix(".metadata")
        if name == request.url:
            return await self._fetcher.fetch(request)
        if archive not in self._absent:
            outcome = await self._try(request)
            problem = _problem(request, outcome)
            if problem is None or not await self._is_missing(name, archive):
                if isinstance(outcome, IndexUnavailable):
                    raise outcome
                return outcome
            self._absent[archive] = problem
        return await self._fetch_from_cdn(request, name, self._absent[archive])

    async def _is_missing(self, name: str, archive: str) -> bool:
        return archive in self._members() and (name == archive or not await self._exists(self._base + archive))

    async def _fetch_from_cdn(self, request: Request, name: str, absent: IndexUnavailable) -> Response:
        # The credentials belong to the origin of the base.
        elsewhere = replace(request, url=self._cdn + name, secret_headers={}, credentials=None)
        outcome = await self._try(elsewhere)
        problem = _problem(elsewhere, outcome)
        if problem is None:
            if isinstance(outcome, IndexUnavailable):
                raise outcome
            note = f"Pyodide's own packages are missing at {self._base}: took them from its CDN, {self._cdn}"
            return replace(outcome, note=note)
        problem.hint = f"it is also missing at {self._base} ({absent.reason})"
        raise problem

    async def _try(self, request: Request) -> Response | IndexUnavailable:
        try:
            return await self._fetcher.fetch(request)
        except IndexUnavailable as error:
            return error


def _problem(request: Request, outcome: Response | IndexUnavailable) -> IndexUnavailable | None:
    """Return the reason why ``outcome`` is not the file; ``None`` if the computer is offline, where no place helps."""
    if isinstance(outcome, IndexUnavailable):
        return None if isinstance(outcome, IndexUnreachable) and outcome.kind == "offline" else outcome
    if is_web_page(outcome):
        return unreachable(request.url, "portal", "got a web page instead")
    return refused(request.url, outcome) if outcome.status != OK else None

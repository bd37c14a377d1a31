"""Redirects, and the options of ``fetch``: the same whether JavaScript or Python follows a transfer."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Protocol

from wherry.formats.urls import file_location, origin
from wherry.index.failures import unreachable
from wherry.runtime.local_files import is_local, respond

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wherry.index.fetcher import Request, Response

__all__ = ["Transfer", "fetch_by", "fetch_options", "refuse_hidden_redirect"]

REDIRECTS = frozenset({301, 302, 303, 307, 308})
MAX_REDIRECTS = 20  # as in https://fetch.spec.whatwg.org/#http-redirect-fetch


class Transfer(Protocol):
    """Makes one request to ``url`` with the secret ``headers``. ``redirect`` is the option of ``fetch``."""

    async def __call__(
        self, request: Request, url: str, headers: Mapping[str, str], redirect: str = "follow", /
    ) -> Response:
        """Raise :class:`~wherry.errors.IndexUnreachable`."""
        ...


async def fetch_by(transfer: Transfer, request: Request) -> Response:
    """Get ``request.url`` by ``transfer``, or a local file; raises :class:`~wherry.errors.IndexUnreachable`.

    ``fetch`` itself removes ``Authorization`` if a redirect leaves the origin, but no other header. So redirects of
    requests with other secret headers are followed here.
    """
    if is_local(request.url):
        return respond(request.url, request.limit)
    headers = request.secret_headers
    if all(name.lower() == "authorization" for name in headers):
        return await transfer(request, request.url, headers)
    url = request.url
    for _ in range(MAX_REDIRECTS):
        response = await transfer(request, url, headers, "manual")
        if response.status not in REDIRECTS or not (location := response.headers.get("location")):
            return response
        try:
            url = file_location(location, url, page_url=url)
        except ValueError as error:
            raise unreachable(url, "unknown", f"its redirect is invalid: {error}") from error
        if origin(url) != origin(request.url):
            headers = {}
    raise unreachable(request.url, "portal", f"it redirects more than {MAX_REDIRECTS} times")


def refuse_hidden_redirect(url: str, response_type: str) -> None:
    """Raise :class:`~wherry.errors.IndexUnreachable` for a redirect whose target the browser hides."""
    if response_type == "opaqueredirect":
        reason = "it redirects, and a browser would pass on the headers of this index; use Authorization instead"
        raise unreachable(url, "cors", reason)


def fetch_options(request: Request, headers: Mapping[str, str], redirect: str = "follow") -> str:
    """Return the options of ``fetch`` as JSON."""
    accept = {} if request.accept is None else {"Accept": request.accept}
    options: dict[str, object] = {"redirect": redirect, "headers": {**headers, **accept}}
    if request.fresh:
        options["cache"] = "reload"
    if request.credentials is not None:
        options["credentials"] = request.credentials
    return json.dumps(options)

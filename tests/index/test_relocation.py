"""Files of the distribution that are missing beside the runtime."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from wherry.errors import IndexUnavailable, IndexUnreachable, RefusedByIndex
from wherry.index.failures import unreachable
from wherry.index.fetcher import Request, Response
from wherry.index.relocation import RelocatingFetcher

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wherry.errors import UnreachableKind

BASE = "http://127.0.0.1:1/pyodide/"
CDN = "https://cdn.example.org/full/"
WHEEL = "app-1-py3-none-any.whl"
LIBRARY = "libapp-1.zip"
PAGE = Response("", 200, b"<!doctype html>", headers={"content-type": "text/html; charset=utf-8"})


@dataclass
class Hosts:
    """Answers with ``files`` by URL (content, a status, a response or a kind of failure); with 404 for other URLs."""

    files: Mapping[str, bytes | int | UnreachableKind | Response]
    asked: list[Request] = field(default_factory=list)

    async def fetch(self, request: Request) -> Response:
        """Answer."""
        self.asked.append(request)
        found = self.files.get(request.url, 404)
        if isinstance(found, str):
            raise unreachable(request.url, found, "as written down")
        if isinstance(found, Response):
            return found
        return Response(request.url, *((found, b"") if isinstance(found, int) else (200, found)))

    async def exists(self, url: str) -> bool:
        """Return whether there is a file."""
        return isinstance(self.files.get(url), bytes)

    @property
    def urls(self) -> list[str]:
        """The requested URLs, in order."""
        return [request.url for request in self.asked]


def relocating(hosts: Hosts) -> RelocatingFetcher:
    return RelocatingFetcher(hosts, BASE, CDN, members=lambda: {WHEEL, LIBRARY}, exists=hosts.exists)


@pytest.mark.parametrize("name", [WHEEL, LIBRARY])
async def test_a_file_beside_the_runtime_is_taken_from_there(name: str) -> None:
    hosts = Hosts({BASE + name: b"here", CDN + name: b"there"})
    response = await relocating(hosts).fetch(Request(BASE + name))
    assert (response.body, response.note, hosts.urls) == (b"here", "", [BASE + name])


@pytest.mark.parametrize("absence", [404, 403, 410, 500, PAGE, "refused", "unknown"])
@pytest.mark.parametrize("name", [WHEEL, LIBRARY, f"{WHEEL}.metadata"])
async def test_a_missing_file_comes_from_the_cdn_with_a_note(
    absence: int | Response | UnreachableKind, name: str
) -> None:
    hosts = Hosts({BASE + name: absence, CDN + name: b"there"})
    response = await relocating(hosts).fetch(Request(BASE + name))
    assert response.body == b"there"
    assert response.note == f"Pyodide's own packages are missing at {BASE}: took them from its CDN, {CDN}"


async def test_a_missing_wheel_is_not_requested_again_beside_the_runtime() -> None:
    hosts = Hosts({CDN + WHEEL: b"there", f"{CDN}{WHEEL}.metadata": b"beside"})
    fetcher = relocating(hosts)
    await fetcher.fetch(Request(BASE + WHEEL))
    await fetcher.fetch(Request(f"{BASE}{WHEEL}.metadata"))
    assert hosts.urls == [BASE + WHEEL, CDN + WHEEL, f"{CDN}{WHEEL}.metadata"]


async def test_metadata_missing_beside_a_wheel_is_not_requested_from_the_cdn() -> None:
    hosts = Hosts({BASE + WHEEL: b"here", f"{CDN}{WHEEL}.metadata": b"beside"})
    response = await relocating(hosts).fetch(Request(f"{BASE}{WHEEL}.metadata"))
    assert (response.status, hosts.urls) == (404, [f"{BASE}{WHEEL}.metadata"])


@pytest.mark.parametrize(
    "url", [f"{BASE}other-1-py3-none-any.whl", f"{BASE}simple/app/", "http://127.0.0.1:1/" + WHEEL]
)
async def test_only_files_of_the_distribution_are_requested_from_the_cdn(url: str) -> None:
    hosts = Hosts({})
    response = await relocating(hosts).fetch(Request(url))
    assert (response.status, hosts.urls) == (404, [url])


async def test_the_cdn_gets_the_request_without_credentials() -> None:
    hosts = Hosts({CDN + WHEEL: b"there"})
    request = Request(BASE + WHEEL, secret_headers={"Authorization": "x"}, credentials="include", is_archive=True)
    await relocating(hosts).fetch(request)
    assert hosts.asked == [request, Request(CDN + WHEEL, is_archive=True)]


async def test_an_error_names_both_places() -> None:
    hosts = Hosts({BASE + WHEEL: PAGE, CDN + WHEEL: "unknown"})
    with pytest.raises(IndexUnreachable) as raised:
        await relocating(hosts).fetch(Request(BASE + WHEEL))
    assert str(raised.value) == (
        f"No answer from {CDN}{WHEEL}: as written down; it is also missing at {BASE} (got a web page instead)"
    )


@pytest.mark.parametrize("status", [404, 503])
async def test_an_error_of_the_cdn_is_raised(status: int) -> None:
    hosts = Hosts({CDN + WHEEL: status})
    with pytest.raises(RefusedByIndex, match=f"HTTP status {status}; it is also missing at {BASE}") as raised:
        await relocating(hosts).fetch(Request(BASE + WHEEL))
    assert raised.value.url == CDN + WHEEL


async def test_a_web_page_of_the_cdn_is_an_error() -> None:
    with pytest.raises(IndexUnavailable, match="got a web page instead"):
        await relocating(Hosts({CDN + WHEEL: PAGE})).fetch(Request(BASE + WHEEL))


async def test_an_offline_computer_is_the_reported_cause() -> None:
    with pytest.raises(IndexUnreachable, match="this computer seems to be offline"):
        await relocating(Hosts({CDN + WHEEL: "offline"})).fetch(Request(BASE + WHEEL))


async def test_the_cdn_is_not_tried_offline() -> None:
    hosts = Hosts({BASE + WHEEL: "offline", CDN + WHEEL: b"there"})
    with pytest.raises(IndexUnreachable):
        await relocating(hosts).fetch(Request(BASE + WHEEL))
    assert hosts.urls == [BASE + WHEEL]

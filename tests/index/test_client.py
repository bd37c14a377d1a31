from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from packaging.utils import canonicalize_name

from tests.harness.index_files import IndexFile, make_wheel
from tests.harness.memory_fetcher import HTML_URL, JSON_URL, MemoryFetcher
from wherry.errors import (
    IndexUnreachable,
    IntegrityError,
    InvalidIndexPage,
    InvalidMetadata,
    InvalidWheel,
    RefusedByIndex,
)
from wherry.index.cache import MemoryCache, NoCache
from wherry.index.client import IndexClient
from wherry.index.fetcher import Response
from wherry.model.core_metadata import CoreMetadata

if TYPE_CHECKING:
    from collections.abc import Sequence

    from wherry.model.project import ProjectFile

A = canonicalize_name("a")
WHEEL = make_wheel("a", "1", requires=["b"])


def client(fetcher: MemoryFetcher, *index_urls: str, cache: MemoryCache | None = None) -> IndexClient:
    return IndexClient(fetcher, cache or NoCache(), index_urls or [JSON_URL])


async def only_file(index: IndexClient) -> ProjectFile:
    page = await index.page(A)
    assert page is not None
    return page.files[0]


def answered(url: str, status: int = 200, body: bytes = b"", content_type: str = "text/html") -> dict[str, Response]:
    return {url: Response(url, status, body, {"content-type": content_type})}


@pytest.mark.parametrize("url", [JSON_URL, HTML_URL, JSON_URL.rstrip("/")])
async def test_reads_either_form_of_the_simple_api(url: str) -> None:
    async with client(MemoryFetcher([WHEEL]), url) as index:
        file = await only_file(index)
        assert file.filename == WHEEL.filename
        assert await index.archive(file) == WHEEL.content


async def test_the_first_index_that_has_a_project_has_it_alone() -> None:
    first = "https://first.example.org/simple/"
    empty = answered(f"{first}a/", 404)
    fetcher = MemoryFetcher([WHEEL], instead=empty)
    async with client(fetcher, first, JSON_URL) as index:
        assert (await only_file(index)).url.startswith("https://index.example.org/")
    async with client(fetcher, JSON_URL, first) as index:
        await only_file(index)
    assert fetcher.requests[f"{first}a/"] == 1


async def test_what_no_index_has_is_none() -> None:
    async with client(MemoryFetcher([])) as index:
        assert await index.page(A) is None


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (answered(f"{JSON_URL}a/", 500), RefusedByIndex),
        (answered(f"{JSON_URL}a/", 403), RefusedByIndex),
        (answered(f"{JSON_URL}a/", body=b"<html><h1>Sign in</h1></html>"), InvalidIndexPage),
        (answered(f"{JSON_URL}a/", body=b"{}", content_type="application/json"), InvalidIndexPage),
    ],
)
async def test_a_page_that_is_none_is_an_error_of_its_own(answer: dict[str, Response], error: type[Exception]) -> None:
    async with client(MemoryFetcher([], instead=answer)) as index:
        with pytest.raises(error):
            await index.page(A)


async def test_a_dead_index_is_unreachable_not_empty() -> None:
    async with client(MemoryFetcher([]), "https://dead.example.org/") as index:
        with pytest.raises(IndexUnreachable):
            await index.page(A)


@pytest.mark.parametrize(("url", "requests"), [(JSON_URL, 3), (HTML_URL, 2)])
async def test_metadata_comes_from_its_own_file_or_the_wheel_and_nothing_is_fetched_twice(
    url: str, requests: int
) -> None:
    fetcher = MemoryFetcher([WHEEL])
    async with client(fetcher, url) as index:
        file = await only_file(index)
        found = await asyncio.gather(index.metadata(file), index.archive(file), index.metadata(file))
        await index.archive(file)
        await only_file(index)
        assert isinstance(found[0], CoreMetadata)
        assert [str(requirement) for requirement in found[0].requires_dist] == ["b"]
        assert index.requests == requests
    assert set(fetcher.requests.values()) == {1}


@pytest.mark.parametrize(
    ("files", "url", "error"),
    [
        ([IndexFile("a-2-py3-none-any.whl", WHEEL.content)], JSON_URL, InvalidMetadata),
        ([IndexFile("a-2-py3-none-any.whl", WHEEL.content)], HTML_URL, InvalidWheel),
    ],
)
async def test_broken_metadata_is_an_answer(files: Sequence[IndexFile], url: str, error: type[Exception]) -> None:
    async with client(MemoryFetcher(files), url) as index:
        assert isinstance(await index.metadata(await only_file(index)), error)


async def test_a_cache_saves_the_fetch_and_is_never_trusted() -> None:
    cache = MemoryCache()
    fetcher = MemoryFetcher([WHEEL])
    async with client(fetcher, cache=cache) as index:
        await index.archive(await only_file(index))
    async with client(fetcher, cache=cache) as index:
        file = await only_file(index)
        assert await index.archive(file) == WHEEL.content
    assert fetcher.requests[file.url] == 1
    await cache.put(f"sha256:{WHEEL.sha256}", b"spoilt")
    async with client(fetcher, cache=cache) as index:
        assert await index.archive(await only_file(index)) == WHEEL.content
    assert fetcher.requests[file.url] == 2


async def test_an_archive_that_is_not_what_was_promised_is_refused() -> None:
    async with client(MemoryFetcher([WHEEL])) as honest:
        file = await only_file(honest)
    for url in (file.url, file.metadata_url):
        async with client(MemoryFetcher([WHEEL], instead=answered(url, body=b"other bytes"))) as index:
            with pytest.raises(IntegrityError) as caught:
                await (index.archive(file) if url == file.url else index.metadata(file))
            assert caught.value.subject == url

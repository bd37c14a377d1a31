from __future__ import annotations

import asyncio
import hashlib
import io
import zipfile
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from packaging.utils import canonicalize_name

from tests.harness.index_files import IndexFile, make_wheel
from tests.harness.index_pages import file_path
from tests.harness.memory_fetcher import HOST, HTML_URL, JSON_URL, MemoryFetcher
from tests.harness.scripted_fetcher import ScriptedFetcher
from wherry.errors import (
    AnswerTooLarge,
    IndexUnavailable,
    IndexUnreachable,
    IntegrityError,
    InvalidIndexPage,
    InvalidMetadata,
    InvalidWheel,
    RefusedByIndex,
    WherryError,
)
from wherry.index.cache import MemoryCache, NoCache
from wherry.index.client import IndexClient
from wherry.index.fetcher import Response
from wherry.index.network import Network
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
async def test_reads_both_forms_of_the_simple_api(url: str) -> None:
    async with client(MemoryFetcher([WHEEL]), url) as index:
        file = await only_file(index)
        assert file.filename == WHEEL.filename
        assert await index.archive(file) == WHEEL.content


async def test_a_project_comes_from_the_first_index_that_has_it() -> None:
    first = "https://first.example.org/simple/"
    empty = answered(f"{first}a/", 404)
    fetcher = MemoryFetcher([WHEEL], instead=empty)
    async with client(fetcher, first, JSON_URL) as index:
        assert (await only_file(index)).url.startswith("https://index.example.org/")
    async with client(fetcher, JSON_URL, first) as index:
        await only_file(index)
    assert fetcher.requests[f"{first}a/"] == 1


async def test_a_project_on_no_index_has_no_page() -> None:
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
async def test_an_invalid_page_is_an_error(answer: dict[str, Response], error: type[Exception]) -> None:
    async with client(MemoryFetcher([], instead=answer)) as index:
        with pytest.raises(error):
            await index.page(A)


async def test_an_index_that_does_not_answer_is_unreachable() -> None:
    async with client(MemoryFetcher([]), "https://dead.example.org/") as index:
        with pytest.raises(IndexUnreachable):
            await index.page(A)


@pytest.mark.parametrize(("url", "requests"), [(JSON_URL, 3), (HTML_URL, 2)])
async def test_metadata_comes_from_its_file_or_the_wheel_without_fetching_twice(url: str, requests: int) -> None:
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
async def test_broken_metadata_is_returned_as_an_error(
    files: Sequence[IndexFile], url: str, error: type[Exception]
) -> None:
    async with client(MemoryFetcher(files), url) as index:
        assert isinstance(await index.metadata(await only_file(index)), error)


async def test_all_problems_of_a_wheel_named_by_the_caller_are_reported() -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as wheel:
        wheel.writestr("a-1.dist-info/METADATA", "Metadata-Version: 2.1\nName: b\nVersion: 1\n")
        wheel.writestr("a-1.dist-info/WHEEL", "Wheel-Version: 1.0\nTag: py2-none-any\n")
    async with client(MemoryFetcher([IndexFile("a-1-py3-none-any.whl", archive.getvalue())]), HTML_URL) as index:
        error = await index.metadata(replace(await only_file(index), absent=""))
    assert isinstance(error, InvalidWheel)
    assert [problem.split()[0] for problem in error.problems] == ["METADATA", "WHEEL", "a-1.dist-info/RECORD"]


async def test_an_error_names_both_places_of_a_missing_file() -> None:
    async with client(MemoryFetcher([WHEEL])) as index:
        file = replace(
            await only_file(index), url=JSON_URL.replace("json/", "files/a.whl"), absent="/home/a.whl", hashes={}
        )
        with pytest.raises(
            IndexUnavailable, match=r"a\.whl .*; /home/a\.whl is not in Pyodide's file system either: put"
        ):
            await index.archive(file)


async def test_a_cache_saves_requests_and_is_never_trusted() -> None:
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


SMALL = Network(max_page_size=20, max_metadata_size=20, max_archive_size=20)


@pytest.mark.parametrize(("url", "asked"), [(JSON_URL, "page"), (JSON_URL, "metadata"), (HTML_URL, "archive")])
async def test_limits_apply_to_the_answers_of_any_fetcher(url: str, asked: str) -> None:
    fetcher = MemoryFetcher([WHEEL])
    async with client(fetcher, url) as index:
        file = await only_file(index)
    fetcher.requests.clear()
    async with IndexClient(fetcher, NoCache(), [url], network=SMALL) as index:
        with pytest.raises(AnswerTooLarge) as caught:
            await (index.page(A) if asked == "page" else getattr(index, asked)(file))
    assert caught.value.limit == 20
    assert set(fetcher.requests.values()) == {1}


async def test_an_archive_announced_above_the_limit_is_not_requested() -> None:
    fetcher = MemoryFetcher([WHEEL])
    async with client(fetcher) as index:
        file = await only_file(index)
    async with IndexClient(fetcher, NoCache(), [JSON_URL], network=SMALL) as index:
        with pytest.raises(AnswerTooLarge, match=r"794 B are announced, more than 20 B; to accept"):
            await index.archive(file)
    assert file.url not in fetcher.requests


async def test_the_announced_size_limits_an_archive_even_without_a_limit() -> None:
    fetcher = MemoryFetcher([WHEEL])
    async with IndexClient(fetcher, NoCache(), [JSON_URL], network=Network(max_archive_size=None)) as index:
        await index.archive(await only_file(index))
    assert fetcher.asked[-1].limit == len(WHEEL.content)


async def test_an_answer_that_exceeds_memory_is_too_large() -> None:
    async with IndexClient(ScriptedFetcher([MemoryError()]), NoCache(), [JSON_URL]) as index:
        with pytest.raises(AnswerTooLarge, match="it does not fit into memory"):
            await index.page(A)


async def test_limits_apply_to_cached_content() -> None:
    cache, fetcher = MemoryCache(), MemoryFetcher([WHEEL])
    async with client(fetcher, cache=cache) as index:
        file = await only_file(index)
        await index.metadata(file)
    async with IndexClient(fetcher, cache, [JSON_URL], network=SMALL) as index:
        with pytest.raises(AnswerTooLarge):
            await index.metadata(file)


async def test_files_with_a_wrong_hash_are_refused() -> None:
    async with client(MemoryFetcher([WHEEL])) as honest:
        file = await only_file(honest)
    for url in (file.url, file.metadata_url):
        async with client(MemoryFetcher([WHEEL], instead=answered(url, body=b"other bytes"))) as index:
            with pytest.raises(IntegrityError) as caught:
                await (index.archive(file) if url == file.url else index.metadata(file))
            assert caught.value.subject == url


MIRROR = "mirror.example.org"
MIRROR_URL = f"https://{MIRROR}/json/"
SPOILT = make_wheel("a", "1", files={"a.py": "spoilt"})


async def asked_twice(answer: Response) -> tuple[MemoryFetcher, Exception]:
    """Request a wheel whose URL always gives ``answer``; return the fetcher and the error."""
    async with client(MemoryFetcher([WHEEL])) as honest:
        file = await only_file(honest)
    fetcher = MemoryFetcher([WHEEL], instead={file.url: answer})
    async with client(fetcher) as index:
        with pytest.raises(WherryError) as caught:
            await index.archive(file)
    assert [request.fresh for request in fetcher.asked if request.url == file.url] == [False, True]
    return fetcher, caught.value


async def test_a_wrong_hash_is_retried_without_the_http_cache() -> None:
    _, error = await asked_twice(Response("", 200, SPOILT.content))
    assert isinstance(error, IntegrityError)


async def test_a_web_page_instead_of_a_wheel_is_a_portal() -> None:
    html = {"content-type": "text/html; charset=utf-8"}
    page = Response("https://portal.example.org/", 200, b"\n<html>Sign in", html)
    _, error = await asked_twice(page)
    assert isinstance(error, IndexUnreachable)
    assert error.kind == "portal"
    assert "https://portal.example.org/" in str(error)


async def test_an_invalid_page_is_retried_without_the_http_cache() -> None:
    fetcher = MemoryFetcher([], instead=answered(f"{JSON_URL}a/", body=b"<html>Sign in</html>"))
    async with client(fetcher) as index:
        with pytest.raises(InvalidIndexPage, match="sign in"):
            await index.page(A)
    assert [request.fresh for request in fetcher.asked] == [False, True]


async def test_a_wheel_served_as_html_is_accepted() -> None:
    async with client(MemoryFetcher([WHEEL])) as honest:
        file = await only_file(honest)
    answer = answered(file.url, body=WHEEL.content, content_type="text/html")
    async with client(MemoryFetcher([WHEEL], instead=answer)) as index:
        assert await index.archive(file) == WHEEL.content


FAILURES = {
    "gone": (404, b""),
    "failing": (500, b""),
    "forbidden": (403, b""),
    "spoilt": (200, SPOILT.content),
    "a portal": (200, b"<html>"),
}


@pytest.mark.parametrize(
    "instead",
    [
        Response("", 404, b"not found", {"content-type": "text/plain"}),
        Response("", 410, b"gone", {"content-type": "text/plain"}),
        Response("", 403, b"denied", {"content-type": "application/xml"}),
        Response("", 200, b"<html>no such file</html>", {"content-type": "text/html"}),
        Response("", 200, b"<html>no such file</html>", {"content-type": "application/octet-stream"}),
    ],
    ids=["404", "410", "403", "a page", "a page that calls itself a file"],
)
async def test_metadata_comes_from_the_wheel_if_its_file_is_missing(instead: Response) -> None:
    url = f"https://{HOST}{file_path(WHEEL)}"
    fetcher = MemoryFetcher([WHEEL], instead={f"{url}.metadata": instead})
    async with client(fetcher) as index:
        file = replace(await only_file(index), metadata_hashes={})
        metadata = await index.metadata(file)
        assert isinstance(metadata, CoreMetadata)
        assert [str(requirement) for requirement in metadata.requires_dist] == ["b"]
        assert await index.archive(file) == WHEEL.content
    assert fetcher.requests[url] == 1


async def test_unreadable_metadata_with_a_right_hash_is_broken() -> None:
    broken = b"<html>no such file</html>"
    url = f"https://{HOST}{file_path(WHEEL)}"
    answer = Response(url, 200, broken, {"content-type": "application/octet-stream"})
    async with client(MemoryFetcher([WHEEL], instead={f"{url}.metadata": answer})) as index:
        hashes = {"sha256": hashlib.sha256(broken).hexdigest()}
        assert isinstance(
            await index.metadata(replace(await only_file(index), metadata_hashes=hashes)), InvalidMetadata
        )


@pytest.mark.parametrize("failure", FAILURES)
@pytest.mark.parametrize("part", ["archive", "metadata"])
async def test_a_file_that_fails_is_taken_from_another_index_with_the_same_hash(failure: str, part: str) -> None:
    async with client(MemoryFetcher([WHEEL])) as honest:
        file = await only_file(honest)
    code, body = FAILURES[failure]
    broken = answered(file.url if part == "archive" else file.metadata_url, code, body)
    fetcher = MemoryFetcher([WHEEL], instead=broken, elsewhere={MIRROR: [WHEEL]})
    async with client(fetcher, JSON_URL, MIRROR_URL) as index:
        assert await index.archive(await only_file(index)) == WHEEL.content
        assert isinstance(await index.metadata(await only_file(index)), CoreMetadata)
    assert fetcher.requests[f"{JSON_URL}a/"] == fetcher.requests[f"{MIRROR_URL}a/"] == 1


@pytest.mark.parametrize(
    ("there", "url"),
    [
        ([SPOILT], MIRROR_URL),
        ([], MIRROR_URL),
        ([WHEEL], f"https://{MIRROR}/html/"),
        ([WHEEL], "https://dead.example.org/json/"),
        ([WHEEL], f"other @ {MIRROR_URL}"),
    ],
    ids=["other bytes", "no file", "no hash", "no answer", "an index for other projects"],
)
async def test_no_other_file_is_taken_and_the_first_failure_is_raised(there: Sequence[IndexFile], url: str) -> None:
    async with client(MemoryFetcher([WHEEL])) as honest:
        file = await only_file(honest)
    fetcher = MemoryFetcher([WHEEL], instead=answered(file.url, 404), elsewhere={MIRROR: there})
    async with client(fetcher, JSON_URL, url) as index:
        with pytest.raises(RefusedByIndex, match="404") as caught:
            await index.archive(file)
        assert caught.value.url == file.url


async def test_a_file_without_a_hash_is_not_taken_from_another_index() -> None:
    async with client(MemoryFetcher([WHEEL]), HTML_URL) as honest:
        file = await only_file(honest)
    fetcher = MemoryFetcher([WHEEL], instead=answered(file.url, 404), elsewhere={MIRROR: [WHEEL]})
    async with client(fetcher, HTML_URL, MIRROR_URL) as index:
        with pytest.raises(RefusedByIndex):
            await index.archive(file)
    assert fetcher.requests.keys() == {file.url}


async def test_a_reserved_project_is_requested_from_no_other_index() -> None:
    async with client(MemoryFetcher([WHEEL])) as honest:
        file = await only_file(honest)
    fetcher = MemoryFetcher([WHEEL], instead=answered(file.url, 404), elsewhere={MIRROR: [WHEEL]})
    async with client(fetcher, f"a @ {JSON_URL}", MIRROR_URL) as index:
        with pytest.raises(RefusedByIndex):
            await index.archive(file)
    assert fetcher.pages_asked_for() == {f"{JSON_URL}a/"}


async def test_a_file_with_a_weak_hash_is_verified_and_not_cached() -> None:
    cache = MemoryCache()
    async with client(MemoryFetcher([WHEEL]), cache=cache) as index:
        file = replace(await only_file(index), hashes={"md5": "0"})
        with pytest.raises(IntegrityError, match="expected md5 0, got md5"):
            await index.archive(file)
    async with client(MemoryFetcher([WHEEL]), cache=cache) as index:
        right = hashlib.md5(WHEEL.content, usedforsecurity=False).hexdigest()
        assert await index.archive(replace(file, hashes={"md5": right})) == WHEEL.content
    assert await cache.get(f"md5:{right}") is None


async def test_credentials_go_to_their_index_only() -> None:
    page = Response("", 404, b"")
    fetcher = MemoryFetcher([], instead={f"{JSON_URL}a/": page}, elsewhere={MIRROR: [WHEEL]})
    async with client(fetcher, "https://user:s3cr3t@index.example.org/json/", MIRROR_URL) as index:
        await index.archive(await only_file(index))
        assert "s3cr3t" not in repr(index.index_urls)
    told = {request.url.split("/")[2] for request in fetcher.asked if request.secret_headers}
    assert told == {"index.example.org"}
    assert {request.url.split("/")[2] for request in fetcher.asked} == {"index.example.org", MIRROR}

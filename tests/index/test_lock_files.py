"""Reading the locks that a caller gives, and completing the files of a new one."""

from __future__ import annotations

import base64
import hashlib
import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

from tests.harness.index_files import make_wheel
from tests.harness.locks import lock_file, lock_text, package_table, url_of, wheel_table
from tests.harness.memory_fetcher import MemoryFetcher
from wherry.errors import AnswerTooLarge, IndexUnavailable, IntegrityError, InvalidLock, InvalidRequirement
from wherry.index.cache import NoCache
from wherry.index.client import IndexClient
from wherry.index.documents import Document, DocumentReader
from wherry.index.fetcher import Response
from wherry.index.lock_files import GivenLock, ReadLock, open_lock, with_hashes
from wherry.model.project import ProjectFile
from wherry.resolution.locks.lock import Lock

LIB = make_wheel("lib", "1")
TEXT = lock_text(LIB)
URL = "https://example.org/app/pylock.toml"


async def opened(given: Any, *, answer: Response | None = None, limit: int | None = None) -> ReadLock:
    fetcher = MemoryFetcher([], instead={URL: answer or Response(URL, 200, TEXT.encode())})
    reader = DocumentReader(fetcher, (), lambda place: (URL if "://" not in place else place, ""), limit)
    return await open_lock(given, reader.read)


async def test_a_text_has_no_address() -> None:
    read = await opened(TEXT)
    assert (read.file.name, read.file.location, read.file.text) == ("the given lock", "", TEXT)
    assert [package.name for package in read.file.content.packages] == ["lib"]
    assert read.given == GivenLock(lock=TEXT)


async def test_a_lock_by_its_address_has_the_address_after_redirects() -> None:
    read = await opened(URL, answer=Response(f"{URL}?moved", 200, TEXT.encode()))
    assert (read.file.name, read.file.location) == (URL, f"{URL}?moved")


async def test_a_path_is_no_text() -> None:
    fetcher = MemoryFetcher([], instead={"a/pylock.toml": Response("a/pylock.toml", 200, TEXT.encode())})
    reader = DocumentReader(fetcher, (), lambda place: (f"emfs:/home/{place}", ""))
    for given in ("a/pylock.toml", Path("a/pylock.toml")):
        read = await open_lock(given, reader.read)
        assert (read.file.name, read.file.location) == ("a/pylock.toml", "a/pylock.toml")


@pytest.mark.parametrize(
    "content", [TEXT.encode(), b"\xef\xbb\xbf" + TEXT.encode(), TEXT.replace("\n", "\r\n").encode()]
)
async def test_a_file_may_begin_with_a_byte_order_mark_and_have_other_line_ends(content: bytes) -> None:
    read = await opened(URL, answer=Response(URL, 200, content))
    assert read.file.content == lock_file(LIB).content


async def test_a_file_that_is_no_text_is_refused() -> None:
    with pytest.raises(InvalidLock) as caught:
        await opened(URL, answer=Response(URL, 200, b"\xff"))
    assert str(caught.value) == f"{URL}: it is not text in UTF-8: invalid start byte"


async def test_a_file_above_the_limit_is_refused() -> None:
    with pytest.raises(AnswerTooLarge, match=r"Network\(max_metadata_size=…\)"):
        await opened(URL, limit=len(TEXT) - 1)
    assert (await opened(URL, limit=len(TEXT))).warnings == ()


async def test_a_missing_file_is_an_error_of_its_address() -> None:
    with pytest.raises(IndexUnavailable, match="404"):
        await opened(URL, answer=Response(URL, 404, b""))


@pytest.mark.parametrize("given", [None, 1, b"x", ["pylock.toml"], {"lock": "x"}])
async def test_anything_else_is_no_lock(given: object) -> None:
    with pytest.raises(InvalidRequirement, match="give the text of a lock, its path or its URL"):
        await opened(given)


async def test_a_lock_that_was_made_is_used_as_it_is() -> None:
    made = Lock(lock_file(LIB))
    assert (await opened(made)) == ReadLock(made.file)


@pytest.mark.parametrize("text", ["", "  ", "# nothing", "no lock"])
async def test_a_text_with_a_location_and_an_empty_one_are_no_addresses(text: str) -> None:
    with pytest.raises(InvalidLock):
        await opened(GivenLock(lock=text, location=URL))
    if not text.strip():
        with pytest.raises(InvalidLock, match="it has no lock-version"):
            await opened(text)


async def test_a_note_about_the_lock_is_a_warning() -> None:
    assert (await opened(GivenLock(lock=TEXT, location=URL, note="kept"))).warnings == ("kept",)


async def test_the_location_is_the_name_in_messages() -> None:
    read = await opened(GivenLock(lock=TEXT, location=URL))
    assert (read.file.name, read.file.location) == (URL, URL)


def integrity_of(content: bytes) -> str:
    return f"sha256-{base64.b64encode(hashlib.sha256(content).digest()).decode()}"


@pytest.mark.parametrize("lock", [TEXT, URL])
async def test_a_lock_with_the_given_hash_is_read_and_another_is_refused(lock: str) -> None:
    read = await opened(GivenLock(lock=lock, integrity=integrity_of(TEXT.encode())))
    assert read.file.text == TEXT
    with pytest.raises(
        IntegrityError, match=r"does not match its integrity in attach\(\): expected sha256-.*=, got sha256-"
    ):
        await opened(GivenLock(lock=lock, integrity=integrity_of(b"another lock")))


@pytest.mark.parametrize("document", [json.dumps(tomllib.loads(TEXT)), "no JSON", "[" * 999, ""])
async def test_a_parsed_document_gives_the_same_lock_as_its_text(document: str) -> None:
    read = await opened(GivenLock(lock=TEXT, document_json=document))
    assert read.file.content == lock_file(LIB).content


@pytest.mark.parametrize("document", ["null", "[]", "1", "{}", json.dumps({"lock-version": "1.0"})])
async def test_a_parsed_document_that_is_no_lock_is_refused(document: str) -> None:
    with pytest.raises(InvalidLock):
        await opened(GivenLock(lock=TEXT, document_json=document))


async def test_a_fault_in_a_parsed_document_has_the_line_of_the_text() -> None:
    text = lock_text(package_table(LIB, wheels=[wheel_table(LIB, hashes={})]))
    with pytest.raises(InvalidLock) as caught:
        await opened(GivenLock(lock=text, document_json=json.dumps(tomllib.loads(text))))
    assert (caught.value.line, caught.value.entry) == (4, "packages[0] (lib)")


def files(*hashes: dict[str, str]) -> list[ProjectFile]:
    return [ProjectFile(LIB.filename, url_of(LIB), one) for one in hashes]


async def test_only_files_without_a_strong_hash_are_downloaded() -> None:
    fetcher = MemoryFetcher([LIB])
    md5 = hashlib.md5(LIB.content, usedforsecurity=False).hexdigest()
    async with IndexClient(fetcher, NoCache(), []) as index:
        assert await with_hashes(files({"sha256": "00"}, {"sha512": "00"}), index) == {}
        assert not fetcher.requests
        found = await with_hashes(files({"md5": md5}), index)
    (file,) = found.values()
    assert found.keys() == {url_of(LIB)}
    assert (file.hashes, file.size) == ({"md5": md5, "sha256": LIB.sha256}, len(LIB.content))
    assert fetcher.requests.total() == 1


async def test_a_weak_hash_that_differs_is_refused() -> None:
    async with IndexClient(MemoryFetcher([LIB]), NoCache(), []) as index:
        with pytest.raises(IntegrityError):
            await with_hashes(files({"md5": "00"}), index)


@pytest.mark.parametrize("note", ["", "an old copy"])
async def test_a_note_of_the_response_is_a_warning_of_the_lock(note: str) -> None:
    async def read(file: str) -> Document:
        return Document(file, file, TEXT.encode(), note)

    assert (await open_lock(URL, read)).warnings == ((note,) if note else ())

from __future__ import annotations

import hashlib
from functools import partial
from typing import TYPE_CHECKING

import pytest

from wherry.errors import AnswerTooLarge, IntegrityError, WherryError
from wherry.index.fetcher import Request, Response
from wherry.index.integrity import check_size, verify

if TYPE_CHECKING:
    from collections.abc import Callable

CONTENT = b"bytes"


def refusal(check: Callable[[], None]) -> WherryError | None:
    """Return the error that ``check`` raises, if any."""
    try:
        check()
    except WherryError as error:
        return error
    return None


GOOD = {name: hashlib.new(name, CONTENT).hexdigest() for name in ("md5", "sha1", "sha256", "sha512", "sha3_256")}


@pytest.mark.parametrize(
    "hashes",
    [
        {},
        {"sha256": GOOD["sha256"]},
        {"sha512": GOOD["sha512"]},
        {"md5": "0", "sha256": GOOD["sha256"]},
        {"sha256": "0", "sha512": GOOD["sha512"]},
        {"sha3_256": GOOD["sha3_256"]},
        {"md5": GOOD["md5"]},
        {"sha1": GOOD["sha1"], "md5": "0"},
        {"unknown": "0"},
    ],
)
def test_the_strongest_hash_decides(hashes: dict[str, str]) -> None:
    assert refusal(partial(verify, CONTENT, hashes, subject="it")) is None


@pytest.mark.parametrize(
    "hashes",
    [
        {"sha256": GOOD["sha512"]},
        {"sha256": GOOD["sha256"], "sha512": "0"},
        {"md5": GOOD["md5"], "sha256": "0"},
        {"md5": "0"},
        {"md5": GOOD["md5"], "sha1": "0"},
        {"sha3_256": GOOD["sha256"]},
    ],
)
def test_a_wrong_hash_is_an_error(hashes: dict[str, str]) -> None:
    with pytest.raises(IntegrityError) as caught:
        verify(CONTENT, hashes, subject="https://example.org/it.whl")
    assert caught.value.subject == "https://example.org/it.whl"


URL = "https://example.org/it"


@pytest.mark.parametrize(
    ("request_", "option"),
    [
        (Request(URL, limit=5_000_000, accept="text/html"), "max_page_size"),
        (Request(URL, limit=5_000_000), "max_metadata_size"),
        (Request(URL, limit=5_000_000, is_archive=True), "max_archive_size"),
    ],
)
@pytest.mark.parametrize("response", [Response(URL, 200, b"", has_more=True), Response(URL, 200, bytes(5_000_001))])
def test_an_answer_above_the_limit_is_refused_with_advice(request_: Request, option: str, response: Response) -> None:
    with pytest.raises(AnswerTooLarge) as caught:
        check_size(request_, response)
    assert str(caught.value) == (
        f"{URL} is too large: it has more than 5.0 MB; to accept it, raise the limit with Network({option}=…)"
    )
    assert (caught.value.limit, caught.value.url) == (5_000_000, URL)


def test_more_bytes_than_announced_are_an_integrity_error() -> None:
    with pytest.raises(IntegrityError, match="expected 5 bytes, got more"):
        check_size(Request(URL, size=5, limit=5), Response(URL, 200, b"", has_more=True))


@pytest.mark.parametrize("request_", [Request(URL), Request(URL, limit=5)])
def test_an_answer_within_the_limit_is_accepted(request_: Request) -> None:
    assert refusal(partial(check_size, request_, Response(URL, 200, CONTENT))) is None

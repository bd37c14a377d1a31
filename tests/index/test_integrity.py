from __future__ import annotations

import hashlib

import pytest

from wherry.errors import IntegrityError
from wherry.index.integrity import verify

CONTENT = b"bytes"
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
    verify(CONTENT, hashes, subject="it")


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
def test_a_wrong_hash_is_refused(hashes: dict[str, str]) -> None:
    with pytest.raises(IntegrityError) as caught:
        verify(CONTENT, hashes, subject="https://example.org/it.whl")
    assert caught.value.subject == "https://example.org/it.whl"

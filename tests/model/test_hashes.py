from __future__ import annotations

from wherry.model.hashes import strongest


def test_only_a_strong_hash_counts() -> None:
    assert strongest({"md5": "1", "sha256": "2"}) == "sha256:2"
    assert strongest({"md5": "1"}) is None


def test_the_longest_hash_counts_first() -> None:
    assert strongest({"sha256": "2", "sha512": "5", "sha384": "3"}) == "sha512:5"

"""Hash algorithms, and the choice of the strongest of several hashes."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["ALGORITHMS", "STRONGEST_FIRST", "strongest", "weakest"]

STRONGEST_FIRST = ("sha512", "sha384", "sha256")
# Other strong algorithms of hashlib; few indexes use them.
RARE = ("sha3_512", "blake2b", "sha3_384", "sha3_256", "blake2s", "sha3_224", "sha224")
WEAK = ("sha1", "md5")
ALGORITHMS = frozenset((*STRONGEST_FIRST, *RARE, *WEAK))


def strongest(hashes: Mapping[str, str]) -> str | None:
    """Return the strongest of ``hashes`` as ``sha256:…``; ``None`` if all are weak, such as MD5 and SHA-1."""
    return _first(hashes, STRONGEST_FIRST + RARE)


def weakest(hashes: Mapping[str, str]) -> str | None:
    """Return the SHA-1 or MD5 of ``hashes`` as ``md5:…``, to compare with if no hash is strong."""
    return _first(hashes, WEAK)


def _first(hashes: Mapping[str, str], algorithms: tuple[str, ...]) -> str | None:
    return next((f"{name}:{hashes[name]}" for name in algorithms if name in hashes), None)

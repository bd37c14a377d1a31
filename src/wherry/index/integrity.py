"""Comparing bytes with the hash that was promised."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from wherry.errors import IntegrityError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["cache_key", "verify"]

TRUSTED_ALGORITHMS = ("sha256", "sha384", "sha512")


def verify(content: bytes, hashes: Mapping[str, str], *, subject: str) -> None:
    """Raise :class:`IntegrityError` unless ``content`` has the strongest of ``hashes`` (hexadecimal digests).

    Where an index gives no hash, nothing can be compared; MD5 and SHA-1 alone are as good as none, and refused.
    """
    algorithm = _strongest(hashes)
    if algorithm is None:
        if hashes:
            raise IntegrityError(subject, "a SHA-256 hash", f"only {', '.join(sorted(hashes))}")
        return
    actual = hashlib.new(algorithm, content).hexdigest()
    if actual != hashes[algorithm]:
        raise IntegrityError(subject, f"{algorithm} {hashes[algorithm]}", f"{algorithm} {actual}")


def cache_key(hashes: Mapping[str, str]) -> str | None:
    """Return the key under which something with these hashes may be kept."""
    algorithm = _strongest(hashes)
    return f"{algorithm}:{hashes[algorithm]}" if algorithm else None


def _strongest(hashes: Mapping[str, str]) -> str | None:
    return next((algorithm for algorithm in reversed(TRUSTED_ALGORITHMS) if algorithm in hashes), None)

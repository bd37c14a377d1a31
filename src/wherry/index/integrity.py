"""Comparing bytes with the hash that was promised."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from wherry.errors import IntegrityError
from wherry.model.hashes import strongest

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["verify"]


def verify(content: bytes, hashes: Mapping[str, str], *, subject: str) -> None:
    """Raise :class:`IntegrityError` unless ``content`` has the strongest of ``hashes`` (hexadecimal digests).

    Where an index gives no hash, nothing can be compared; MD5 and SHA-1 alone are as good as none, and refused.
    """
    promised = strongest(hashes)
    if promised is None:
        if hashes:
            raise IntegrityError(subject, "a SHA-256 hash", f"only {', '.join(sorted(hashes))}")
        return
    algorithm, _, digest = promised.partition(":")
    actual = hashlib.new(algorithm, content).hexdigest()
    if actual != digest:
        raise IntegrityError(subject, f"{algorithm} {digest}", f"{algorithm} {actual}")

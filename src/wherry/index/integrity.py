"""Comparing bytes with the hash that was promised."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from wherry.errors import IntegrityError
from wherry.model.hashes import strongest

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["agree", "refuse_weak", "verify"]


def refuse_weak(hashes: Mapping[str, str], *, subject: str) -> None:
    """Raise :class:`IntegrityError` where none of ``hashes`` protects: MD5 and SHA-1 alone are as good as none."""
    if hashes and strongest(hashes) is None:
        raise IntegrityError(subject, "a SHA-256 hash", f"only {', '.join(sorted(hashes))}")


def agree(hashes: Mapping[str, str], others: Mapping[str, str]) -> bool:
    """Whether ``others`` have the strongest of ``hashes``, so that both are of the same bytes."""
    algorithm, _, digest = (strongest(hashes) or "").partition(":")
    return bool(digest) and others.get(algorithm) == digest


def verify(
    content: bytes, hashes: Mapping[str, str], *, subject: str, computed: Mapping[str, str] | None = None
) -> None:
    """Raise :class:`IntegrityError` unless ``content`` has the strongest of ``hashes`` (hexadecimal digests).

    ``computed`` are hashes of it that need not be computed again. Where an index gives no hash, nothing can be
    compared; weak ones alone are refused.
    """
    refuse_weak(hashes, subject=subject)
    promised = strongest(hashes)
    if promised is None:
        return
    algorithm, _, digest = promised.partition(":")
    actual = (computed or {}).get(algorithm) or hashlib.new(algorithm, content).hexdigest()
    if actual != digest:
        raise IntegrityError(subject, f"{algorithm} {digest}", f"{algorithm} {actual}")

"""Which hashes protect, and which of several protects best."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["STRONGEST_FIRST", "strongest"]

STRONGEST_FIRST = ("sha512", "sha384", "sha256")


def strongest(hashes: Mapping[str, str]) -> str | None:
    """Return the strongest of ``hashes`` as ``sha256:…``; ``None`` where none protects, such as MD5 and SHA-1."""
    return next((f"{name}:{hashes[name]}" for name in STRONGEST_FIRST if name in hashes), None)

"""The port to a cache of archives and metadata files by hash, which never change, and of last answers."""

from __future__ import annotations

from typing import Protocol

__all__ = ["Cache", "MemoryCache", "NoCache", "QuietCache"]


class Cache(Protocol):
    """Bytes by key, such as ``sha256:…`` or ``last-answer:…``.

    Files are verified again when read, and a last answer changes no result, so a cache needs no trust.
    """

    async def get(self, key: str) -> bytes | None:
        """Return the bytes stored under ``key``, or ``None``."""
        ...

    async def put(self, key: str, content: bytes) -> None:
        """Store ``content``; a cache may drop it at any time."""
        ...


class MemoryCache:
    """A cache in memory, without a limit."""

    def __init__(self) -> None:
        self._contents: dict[str, bytes] = {}

    async def get(self, key: str) -> bytes | None:
        """Return the bytes stored under ``key``, or ``None``."""
        return self._contents.get(key)

    async def put(self, key: str, content: bytes) -> None:
        """Store ``content``."""
        self._contents[key] = content


class QuietCache(Cache):
    """A cache whose calls all end, with bytes or ``None`` and never with an error."""

    def take_warnings(self) -> tuple[str, ...]:
        """Return warnings of the failures since the last call."""
        return ()


class NoCache(QuietCache):
    """A cache that stores nothing."""

    async def get(self, key: str) -> bytes | None:  # noqa: ARG002 - the port's signature
        """Return ``None``."""
        return None

    async def put(self, key: str, content: bytes) -> None:
        """Discard ``content``."""

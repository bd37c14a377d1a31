"""The port for keeping what never changes: archives and metadata files, by hash; and hints, which may be wrong."""

from __future__ import annotations

from typing import Protocol

__all__ = ["Cache", "MemoryCache", "NoCache", "QuietCache"]


class Cache(Protocol):
    """Bytes by key, such as ``sha256:…`` or ``hints:…``.

    What comes back is verified again, and of a hint nothing depends, so a cache needs no trust.
    """

    async def get(self, key: str) -> bytes | None:
        """Return what was put under ``key``, or ``None``."""
        ...

    async def put(self, key: str, content: bytes) -> None:
        """Keep ``content``; a cache may forget at any time."""
        ...


class MemoryCache:
    """Keeps everything as long as it lives."""

    def __init__(self) -> None:
        self._contents: dict[str, bytes] = {}

    async def get(self, key: str) -> bytes | None:
        """Return what was put under ``key``, or ``None``."""
        return self._contents.get(key)

    async def put(self, key: str, content: bytes) -> None:
        """Keep ``content``."""
        self._contents[key] = content


class QuietCache(Cache):
    """A cache whose calls all end, with bytes or ``None`` and never with an error."""

    def take_warnings(self) -> tuple[str, ...]:
        """Return the failures since the last call, for people to read."""
        return ()


class NoCache(QuietCache):
    """Keeps nothing."""

    async def get(self, key: str) -> bytes | None:  # noqa: ARG002 - the port's signature
        """Return ``None``."""
        return None

    async def put(self, key: str, content: bytes) -> None:
        """Forget ``content``."""

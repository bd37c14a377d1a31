"""The bytes of a response, collected outside of Python's memory, which never shrinks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import js

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["Body"]

FIRST_SIZE = 2**16
LARGEST_BLOCK = 2**24
# The most memory to reserve for a size that an index states, in bytes.
LARGEST_GUESS = 2**27
# Bytes to keep of a body that is too large: enough to recognize a web page.
BEGINNING = 2**10


class Body:
    """Collects pieces in JavaScript's memory. If their number ``expected`` is known, no byte is held twice there.

    Small pieces are joined, because each would be an object of its own.
    """

    def __init__(self, expected: int) -> None:
        self.length = 0
        self._full: list[Any] = []
        self._size = min(expected, LARGEST_GUESS) if expected > 0 else FIRST_SIZE
        self._last: Any = None
        self._used = 0  # bytes of the last block

    def add(self, piece: Any) -> int:  # noqa: ANN401 - a Uint8Array
        """Add a piece; return the number of its bytes."""
        count = int(piece.length)
        if self._last is None:
            self._last = js.Uint8Array.new(self._size)
        free = self._size - self._used
        if count > free:
            self._append(piece.subarray(0, free), free)
            self._full.append(self._last)
            rest = count - free
            self._size, self._used = max(rest, min(self.length, LARGEST_BLOCK)), 0
            self._last = js.Uint8Array.new(self._size)
            self._append(piece.subarray(free), rest)
        else:
            self._append(piece, count)
        return count

    def _append(self, piece: Any, count: int) -> None:  # noqa: ANN401
        if count:
            self._last.set(piece, self._used)
        self._used += count
        self.length += count

    def start(self) -> bytes:
        """Return the beginning of the bytes."""
        return next(self._blocks()).subarray(0, BEGINNING).to_bytes() if self.length else b""

    def take(self) -> bytes:
        """Return all bytes, once."""
        blocks = [*self._blocks()]
        self._full, self._last = [], None
        if len(blocks) <= 1:
            return blocks[0].to_bytes() if blocks else b""
        whole, end = js.Uint8Array.new(self.length), 0
        for block in blocks:
            whole.set(block, end)
            end += block.length
        content: bytes = whole.to_bytes()
        return content

    def _blocks(self) -> Iterator[Any]:
        yield from self._full
        if self._last is not None:
            yield self._last.subarray(0, self._used)

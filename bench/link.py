"""A link with latency and bandwidth, in front of a server on loopback.

All connections share the bandwidth, as they do at the end of a line. They also share one set-up: a page index is
reached over HTTP/2, where whoever comes first pays for the connection and all others use it.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

__all__ = ["UNSHAPED", "Link", "LinkSpeed"]

SLICE_SECONDS = 0.002
SMALLEST_SLICE, LARGEST_SLICE = 4_096, 262_144
FORGIVEN_SECONDS = 0.02
"""So much of a stall (a reader that reads slowly, a busy machine) is caught up with afterwards, as a real line would
out of its buffers."""


@dataclass(frozen=True, slots=True)
class LinkSpeed:
    """``latency`` is a round trip in milliseconds, ``bandwidth`` in Mbit/s; no bandwidth is no limit."""

    latency: float
    bandwidth: float | None

    @classmethod
    def parse(cls, text: str) -> LinkSpeed:
        """Read ``50,50``; raises ``ValueError``."""
        latency, bandwidth = text.split(",")
        return cls(float(latency), float(bandwidth))

    def __str__(self) -> str:
        return f"{self.latency:g} ms, {self.bandwidth:g} Mbit/s" if self.bandwidth else f"{self.latency:g} ms"

    @property
    def round_trip(self) -> float:
        """Seconds."""
        return self.latency / 1000

    def seconds(self, count: float) -> float:
        """Return how long ``count`` bytes take."""
        return count * 8 / (self.bandwidth * 1e6) if self.bandwidth else 0.0


UNSHAPED = LinkSpeed(0, None)


class Link:
    """Delays what goes through it as a line of ``speed`` does, which may be set between two runs."""

    def __init__(self, speed: LinkSpeed = UNSHAPED) -> None:
        self.restart(speed)

    def restart(self, speed: LinkSpeed) -> None:
        """Forget all connections."""
        self.speed = speed
        self._set_up_at: float | None = None
        self._free_at = 0.0

    async def round_trip(self) -> None:
        """Wait as a request does: for the connection to be set up, then for the answer to begin."""
        now = asyncio.get_running_loop().time()
        if self._set_up_at is None:
            self._set_up_at = now + self.speed.round_trip
        await self._wait_until(max(now, self._set_up_at) + self.speed.round_trip)

    async def carry(self, body: bytes) -> AsyncIterator[memoryview]:
        """Yield ``body`` in slices, each when it has come through; those of other answers go in between."""
        through = asyncio.get_running_loop().time()
        size = self._slice_size()
        for start in range(0, len(body), size):
            piece = memoryview(body)[start : start + size]
            stalled = asyncio.get_running_loop().time() - FORGIVEN_SECONDS
            through = self._free_at = max(self._free_at, through, stalled) + self.speed.seconds(len(piece))
            await self._wait_until(through)
            yield piece

    def _slice_size(self) -> int:
        if not self.speed.bandwidth:
            return LARGEST_SLICE
        size = int(self.speed.bandwidth * 1e6 / 8 * SLICE_SECONDS)
        return min(max(size, SMALLEST_SLICE), LARGEST_SLICE)

    async def _wait_until(self, moment: float) -> None:
        remaining = moment - asyncio.get_running_loop().time()
        if remaining > 0:
            await asyncio.sleep(remaining)

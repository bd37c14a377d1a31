"""A link with latency and bandwidth, in front of a server on loopback.

All connections share the bandwidth, as on a real line. They also share one connection set-up: an index is reached over
HTTP/2, where the first request opens the connection and all others use it.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse
    from collections.abc import AsyncIterator

__all__ = ["DEFAULT_LINK", "UNSHAPED", "Link", "LinkSpeed", "add_link"]

SLICE_SECONDS = 0.002
SMALLEST_SLICE, LARGEST_SLICE = 4_096, 262_144
FORGIVEN_SECONDS = 0.02
"""Seconds of a stall (by a slow reader or a busy machine) that are caught up afterwards, as by the buffers of a real
line."""


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
        """A round trip in seconds."""
        return self.latency / 1000

    def seconds(self, count: float) -> float:
        """Return the seconds that ``count`` bytes take."""
        return count * 8 / (self.bandwidth * 1e6) if self.bandwidth else 0.0


UNSHAPED = LinkSpeed(0, None)
DEFAULT_LINK = LinkSpeed(50, 50)


def add_link(parser: argparse.ArgumentParser) -> None:
    """Declare the option for one or several links, ``links``."""
    parser.add_argument(
        "--link",
        action="append",
        dest="links",
        type=LinkSpeed.parse,
        metavar="MS,MBIT",
        help=f"latency of a round trip in milliseconds and bandwidth in Mbit/s; default: {DEFAULT_LINK}",
    )


class Link:
    """Delays responses like a line of ``speed``, which may be set between two runs."""

    def __init__(self, speed: LinkSpeed = UNSHAPED) -> None:
        self.restart(speed)

    def restart(self, speed: LinkSpeed) -> None:
        """Forget all connections."""
        self.speed = speed
        self._set_up_at: float | None = None
        self._free_at = 0.0

    async def round_trip(self) -> None:
        """Wait for the connection to be set up, then for the response to start."""
        now = asyncio.get_running_loop().time()
        if self._set_up_at is None:
            self._set_up_at = now + self.speed.round_trip
        await self._wait_until(max(now, self._set_up_at) + self.speed.round_trip)

    async def carry(self, body: bytes) -> AsyncIterator[memoryview]:
        """Yield ``body`` in slices, each once it has been carried; slices of other responses go in between."""
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

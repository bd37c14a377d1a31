"""Visits for tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.visiting import Visit

if TYPE_CHECKING:
    from bench.visiting import Client

__all__ = ["visit"]


def visit(
    client: Client,
    number: int = 1,
    *,
    installing: float = 1,
    importing: float = 1,
    memory: int | None = None,
) -> Visit:
    """Return a visit of these figures."""
    return Visit(
        workload="a b",
        place="chromium",
        link="50 ms",
        client=client,
        number=number,
        seconds={"loading": 2, "installing": installing, "importing": importing},
        cpu={"installing": installing / 2, "importing": importing / 2},
        requests=3,
        sent=4_000_000,
        missing=(),
        cached=None if client == "micropip" else 5_000_000,
        heap=60_000_000,
        memory=memory,
    )

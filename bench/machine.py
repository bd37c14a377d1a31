"""Describe the machine of a measurement."""

from __future__ import annotations

import datetime as dt
import os
import platform
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["describe_machine"]


def describe_machine(runtimes: Iterable[str]) -> str:
    """Return a line with the date, the processor, the system and the versions of ``runtimes``."""
    cores = os.cpu_count() or 1
    parts = (
        dt.datetime.now(dt.UTC).date().isoformat(),
        f"{cores} cores of {_processor()}",
        platform.system(),
        *runtimes,
    )
    return ", ".join(parts)


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor() or platform.machine())

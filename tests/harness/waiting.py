"""Wait for conditions in other threads or processes."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

PATIENCE = 60.0  # seconds: more than a busy machine needs


def happens(condition: Callable[[], object]) -> bool:
    """Wait until *condition* is true; return whether it became true."""
    until = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True

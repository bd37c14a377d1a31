"""The JavaScript side, of which ``attach()`` registers the module ``wherry_js``."""

from __future__ import annotations

from functools import cache
from typing import Any

__all__ = ["javascript"]


@cache
def javascript() -> Any:  # noqa: ANN401 - a JavaScript object
    """Return the functions of the JavaScript side; ``None`` if there is none."""
    try:
        import wherry_js
    except ModuleNotFoundError:
        return None
    return wherry_js

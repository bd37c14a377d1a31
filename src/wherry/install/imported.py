"""Which modules of a distribution this interpreter has imported: replacing their files does not replace them."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["imported_modules"]


def imported_modules(files: Iterable[str]) -> list[str]:
    """Return the top-level modules that have been loaded from any of ``files`` (absolute paths), sorted."""
    loaded: dict[str, set[str]] = {}
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None)
        if isinstance(file, str):
            loaded.setdefault(file, set()).add(name.partition(".")[0])
    return sorted({name for file in files for name in loaded.get(file, ())})

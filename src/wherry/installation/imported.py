"""Which modules of a distribution this interpreter has imported: replacing their files does not replace them."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["imported_modules"]


def imported_modules(is_of_it: Callable[[str], bool]) -> list[str]:
    """Return the top-level modules that have been loaded from files (absolute paths) it is true of, sorted."""
    loaded = [(name, getattr(module, "__file__", None)) for name, module in list(sys.modules.items())]
    return sorted({name.partition(".")[0] for name, file in loaded if isinstance(file, str) and is_of_it(file)})

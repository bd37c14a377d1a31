"""The module :mod:`re`, but a pattern is compiled when it is first used: most of an import's time went into that."""

from __future__ import annotations

import re
from re import *  # noqa: F403 - it stands in for all of it
from typing import Any


class _Pattern:
    def __init__(self, pattern: Any, flags: int) -> None:  # noqa: ANN401 - text or bytes
        self._pattern = pattern
        self._flags = flags

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever a pattern has
        if name.startswith("__"):
            # Such as `__isabstractmethod__`, which is asked of all attributes of a class.
            raise AttributeError(name)
        value = getattr(re.compile(self._pattern, self._flags), name)
        setattr(self, name, value)
        return value


def compile(pattern: Any, flags: int = 0) -> Any:  # noqa: A001, ANN401 - as in re
    """Return what has the methods of a compiled pattern; the functions of this module do not take it for one."""
    return _Pattern(pattern, flags)

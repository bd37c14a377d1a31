"""The module :mod:`re`, but a pattern is compiled when it is first used: most of an import's time went into that.

The large ones have been compiled where the bundle was built.
"""

from __future__ import annotations

import re
from binascii import crc32
from re import *  # noqa: F403 - it stands in for all of it
from typing import Any

try:
    from wherry._vendor.compiled_patterns import COMPILED
except ImportError:  # These are sources, for whichever Python.
    COMPILED: dict[Any, Any] = {}  # type: ignore[no-redef]


class Pattern:
    """What has the methods of a compiled pattern."""

    def __init__(self, pattern: Any, flags: int) -> None:  # noqa: ANN401 - text or bytes
        self.pattern_ = pattern
        self.flags_ = int(flags)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever a pattern has
        if name.startswith("__"):
            # Such as `__isabstractmethod__`, which is asked of all attributes of a class.
            raise AttributeError(name)
        compiled = COMPILED.get(key(self.pattern_, self.flags_))
        pattern = restore(self.pattern_, *compiled) if compiled else re.compile(self.pattern_, self.flags_)
        value = getattr(pattern, name)
        setattr(self, name, value)
        return value


def key(pattern: Any, flags: int) -> object:  # noqa: ANN401 - text or bytes
    """Return what a pattern is known by; its text would be there twice."""
    return len(pattern), crc32(pattern if isinstance(pattern, bytes) else pattern.encode()), flags


def restore(pattern: Any, flags: int, code: bytes, groups: int, names: dict[str, int]) -> re.Pattern[Any]:  # noqa: ANN401
    """Return a pattern as Python's own compiler made it."""
    import _sre

    in_order = dict.fromkeys(range(groups + 1)) | {number: name for name, number in names.items()}
    return _sre.compile(pattern, flags, [*memoryview(code).cast("I")], groups, names, (*in_order.values(),))


def compile(pattern: Any, flags: int = 0) -> Any:  # noqa: A001, ANN401 - as in re
    """Return what has the methods of a compiled pattern; the functions of this module do not take it for one."""
    return Pattern(pattern, flags)

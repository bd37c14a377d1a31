"""A stand-in for :mod:`re` that compiles a pattern at its first use: compiling took most of an import's time.

The large patterns are compiled during the build of the bundle.
"""

from __future__ import annotations

import re
from binascii import crc32
from re import *  # noqa: F403 - it stands in for all of it
from typing import Any

try:
    from wherry._vendor.compiled_patterns import COMPILED
except ImportError:  # The bundle of sources has no compiled patterns.
    COMPILED: dict[Any, Any] = {}  # type: ignore[no-redef]


class Pattern:
    """An object with the methods of a compiled pattern."""

    def __init__(self, pattern: Any, flags: int) -> None:  # noqa: ANN401 - text or bytes
        self.pattern_ = pattern
        self.flags_ = int(flags)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - any attribute of a pattern
        if name.startswith("__"):
            # Such as `__isabstractmethod__`, which is read of all attributes of a class.
            raise AttributeError(name)
        compiled = COMPILED.get(key(self.pattern_, self.flags_))
        pattern = restore(self.pattern_, *compiled) if compiled else re.compile(self.pattern_, self.flags_)
        value = getattr(pattern, name)
        setattr(self, name, value)
        return value


def key(pattern: Any, flags: int) -> object:  # noqa: ANN401 - text or bytes
    """Return the key of a pattern, which avoids a second copy of its text."""
    return len(pattern), crc32(pattern if isinstance(pattern, bytes) else pattern.encode()), flags


def restore(pattern: Any, flags: int, code: bytes, groups: int, names: dict[str, int]) -> re.Pattern[Any]:  # noqa: ANN401
    """Return a pattern that Python's own compiler has compiled."""
    import _sre

    in_order = dict.fromkeys(range(groups + 1)) | {number: name for name, number in names.items()}
    return _sre.compile(pattern, flags, [*memoryview(code).cast("I")], groups, names, (*in_order.values(),))


def compile(pattern: Any, flags: int = 0) -> Any:  # noqa: A001, ANN401 - as in re
    """Return an object with the methods of a compiled pattern, which functions of this module do not accept as one."""
    return Pattern(pattern, flags)

"""Compile the large regular expressions of the bundle ahead, which saves 13 to 32 ms of a first installation.

Python has no public way to store a compiled pattern. The compiler's output is stored for ``bundled/re.py``, and like
all bytecode it is valid for one version of Python only.
"""

from __future__ import annotations

import gc
import importlib
import sys
from array import array
from re import _compiler, _parser  # type: ignore[attr-defined]
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

MODULE = "wherry._vendor.compiled_patterns"

WORTHWHILE = 1600
"""The smallest code to store, in bytes. Smaller patterns compile in at most a millisecond."""


def write_patterns(source: str, modules: Iterable[str]) -> bytes:
    """Return the source of `MODULE` for the patterns of *modules*, which are imported from the archive *source*."""
    sys.path.insert(0, source)
    for name in modules:
        importlib.import_module(name)
    stand_in = importlib.import_module("wherry._vendor.re")
    waiting = [each for each in gc.get_objects() if isinstance(each, stand_in.Pattern)]
    compiled = {stand_in.key(one.pattern_, one.flags_): compile_pattern(one.pattern_, one.flags_) for one in waiting}
    found = {key: one for key, one in compiled.items() if len(one[1]) >= WORTHWHILE}
    return f"COMPILED = {found!r}\n".encode()


def compile_pattern(pattern: str | bytes, flags: int) -> tuple[int, bytes, int, dict[str, int]]:
    """Return all flags of a pattern, its code, the number of its groups, and the numbers of the named groups."""
    parsed = _parser.parse(pattern, flags)
    code = _compiler._code(parsed, flags)  # noqa: SLF001 - see above
    state = parsed.state
    return flags | state.flags, array("I", code).tobytes(), state.groups - 1, dict(state.groupdict)

"""Compile the large regular expressions of the bundle ahead: of a first installation's time they took a twentieth.

Python has no public way to keep a compiled pattern; what its compiler makes is put where ``bundled/re.py`` finds it,
which is for the very Python that this is done with, as all bytecode is.
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
"""Bytes of code; compiling what has fewer takes a millisecond at most."""


def write_patterns(source: str, modules: Iterable[str]) -> bytes:
    """Return the source of `MODULE` for the patterns that *modules*, imported from the archive *source*, have."""
    sys.path.insert(0, source)
    for name in modules:
        importlib.import_module(name)
    stand_in = importlib.import_module("wherry._vendor.re")
    waiting = [each for each in gc.get_objects() if isinstance(each, stand_in.Pattern)]
    compiled = {stand_in.key(one.pattern_, one.flags_): compile_pattern(one.pattern_, one.flags_) for one in waiting}
    found = {key: one for key, one in compiled.items() if len(one[1]) >= WORTHWHILE}
    return f"COMPILED = {found!r}\n".encode()


def compile_pattern(pattern: str | bytes, flags: int) -> tuple[int, bytes, int, dict[str, int]]:
    """Return all flags of a pattern, its code, the number of its groups, and the numbers of those that have names."""
    parsed = _parser.parse(pattern, flags)
    code = _compiler._code(parsed, flags)  # noqa: SLF001 - see above
    state = parsed.state
    return flags | state.flags, array("I", code).tobytes(), state.groups - 1, dict(state.groupdict)

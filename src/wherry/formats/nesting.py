"""Limit how deep brackets nest: parsers recurse on them, and a stack overflow ends Pyodide.

The check reads a text at most once for each level up to the limit.
"""

from __future__ import annotations

import json
import re
from typing import Any

__all__ = ["LIMIT", "is_nested_deeply", "load_json", "load_toml", "toml_fault"]

LIMIT = 50  # levels
# A parsed value takes up to forty times the bytes of its text.
MOST_VALUES = 4_000_000

TOML_POSITION = re.compile(r" \(at (?:line (\d+)|end of document).*")

PAIRS = (b"()", b"[]", b"{}")
OTHERS = bytes(set(range(256)) - set(b"".join(PAIRS)))
STRING = re.compile(rb'"(?:[^"\\]|\\.)*+"', re.DOTALL)
# Strings and comments. An unterminated string ends with its line, or with the text.
TOML_TEXT = re.compile(
    r'''"""(?:[^"\\]|\\.|"(?!""))*+(?:""")?|"(?:[^"\\\n]|\\[^\n])*+"?|'{3}(?:[^']|'(?!''))*+(?:'{3})?|'[^'\n]*+'?|#[^\n]*+''',
    re.DOTALL,
)
# tomllib takes time that grows with the square of the parts of a key.
DEEP_KEY = re.compile(rf"(?<![\w-])(?:[\w-]++[ \t]*+\.[ \t]*+){{{LIMIT}}}")


def is_nested_deeply(text: str | bytes) -> bool:
    """Return whether the brackets of ``text``, outside strings in double quotes, nest deeper than ``LIMIT``."""
    content = text.encode(errors="replace") if isinstance(text, str) else text
    # Most texts pass without a search for strings, which takes longer.
    return _is_deep(content) and _is_deep(STRING.sub(b"", content))


def _is_deep(content: bytes) -> bool:
    brackets = content.translate(None, OTHERS)
    for _ in range(LIMIT):
        before = len(brackets)
        for pair in PAIRS:
            brackets = brackets.replace(pair, b"")
        if len(brackets) == before:
            # The remaining brackets are unmatched.
            return before > LIMIT
    return bool(brackets)


def load_json(text: str | bytes) -> object:
    """Read JSON. Raise ``ValueError``, also if it nests deeper than ``LIMIT`` or has too many values."""
    count = text.count if isinstance(text, str) else lambda mark: text.count(mark.encode())
    number = sum(map(count, ",{["))
    if number > MOST_VALUES:
        raise ValueError(f"it has about {number} values, above the limit of {MOST_VALUES}")
    if is_nested_deeply(text):
        raise ValueError(f"it nests deeper than {LIMIT} levels")
    try:
        return json.loads(text)
    except RecursionError as error:
        raise ValueError("it nests too deeply") from error


def load_toml(text: str) -> dict[str, Any]:
    """Read TOML. Raise ``ValueError``, also if it nests deeper than ``LIMIT``."""
    import tomllib

    # A string may be part of a key; a comment may not.
    bare = TOML_TEXT.sub(lambda found: "" if found[0][0] == "#" else "x", text)
    if is_nested_deeply(bare) or DEEP_KEY.search(bare):
        raise ValueError(f"it nests deeper than {LIMIT} levels")
    return tomllib.loads(text)


def toml_fault(error: Exception) -> tuple[str, int | None]:
    """Return the problem that :func:`load_toml` raised, and its line, counted from 1, if it tells one."""
    position = TOML_POSITION.search(str(error))
    line = int(position[1]) if position and position[1] else None
    return f"not valid TOML: {TOML_POSITION.sub('', str(error))}", line

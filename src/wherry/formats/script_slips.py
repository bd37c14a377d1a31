"""Find slips in inline script metadata that readers of the specification ignore in silence."""

from __future__ import annotations

import io
import re
import tokenize
from difflib import get_close_matches
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["find_slip", "meant_key"]

ALMOST_OPENING = re.compile(r"#+[ \t]*/{2,4}[ \t]*script\b[ \t]*", re.IGNORECASE)
OPENING = "# /// script"
CLOSING = "# ///"
FIELD = re.compile(r"#[ \t]*(dependencies[ \t]*=[ \t]*\[|requires-python[ \t]*=[ \t]*[\"'])")
HEADER_TOKENS = frozenset({tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.ENCODING, tokenize.STRING})

# Words of other formats, and abbreviations, that do not resemble the key they mean.
OTHER_WORDS = {
    "deps": "dependencies",
    "install-requires": "dependencies",
    "packages": "dependencies",
    "python": "requires-python",
    "python-requires": "requires-python",
    "requirements": "dependencies",
    "requires": "dependencies",
}


def meant_key(key: str, known: Iterable[str]) -> str:
    """Return the name among ``known`` that ``key`` is meant to be, or an empty string."""
    spelt = key.casefold().replace("_", "-").strip()
    names = list(known)
    if (other := OTHER_WORDS.get(spelt)) in names:
        return str(other)
    return next(iter(get_close_matches(spelt, names, n=1, cutoff=0.7)), "")


def find_slip(source: str, blocks: Iterable[tuple[int, int]]) -> tuple[int, str] | None:
    """Return line and problem of the first slip outside ``blocks`` (ranges of lines); ``None`` without a slip."""
    taken = {line for start, end in blocks for line in range(start, end + 1)}
    lines = source.split("\n")
    in_header = True
    for line, is_header in _comments(source):
        in_header = in_header and is_header
        if line in taken:
            continue
        text = lines[line - 1]
        if ALMOST_OPENING.fullmatch(text):
            return _opening_problem(lines, line)
        if in_header and not taken and FIELD.match(text):
            return line, f"`{text}` is outside a block: put `{OPENING}` above it and `{CLOSING}` below"
    return None


def _opening_problem(lines: list[str], line: int) -> tuple[int, str]:
    if lines[line - 1] != OPENING:
        return line, f"write `{OPENING}`, exactly, to begin the block, not `{lines[line - 1]}`"
    for at, text in enumerate(lines[line:], line + 1):
        if re.fullmatch(r"#+[ \t]*/{2,4}[ \t]*", text):
            if text != CLOSING:
                return at, f"write `{CLOSING}`, exactly, to end the block, not `{text}`"
            return at, "the block is empty: write `# dependencies = […]` in it, or leave it out"
        if not text.startswith("#"):
            break
        if text[1:2] not in ("", " "):
            return at, f"put a space after `#`: `# {text[1:].lstrip()}`"
    return line, f"the block is not closed: end it with a line `{CLOSING}`, with only comments before it"


def _comments(source: str) -> Iterator[tuple[int, bool]]:
    """Yield the lines that begin with a comment, and whether each precedes all code."""
    is_header = True
    try:
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            is_header = is_header and token.type in HEADER_TOKENS
            if token.type == tokenize.COMMENT and token.start[1] == 0:
                yield token.start[0], is_header
    except (tokenize.TokenError, SyntaxError):
        # Running the script will report the error of its syntax.
        return

"""Split the line of a command into words, as a shell would."""

from __future__ import annotations

import shlex

from wherry.errors import InvalidCommand

__all__ = ["split_words"]

OPERATORS = frozenset({"|", "||", "&&", "&", ";", ">", ">>", "<"})
SILENCED = ("> /dev/null", ">/dev/null", "2>&1", "2> /dev/null", "2>/dev/null", "&> /dev/null", "&>/dev/null")
"""Ways to discard output in a shell, which leave nothing to do here."""


def split_words(program: str, line: str) -> list[str]:
    """Return the words of ``line``, up to a comment; raise :class:`~wherry.errors.InvalidCommand`."""
    for silenced in SILENCED:
        line = line.replace(f" {silenced}", " ")
    lexer = shlex.shlex(line.removesuffix("\\"), posix=True, punctuation_chars=False)
    lexer.whitespace_split = True
    lexer.commenters = ""  # shlex also ends words at them, such as URLs at their fragments
    words: list[str] = []
    try:
        # A comment may have any quotes, so nothing behind its beginning may be read.
        for word in lexer:
            if word.startswith("#"):
                break
            words.append(word)
    except ValueError:
        raise InvalidCommand(program, "a quotation mark has no counterpart") from None
    if words and words[-1].endswith(";"):  # the end of a command in a shell; it hides a result in a notebook
        words[-1:] = [words[-1].rstrip(";")] if words[-1].strip(";") else []
    if shell := next((word for word in words if word in OPERATORS), None):
        raise InvalidCommand(program, f"there is no shell here for {shell!r}; write the command alone on its line")
    return words

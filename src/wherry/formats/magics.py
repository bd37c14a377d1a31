"""IPython's syntax in the cells of notebooks: magics, shell commands and questions."""

from __future__ import annotations

import re

__all__ = ["cell_magic", "without_magics"]

# %magic, !command, ?name, name = !command, each to the end of its lines; name?
MAGIC = re.compile(
    r"(?P<indent>[ \t\f]*)(?:(?:[%!?]|[^\W\d][\w., \[\]*]*=[ \t]*[%!])(?:\\\n|.)*|%{0,2}[\w.*\[\]]*\?{1,2}[ \t]*$)",
    re.MULTILINE,
)
# Two kinds of strings, perhaps unterminated, and the other tokens that decide where a statement begins.
TOKEN = re.compile(
    r"""('{3}|"{3})(?:\\?[\s\S])*?(?:\1|\Z)|(['"])(?:\\[\s\S]|[^\\\n])*?(?:\2|$)|#.*|\\\n|[^#'"\\()\[\]{}\n]+|[\s\S]""",
    re.MULTILINE,
)


def cell_magic(source: str) -> str:
    """Return the name of the cell magic (``%%name``) at the start of ``source``, or an empty string."""
    first, *_ = [*source.split(maxsplit=1), ""]
    return first[2:] if first.startswith("%%") else ""


def without_magics(source: str) -> str:
    """Return ``source`` with ``pass`` in place of each magic. Line numbers do not change.

    A magic can stand only where a statement begins: inside brackets and strings, the same characters are Python.
    """
    source = source.replace("\r\n", "\n").replace("\r", "\n")
    parts = []
    position = depth = 0
    begins = True
    while found := (begins and MAGIC.match(source, position)) or TOKEN.match(source, position):
        position = found.end()
        text = found[0]
        if found.lastgroup == "indent":
            text = found["indent"] + "pass" + "\n" * text.count("\n")
        depth += (text in "([{") - (text in ")]}")
        begins = text == "\n" and depth <= 0
        parts.append(text)
    return "".join(parts)

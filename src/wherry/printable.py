"""Make foreign text safe to print at a terminal. Like the errors, this module stands below all floors."""

from __future__ import annotations

__all__ = ["printable"]


def printable(text: str) -> str:
    """Escape characters that could control a terminal, as ``repr()`` does; keep line breaks and tabs."""
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() or each in "\n\t" else repr(each)[1:-1] for each in text)

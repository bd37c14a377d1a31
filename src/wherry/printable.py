"""Texts of others, for people to read at a terminal. Like the errors, it stands below all floors."""

from __future__ import annotations

__all__ = ["printable"]


def printable(text: str) -> str:
    """Escape as ``repr()`` does what could steer a terminal; line breaks and tabs stay."""
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() or each in "\n\t" else repr(each)[1:-1] for each in text)

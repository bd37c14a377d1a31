"""Names of files as an index gives them."""

from __future__ import annotations

import re

__all__ = ["check_filename", "shown_filename"]

ENCODED_PATH = re.compile("%(?:2e|2f|5c|00)", re.IGNORECASE)  # . / \\ and NUL, should anyone decode them (again)


def check_filename(filename: object) -> str:
    """Return ``filename`` if it is a plain name, without a way to another folder; raises ``ValueError``."""
    if not isinstance(filename, str) or not filename:
        raise ValueError("it has no name")
    if (
        filename.startswith(".")
        or any(character in "/\\" or not character.isprintable() for character in filename)
        or ENCODED_PATH.search(filename)
    ):
        raise ValueError("its name cannot be that of a file")
    return filename


def shown_filename(filename: object) -> str:
    """Return an impossible ``filename`` as it can be printed."""
    return repr(filename)[1:-1] if isinstance(filename, str) and filename else "(a file without a name)"

"""Names of files as an index gives them."""

from __future__ import annotations

import re

from wherry.errors import InvalidIndexPage

__all__ = ["check_filename"]

ENCODED_PATH = re.compile("%(?:2e|2f|5c|00)", re.IGNORECASE)  # . / \\ and NUL, should anyone decode them (again)


def check_filename(filename: object, *, url: str) -> str:
    """Return ``filename`` if it is a plain name; an index must not lead anyone to another folder.

    ``url`` names the page for the error, :class:`InvalidIndexPage`.
    """
    if not isinstance(filename, str) or not filename:
        raise InvalidIndexPage(url, f"a file has no name ({filename!r})")
    if (
        filename.startswith(".")
        or any(character in "/\\" or not character.isprintable() for character in filename)
        or ENCODED_PATH.search(filename)
    ):
        raise InvalidIndexPage(url, f"{filename!r} is not the name of a file")
    return filename

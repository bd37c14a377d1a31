"""Check the filenames of an index, and parse those of wheels."""

from __future__ import annotations

import re
from math import prod
from typing import TYPE_CHECKING

from packaging.utils import InvalidWheelFilename, parse_wheel_filename

from wherry.formats.wording import shorten

if TYPE_CHECKING:
    from packaging.tags import Tag
    from packaging.utils import BuildTag, NormalizedName
    from packaging.version import Version

__all__ = [
    "LONGEST_FILENAME",
    "check_filename",
    "length_excess",
    "parse_wheel_name",
    "shown_filename",
    "tags_excess",
    "wheel_name_excess",
]

LONGEST_FILENAME = 255  # characters
# Compressed tag sets multiply: a name of 255 characters can stand for half a million tags.
MOST_TAGS = 1000

ENCODED_PATH = re.compile("%(?:2e|2f|5c|00)", re.IGNORECASE)  # . / \\ and NUL, in case they are decoded (again)


def check_filename(filename: object) -> str:
    """Return ``filename``. Raise ``ValueError`` unless it is a plain name that cannot lead to another folder."""
    if not isinstance(filename, str) or not filename:
        raise ValueError("it has no name")
    if (
        filename.startswith(".")
        or any(character in "/\\" or not character.isprintable() for character in filename)
        or ENCODED_PATH.search(filename)
    ):
        raise ValueError("its name is not a valid filename")
    return filename


def shown_filename(filename: object) -> str:
    """Return an invalid ``filename`` in a form that can be printed."""
    return shorten(repr(filename)[1:-1]) if isinstance(filename, str) and filename else "(a file without a name)"


def length_excess(filename: str) -> str:
    """Return the problem of a ``filename`` that is too long; an empty string if it is not."""
    if len(filename) <= LONGEST_FILENAME:
        return ""
    return f"its name has {len(filename)} characters, above the limit of {LONGEST_FILENAME}"


def tags_excess(tags: str) -> str:
    """Return the problem of ``tags``, the end of a wheel's name, that stand for too many; else an empty string."""
    number = prod(part.count(".") + 1 for part in tags.split("-"))
    return f"its name stands for {number} tags, above the limit of {MOST_TAGS}" if number > MOST_TAGS else ""


def wheel_name_excess(filename: str) -> str:
    """Return the problem of the name of a wheel that exceeds a limit; an empty string if it exceeds none."""
    return length_excess(filename) or tags_excess("-".join(filename.removesuffix(".whl").rsplit("-", 3)[1:]))


def parse_wheel_name(filename: str) -> tuple[NormalizedName, Version, BuildTag, frozenset[Tag]]:
    """Parse the name of a wheel. Raise packaging's ``InvalidWheelFilename``, also if it exceeds a limit."""
    if problem := wheel_name_excess(filename):
        raise InvalidWheelFilename(problem)
    return parse_wheel_filename(filename)

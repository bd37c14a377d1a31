"""Names of files as an index gives them, and what those of wheels say."""

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

__all__ = ["LONGEST_FILENAME", "check_filename", "length_excess", "parse_wheel_name", "shown_filename", "tags_excess"]

LONGEST_FILENAME = 255  # characters
# A set of tags stands for the product of its parts: with names of 255 characters, for half a million.
MOST_TAGS = 1000

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
    return shorten(repr(filename)[1:-1]) if isinstance(filename, str) and filename else "(a file without a name)"


def length_excess(filename: str) -> str:
    """Say that the name of a file is too long; nothing where it is not."""
    if len(filename) <= LONGEST_FILENAME:
        return ""
    return f"its name has {len(filename)} characters, above the limit of {LONGEST_FILENAME}"


def tags_excess(tags: str) -> str:
    """Say that ``tags``, the end of the name of a wheel, stand for too many; nothing where they do not."""
    number = prod(part.count(".") + 1 for part in tags.split("-"))
    return f"its name stands for {number} tags, above the limit of {MOST_TAGS}" if number > MOST_TAGS else ""


def parse_wheel_name(filename: str) -> tuple[NormalizedName, Version, BuildTag, frozenset[Tag]]:
    """Read the name of a wheel; raises packaging's ``InvalidWheelFilename``, also where it exceeds a limit."""
    if problem := length_excess(filename) or tags_excess("-".join(filename.removesuffix(".whl").rsplit("-", 3)[1:])):
        raise InvalidWheelFilename(problem)
    return parse_wheel_filename(filename)

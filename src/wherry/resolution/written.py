"""Requirements that know the line of a file that they stand in."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from packaging.requirements import Requirement

from wherry.errors import InvalidRequirement, UnsupportedRequirement, UnsupportedWheel

if TYPE_CHECKING:
    from collections.abc import Iterator

    from wherry.model.requirement_line import RequirementLine

__all__ = ["WrittenRequirement", "errors_at", "place_of"]


class WrittenRequirement(Requirement):
    """A requirement of a file."""

    __slots__ = ("line",)

    def __init__(self, requirement: Requirement, line: RequirementLine) -> None:  # it has been parsed
        self.name = requirement.name
        self.url = requirement.url
        self.extras = requirement.extras
        self.specifier = requirement.specifier
        self.marker = requirement.marker
        self.line = line


def place_of(requirement: Requirement) -> str:
    """Return the file and line of the requirement; nothing where it comes from no file."""
    return requirement.line.place if isinstance(requirement, WrittenRequirement) else ""


@contextmanager
def errors_at(place: str) -> Iterator[None]:
    """Let errors about a requirement that the block raises name its ``place``."""
    try:
        yield
    except (InvalidRequirement, UnsupportedRequirement, UnsupportedWheel) as error:
        error.place = place
        raise

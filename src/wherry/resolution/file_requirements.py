"""Requirements with their line in a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packaging.requirements import Requirement

if TYPE_CHECKING:
    from wherry.model.requirement_line import RequirementLine

__all__ = ["WrittenRequirement"]


class WrittenRequirement(Requirement):
    """A requirement in a file, parsed from ``line.text``."""

    __slots__ = ("line",)

    def __init__(self, requirement: Requirement, line: RequirementLine) -> None:
        self.name = requirement.name
        self.url = requirement.url
        self.extras = requirement.extras
        self.specifier = requirement.specifier
        self.marker = requirement.marker
        self.line = line

    @property
    def place(self) -> str:
        """The file and line."""
        return self.line.place

    @property
    def part(self) -> str:
        """The extra or the dependency group that has the requirement, if any."""
        return self.line.part

"""The partial solution: decisions and derivations in order, so that they can be undone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wherry.resolution.conflicts.incompatibility import Incompatibility
    from wherry.resolution.requirements import Identifier

__all__ = ["Assignment", "PartialSolution"]


@dataclass(frozen=True, slots=True)
class Assignment:
    """A change of a domain to the bits in ``left``: a derivation with its ``cause``, or a decision without one."""

    position: int
    identifier: Identifier
    left: int
    level: int
    cause: Incompatibility | None


class PartialSolution:
    """Assignments, and the bits that are left of each domain after them; ``level`` is the number of decisions."""

    def __init__(self) -> None:
        self.level = 0
        self.left: dict[Identifier, int] = {}
        self._steps: list[Assignment] = []
        self._by_identifier: dict[Identifier, list[Assignment]] = {}

    def open(self, identifier: Identifier, full: int) -> None:
        """Add an identifier, with its full domain left."""
        self.left[identifier] = full
        self._by_identifier[identifier] = [Assignment(-1, identifier, full, 0, None)]

    def narrow(self, identifier: Identifier, bits: int, cause: Incompatibility | None = None) -> None:
        """Remove all bits but ``bits``. Without a cause, this is a decision and begins a level."""
        if cause is None:
            self.level += 1
        left = self.left[identifier] & bits
        step = Assignment(len(self._steps), identifier, left, self.level, cause)
        self._steps.append(step)
        self._by_identifier[identifier].append(step)
        self.left[identifier] = left

    def satisfier(self, identifier: Identifier, bits: int) -> Assignment:
        """Return the first assignment after which only ``bits`` were left."""
        return next(step for step in self._by_identifier[identifier] if step.left & ~bits == 0)

    def take_back(self, level: int) -> None:
        """Undo all assignments above ``level``."""
        while self._steps and self._steps[-1].level > level:
            step = self._steps.pop()
            steps = self._by_identifier[step.identifier]
            steps.pop()
            self.left[step.identifier] = steps[-1].left
        self.level = level

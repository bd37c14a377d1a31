"""The trail: what has been decided and what follows from it, in order, so that it can be taken back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from wherry.resolution.conflicts.incompatibility import Incompatibility
    from wherry.resolution.requirements import Identifier

__all__ = ["Assignment", "PartialSolution"]


@dataclass(frozen=True, slots=True)
class Assignment:
    """``left`` is what remains of an identifier's domain: because of ``cause``, or by decision where there is none."""

    position: int
    identifier: Identifier
    left: int
    level: int
    cause: Incompatibility | None


class PartialSolution:
    """Steps, and what is left of each domain after them; ``level`` counts the decisions."""

    def __init__(self) -> None:
        self.level = 0
        self.left: dict[Identifier, int] = {}
        self._steps: list[Assignment] = []
        self._by_identifier: dict[Identifier, list[Assignment]] = {}

    def open(self, identifier: Identifier, full: int) -> None:
        """Let an identifier in, of whose domain everything is left."""
        self.left[identifier] = full
        self._by_identifier[identifier] = [Assignment(-1, identifier, full, 0, None)]

    def narrow(self, identifier: Identifier, bits: int, cause: Incompatibility | None = None) -> None:
        """Leave only ``bits``; without a cause it is a decision, one level up."""
        if cause is None:
            self.level += 1
        left = self.left[identifier] & bits
        step = Assignment(len(self._steps), identifier, left, self.level, cause)
        self._steps.append(step)
        self._by_identifier[identifier].append(step)
        self.left[identifier] = left

    def satisfier(self, identifier: Identifier, bits: int) -> Assignment:
        """Return the step after which nothing but ``bits`` was left."""
        return next(step for step in self._by_identifier[identifier] if step.left & ~bits == 0)

    def take_back(self, level: int) -> None:
        """Forget every step above ``level``."""
        while self._steps and self._steps[-1].level > level:
            step = self._steps.pop()
            steps = self._by_identifier[step.identifier]
            steps.pop()
            self.left[step.identifier] = steps[-1].left
        self.level = level

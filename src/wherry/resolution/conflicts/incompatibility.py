"""Incompatibilities: terms that cannot all be true, and the facts that they follow from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from packaging.utils import NormalizedName
    from resolvelib.structs import RequirementInformation

    from wherry.resolution.candidates import Candidate
    from wherry.resolution.requirements import Identifier, ProjectRequirement

    # ``parent`` requires ``requirement``; ``None`` is the caller.
    Cause = RequirementInformation[ProjectRequirement, Candidate]

__all__ = ["Derivations", "Fact", "Incompatibility", "Restricted", "Unselectable"]


@dataclass(frozen=True, slots=True)
class Restricted:
    """A constraint restricts a project."""

    constraint: ProjectRequirement


@dataclass(frozen=True, slots=True)
class Unselectable:
    """The remaining releases of a project are not allowed: pre-releases, or yanked releases that nothing names."""

    name: NormalizedName


Fact: TypeAlias = "Cause | Restricted | Unselectable"


@dataclass(frozen=True, slots=True, eq=False)
class Incompatibility:
    """Terms that cannot all be true: ``terms`` maps identifiers to the bits of their domains.

    ``number`` is its position in the :class:`Derivations`; ``is_derived`` marks one that follows from two others.
    """

    terms: Mapping[Identifier, int]
    number: int
    is_derived: bool = False


class Derivations:
    """The source of each incompatibility of a search: a fact, or two other incompatibilities.

    The sources are kept in lists. Objects that hold their parents would form chains as long as the search, and freeing
    a chain of thousands overflows the stack, which ends Pyodide.
    """

    def __init__(self) -> None:
        self._facts: dict[int, Fact] = {}
        self._parents: list[tuple[int, ...]] = []

    def state(self, terms: Mapping[Identifier, int], fact: Fact | None = None) -> Incompatibility:
        """Return a new incompatibility that states ``fact``, or one that is true without a reason to report."""
        number = len(self._parents)
        self._parents.append(())
        if fact is not None:
            self._facts[number] = fact
        return Incompatibility(terms, number)

    def derive(
        self, terms: Mapping[Identifier, int], first: Incompatibility, second: Incompatibility
    ) -> Incompatibility:
        """Return a new incompatibility that follows from two others."""
        self._parents.append((first.number, second.number))
        return Incompatibility(terms, len(self._parents) - 1, is_derived=True)

    def combine(self, first: Incompatibility, second: Incompatibility, pivot: Identifier, full: int) -> Incompatibility:
        """Return the incompatibility that follows from two others by resolution on ``pivot``, whose domain is ``full``.

        For each bit of the pivot in either, one of the two applies. So the other terms of both cannot all be true,
        unless the pivot has a bit that is in neither.
        """
        terms = dict(first.terms)
        for identifier, bits in second.terms.items():
            terms[identifier] = terms[identifier] & bits if identifier in terms else bits
        either = first.terms[pivot] | second.terms[pivot]
        if either == full:
            del terms[pivot]
        else:
            terms[pivot] = either
        return self.derive(terms, first, second)

    def facts(self, incompatibility: Incompatibility) -> Iterator[Fact]:
        """Yield the facts that ``incompatibility`` follows from, each once."""
        seen: set[int] = set()
        pending = [incompatibility.number]
        while pending:
            number = pending.pop()
            if number in seen:
                continue
            seen.add(number)
            pending += self._parents[number]
            if number in self._facts:
                yield self._facts[number]

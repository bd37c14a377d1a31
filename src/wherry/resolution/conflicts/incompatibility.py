"""Nogoods: what cannot all be true at once, and how that is known."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from packaging.utils import NormalizedName
    from resolvelib.structs import RequirementInformation

    from wherry.resolution.candidates import Candidate
    from wherry.resolution.requirements import Identifier, ProjectRequirement

    # ``parent`` (``None``: the caller) requires ``requirement``.
    Cause = RequirementInformation[ProjectRequirement, Candidate]

__all__ = ["Derivations", "Fact", "Incompatibility", "Restricted", "Unselectable"]


@dataclass(frozen=True, slots=True)
class Restricted:
    """A constraint restricts a project."""

    constraint: ProjectRequirement


@dataclass(frozen=True, slots=True)
class Unselectable:
    """What is left of a project must not be taken: pre-releases or yanked files that nobody asked for."""

    name: NormalizedName


Fact: TypeAlias = "Cause | Restricted | Unselectable"


@dataclass(frozen=True, slots=True, eq=False)
class Incompatibility:
    """``terms`` maps identifiers to bits: not every one of them may come to one of its bits.

    ``number`` is its place among the :class:`Derivations`; ``is_derived`` tells that it follows from two others.
    """

    terms: Mapping[Identifier, int]
    number: int
    is_derived: bool = False


class Derivations:
    """How each incompatibility of a search is known: as a fact, or from two others.

    They are lists. Objects that hold their parents would be chains as long as the search, and freeing a chain of
    thousands runs out of stack, which ends Pyodide.
    """

    def __init__(self) -> None:
        self._facts: dict[int, Fact] = {}
        self._parents: list[tuple[int, ...]] = []

    def state(self, terms: Mapping[Identifier, int], fact: Fact | None = None) -> Incompatibility:
        """Return an incompatibility that is known as ``fact``, or by itself."""
        number = len(self._parents)
        self._parents.append(())
        if fact is not None:
            self._facts[number] = fact
        return Incompatibility(terms, number)

    def derive(
        self, terms: Mapping[Identifier, int], first: Incompatibility, second: Incompatibility
    ) -> Incompatibility:
        """Return an incompatibility that follows from two others."""
        self._parents.append((first.number, second.number))
        return Incompatibility(terms, len(self._parents) - 1, is_derived=True)

    def combine(self, first: Incompatibility, second: Incompatibility, pivot: Identifier, full: int) -> Incompatibility:
        """Return what follows from two incompatibilities by resolution on ``pivot``, whose domain is ``full``.

        Where the pivot comes to a bit of either, one of the two applies; so the other terms of both cannot all be true.
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

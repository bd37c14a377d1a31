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

__all__ = ["Fact", "Nogood", "Restricted", "Unselectable", "combine"]


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
class Nogood:
    """``terms`` maps identifiers to bits: not every one of them may come to one of its bits.

    It is known as a ``fact``, or follows from two others.
    """

    terms: Mapping[Identifier, int]
    fact: Fact | None = None
    parents: tuple[Nogood, ...] = ()

    def facts(self) -> Iterator[Fact]:
        """Yield the facts that this follows from, each once."""
        seen: set[int] = set()
        pending = [self]
        while pending:
            nogood = pending.pop()
            if id(nogood) in seen:
                continue
            seen.add(id(nogood))
            pending += nogood.parents
            if nogood.fact is not None:
                yield nogood.fact


def combine(first: Nogood, second: Nogood, pivot: Identifier, full: int) -> Nogood:
    """Return what follows from two nogoods by resolution on ``pivot``, whose domain is ``full``.

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
    return Nogood(terms, parents=(first, second))

"""Which extras and dependency groups of the caller's project need a package, as a marker of its entry in a lock."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name

from wherry.resolution.graph.graph import Graph

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from packaging.requirements import Requirement
    from packaging.utils import NormalizedName

    from wherry.resolution.requirements import Identifier
    from wherry.resolution.resolution import Resolution

__all__ = ["Membership"]

VARIABLES = {"extra": "extras", "group": "dependency_groups"}


class Membership:
    """The parts of a project, ``extra:NAME`` or ``group:NAME``, that need each package of ``resolution``.

    ``requirements`` are the caller's, as far as they apply; each may have the part that has it. A requirement of no
    part always applies, as does all that it leads to.
    """

    def __init__(self, resolution: Resolution, requirements: Iterable[Requirement]) -> None:
        roots: defaultdict[str, set[Identifier]] = defaultdict(set)
        for requirement in requirements:
            name = canonicalize_name(requirement.name)
            extras = map(canonicalize_name, requirement.extras)
            roots[getattr(requirement, "part", "")] |= {(name, ""), *((name, extra) for extra in extras)}
        graph = Graph({}, {pin.name: pin.reasons for pin in resolution.chosen})
        self._parts: defaultdict[NormalizedName, set[str]] = defaultdict(set)
        self.parts = tuple(sorted(roots.keys() - {""}))
        self.has_plain = "" in roots
        for part in sorted(roots):
            for name in _reached(roots[part], graph):
                self._parts[name].add(part)

    def marker(self, name: NormalizedName) -> str | None:
        """Return the marker of a package, or ``None`` if it always applies."""
        parts = self._parts.get(name, {""})
        if "" in parts:
            return None
        return " or ".join(_condition(part) for part in sorted(parts))

    def names(self, kind: str) -> list[str]:
        """Return the names of all extras, or of all groups: ``kind`` is ``extra`` or ``group``."""
        return [name for found, _, name in (part.partition(":") for part in self.parts) if found == kind]


def _condition(part: str) -> str:
    kind, _, name = part.partition(":")
    return f"'{name}' in {VARIABLES[kind]}"


def _reached(starts: Iterable[Identifier], graph: Graph) -> Mapping[NormalizedName, None]:
    pending = [*starts]
    seen = set(pending)
    while pending:
        for edge in graph.required_by(pending.pop()):
            new = [end for end in edge.ends if end not in seen]
            seen.update(new)
            pending += new
    return dict.fromkeys(name for name, _ in seen)

"""The chains of requirements that lead to a project."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name

from wherry.model.tables import html_lines
from wherry.printable import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from packaging.utils import NormalizedName

    from wherry.resolution.graph.graph import Graph
    from wherry.resolution.requirements import Identifier

__all__ = ["Step", "Why", "explain_presence"]


@dataclass(frozen=True, slots=True)
class Step:
    """One requirement of a chain, and the project that meets it; ``version`` is ``None`` if that is missing."""

    requirement: str
    name: NormalizedName
    version: str | None

    def to_dict(self) -> dict[str, object]:
        """Return a mapping for JSON."""
        return {"requirement": self.requirement, "name": self.name, "version": self.version}


@dataclass(frozen=True, slots=True, repr=False)
class Why:
    """The chains that lead to a project, shortest first.

    Each begins with a requested project and ends with a requirement of the project; for each such requirement there is
    one chain, the shortest. ``version`` is ``None`` if the project is missing.
    """

    name: NormalizedName
    version: str | None
    chains: tuple[tuple[Step, ...], ...]

    def __bool__(self) -> bool:
        return bool(self.chains)

    def __str__(self) -> str:
        if not self.chains:
            if self.version is None:
                return f"{self.name} is not present, and nothing requires it"
            return f"{self.name} {self.version} was not asked for by name, and nothing requires it"
        chains = [
            " → ".join(step.requirement for step in chain) + (" (asked for)" if len(chain) == 1 else "")
            for chain in self.chains
        ]
        return printable("\n  ".join([f"{self.name} {self.version or 'is missing'}", *chains]))

    def __repr__(self) -> str:
        # A REPL shows this.
        return str(self)

    def _repr_html_(self) -> str:
        return html_lines(str(self))

    def to_dict(self) -> dict[str, object]:
        """Return a mapping for JSON."""
        chains = [[step.to_dict() for step in chain] for chain in self.chains]
        return {"name": self.name, "version": self.version, "chains": chains}


def explain_presence(graph: Graph, name: str) -> Why:
    """Return the chains to the project ``name``, in any spelling."""
    project = canonicalize_name(name)
    ways = _shortest_ways(graph, around=project)
    found: set[tuple[Step, ...]] = set()
    for reason in graph.reasons.get(project, ()):
        parent = None if reason.parent is None else (reason.parent, reason.parent_extra)
        # Without a path, the parent is reached only through the project itself, which explains nothing.
        if parent in ways:
            found.add((*_chain(parent, ways), Step(reason.text, project, graph.versions.get(project))))
    chains = sorted(found, key=lambda chain: (len(chain), [step.requirement for step in chain]))
    return Why(project, graph.versions.get(project), tuple(chains))


# The last step of the shortest path to an identifier, and the identifier where that step begins.
Ways = dict["Identifier | None", tuple[Step, "Identifier | None"] | None]


def _chain(end: Identifier | None, ways: Ways) -> Iterator[Step]:
    backwards = []
    while (way := ways[end]) is not None:
        step, end = way
        backwards.append(step)
    return reversed(backwards)


def _shortest_ways(graph: Graph, *, around: NormalizedName) -> Ways:
    """Return the shortest paths from the caller to all that can be reached without the project ``around``.

    The paths share their steps: whole paths would need memory quadratic in the depth.
    """
    ways: Ways = {None: None}
    pending: deque[Identifier | None] = deque(ways)
    while pending:
        here = pending.popleft()
        for edge in graph.required_by(here):
            if edge.name == around:
                continue
            step = None
            for end in edge.ends:
                if end not in ways:
                    step = step or Step(edge.reason.text, edge.name, graph.versions.get(edge.name))
                    ways[end] = step, here
                    pending.append(end)
    return ways

"""The tree of requirements, with the requested projects at the top."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from wherry.model.tables import html_lines
from wherry.printable import printable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from packaging.utils import NormalizedName

    from wherry.resolution.graph.graph import Edge, Graph

__all__ = ["Branch", "Tree", "draw_tree"]

ABOVE = "(*)"
CUT = "(cut)"
MOST_LEVELS = 200  # callers may walk down the branches by recursion, which in Pyodide ends at some depth
LEGENDS = {
    ABOVE: f"{ABOVE} its requirements are shown above",
    CUT: f"{CUT} its requirements, below {MOST_LEVELS} levels, are not shown",
}


@dataclass(frozen=True, slots=True)
class Branch:
    """A project with its requirements as ``branches``; ``requirement`` has those that led here, separated by commas.

    ``version`` is ``None`` if the project is missing. A ``repeated`` branch has been shown with its requirements
    before, a ``cycle`` is below itself, and one that is ``cut`` is on the 200th level and requires more; all have no
    branches.
    """

    name: NormalizedName
    version: str | None
    extras: tuple[str, ...]
    requirement: str
    branches: tuple[Branch, ...] = ()
    repeated: bool = False
    cycle: bool = False
    cut: bool = False

    def __str__(self) -> str:
        extras = f"[{','.join(self.extras)}]" if self.extras else ""
        words = [f"{self.name}{extras}", self.version or "is missing"]
        if self.requirement != words[0]:
            words.append(f"({self.requirement})")
        if self.repeated:
            words.append(ABOVE)
        if self.cycle:
            words.append("(cycle)")
        if self.cut:
            words.append(CUT)
        return printable(" ".join(words))

    def to_dict(self) -> dict[str, object]:
        """Return a mapping for JSON."""
        return {
            "name": self.name,
            "version": self.version,
            "extras": list(self.extras),
            "requirement": self.requirement,
            "repeated": self.repeated,
            "cycle": self.cycle,
            "cut": self.cut,
            "branches": [branch.to_dict() for branch in self.branches],
        }


@dataclass(frozen=True, slots=True, repr=False)
class Tree:
    """The requested projects, each with its requirements."""

    branches: tuple[Branch, ...]

    def __str__(self) -> str:
        lines = list(_lines(self.branches))
        lines += [legend for mark, legend in LEGENDS.items() if any(line.endswith(mark) for line in lines)]
        return "\n".join(lines) or "No projects"

    def __repr__(self) -> str:
        # A REPL shows this.
        return str(self)

    def _repr_html_(self) -> str:
        return html_lines(str(self))

    def to_dict(self) -> dict[str, object]:
        """Return a mapping for JSON."""
        return {"branches": [branch.to_dict() for branch in self.branches]}


def _lines(branches: tuple[Branch, ...]) -> Iterator[str]:
    """Yield the branches, each behind the lines that lead to it."""
    pending = [(branch, "", "") for branch in reversed(branches)]
    while pending:
        branch, lead, below = pending.pop()
        yield f"{lead}{branch}"
        pending += [(last, f"{below}└── ", f"{below}    ") for last in branch.branches[-1:]]
        pending += [(child, f"{below}├── ", f"{below}│   ") for child in branch.branches[-2::-1]]


def draw_tree(graph: Graph) -> Tree:
    """Return the tree of ``graph``; the requirements of each project are drawn once."""
    return Tree(_Drawing(graph).branches())


Node = tuple["NormalizedName", frozenset[str]]


@dataclass(slots=True)
class _Open:
    """A branch whose own branches are being drawn; ``make`` makes it of them."""

    make: Callable[[tuple[Branch, ...]], Branch]
    node: Node
    pending: Iterator[tuple[NormalizedName, list[Edge]]]
    drawn: list[Branch] = field(default_factory=list)


class _Drawing:
    """Draws a graph depth first, without recursion, because installed packages may require one another at any depth."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._path: list[_Open] = []
        # The extras with which a project has been drawn.
        self._drawn: dict[NormalizedName, list[frozenset[str]]] = {}

    def branches(self) -> tuple[Branch, ...]:
        top: list[Branch] = []
        for name, edges in _together(self._graph.required_by(None)):
            self._begin(name, edges, top)
            while self._path:
                here = self._path[-1]
                following = next(here.pending, None)
                if following is not None:
                    self._begin(*following, here.drawn)
                else:
                    self._path.pop()
                    (self._path[-1].drawn if self._path else top).append(here.make(tuple(here.drawn)))
        return tuple(top)

    def _begin(self, name: NormalizedName, edges: list[Edge], beside: list[Branch]) -> None:
        """Add a branch without branches to ``beside``; open any other."""
        asked = frozenset(extra for edge in edges for extra in edge.reason.extras)
        extras, below = self._expand(name, asked)
        cycle = any(name == above.node[0] and extras <= above.node[1] for above in self._path)
        repeated = bool(below) and not cycle and any(extras <= drawn for drawn in self._drawn.get(name, ()))
        goes_on = bool(below) and not cycle and not repeated
        cut = goes_on and len(self._path) + 1 >= MOST_LEVELS
        make = partial(
            Branch,
            name,
            self._graph.versions.get(name),
            tuple(sorted(asked)),
            ", ".join(dict.fromkeys(edge.reason.text for edge in edges)),
            repeated=repeated,
            cycle=cycle,
            cut=cut,
        )
        if goes_on and not cut:
            self._drawn.setdefault(name, []).append(extras)
            self._path.append(_Open(make, (name, extras), iter(_together(below))))
        else:
            beside.append(make(()))

    def _expand(self, name: NormalizedName, asked: frozenset[str]) -> tuple[frozenset[str], list[Edge]]:
        """Return the required extras and those that they require, and the requirements of all of them on others."""
        extras = {"": None} | dict.fromkeys(sorted(asked))
        below = []
        pending = list(extras)
        while pending:
            for edge in self._graph.required_by((name, pending.pop())):
                if edge.name != name:
                    below.append(edge)
                    continue
                pending += [extra for extra in edge.reason.extras if extra not in extras]
                extras.update(dict.fromkeys(edge.reason.extras))
        return frozenset(extras), below


def _together(edges: Iterable[Edge]) -> list[tuple[NormalizedName, list[Edge]]]:
    """Return the edges to each project, ordered by its name."""
    together: dict[NormalizedName, list[Edge]] = {}
    for edge in edges:
        together.setdefault(edge.name, []).append(edge)
    return sorted(together.items())

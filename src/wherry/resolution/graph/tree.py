"""The tree of requirements, with the requested projects at the top."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from wherry.printable import printable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from packaging.utils import NormalizedName

    from wherry.resolution.graph.graph import Edge, Graph

__all__ = ["Branch", "Tree", "draw_tree"]

ABOVE = "(*)"
LEGEND = f"{ABOVE} what it requires is shown above"


@dataclass(frozen=True, slots=True)
class Branch:
    """A project with its requirements as ``branches``; ``requirement`` has those that led here, separated by commas.

    ``version`` is ``None`` if the project is missing. A ``repeated`` branch has been shown with its requirements
    before, and a ``cycle`` is below itself; both have no branches.
    """

    name: NormalizedName
    version: str | None
    extras: tuple[str, ...]
    requirement: str
    branches: tuple[Branch, ...] = ()
    repeated: bool = False
    cycle: bool = False

    def __str__(self) -> str:
        extras = f"[{','.join(self.extras)}]" if self.extras else ""
        words = [f"{self.name}{extras}", self.version or "is missing"]
        if self.requirement != words[0]:
            words.append(f"({self.requirement})")
        if self.repeated:
            words.append(ABOVE)
        if self.cycle:
            words.append("(cycle)")
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
            "branches": [branch.to_dict() for branch in self.branches],
        }


@dataclass(frozen=True, slots=True, repr=False)
class Tree:
    """The requested projects, each with its requirements."""

    branches: tuple[Branch, ...]

    def __str__(self) -> str:
        lines = [line for branch in self.branches for line in (str(branch), *_lines_below(branch))]
        if any(line.endswith(ABOVE) for line in lines):
            lines.append(LEGEND)
        return "\n".join(lines) or "No projects"

    def __repr__(self) -> str:
        # A REPL shows this.
        return str(self)

    def _repr_html_(self) -> str:
        from html import escape

        return f"<pre>{escape(str(self))}</pre>"

    def to_dict(self) -> dict[str, object]:
        """Return a mapping for JSON."""
        return {"branches": [branch.to_dict() for branch in self.branches]}


def _lines_below(branch: Branch) -> Iterator[str]:
    for child in branch.branches:
        is_last = child is branch.branches[-1]
        yield f"{'└── ' if is_last else '├── '}{child}"
        for line in _lines_below(child):
            yield f"{'    ' if is_last else '│   '}{line}"


def draw_tree(graph: Graph) -> Tree:
    """Return the tree of ``graph``; the requirements of each project are drawn once."""
    return Tree(_Drawing(graph).branches(graph.required_by(None), ()))


Node = tuple["NormalizedName", frozenset[str]]


def _is_among(node: Node, others: Iterable[Node]) -> bool:
    """Return whether one of ``others`` is the project with those extras, or with more."""
    name, extras = node
    return any(name == other and extras <= its_extras for other, its_extras in others)


class _Drawing:
    def __init__(self, graph: Graph) -> None:
        self._graph = graph
        self._drawn: list[Node] = []

    def branches(self, edges: Iterable[Edge], path: tuple[Node, ...]) -> tuple[Branch, ...]:
        together: dict[NormalizedName, list[Edge]] = {}
        for edge in edges:
            together.setdefault(edge.name, []).append(edge)
        return tuple(self._branch(name, together[name], path) for name in sorted(together))

    def _branch(self, name: NormalizedName, edges: list[Edge], path: tuple[Node, ...]) -> Branch:
        asked = frozenset(extra for edge in edges for extra in edge.reason.extras)
        extras, below = self._expand(name, asked)
        node = name, extras
        cycle = _is_among(node, path)
        repeated = bool(below) and not cycle and _is_among(node, self._drawn)
        if not cycle and not repeated:
            self._drawn.append(node)
        return Branch(
            name,
            self._graph.versions.get(name),
            tuple(sorted(asked)),
            ", ".join(dict.fromkeys(edge.reason.text for edge in edges)),
            () if cycle or repeated else self.branches(below, (*path, node)),
            repeated=repeated,
            cycle=cycle,
        )

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

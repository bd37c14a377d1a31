"""The graph of projects and requirements, from which trees and chains are drawn."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from packaging.utils import NormalizedName

    from wherry.resolution.requirements import Identifier, ProjectRequirement

__all__ = ["Edge", "Graph", "Reason", "gather_reasons"]


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason for a project: ``parent`` (``None`` is the caller) requires it; ``text`` is the requirement as written.

    ``parent_extra`` is the extra of the parent that has the requirement, if it is not the parent itself; ``extras`` are
    the required extras of the project. A project may be its own parent: ``pkg[all]`` may require ``pkg[a,b]``.
    """

    text: str
    parent: NormalizedName | None = None
    parent_extra: str = ""
    extras: tuple[str, ...] = ()

    @property
    def asker(self) -> str:
        """The parent with its extra, ``pkg[all]``; an empty string for the caller."""
        extra = f"[{self.parent_extra}]" if self.parent_extra else ""
        return f"{self.parent}{extra}" if self.parent else ""

    def to_dict(self) -> dict[str, object]:
        """Return a mapping for JSON."""
        return {
            "text": self.text,
            "parent": self.parent,
            "parent_extra": self.parent_extra,
            "extras": list(self.extras),
        }


def gather_reasons(
    required: Iterable[tuple[Identifier | None, ProjectRequirement]],
) -> dict[NormalizedName, tuple[Reason, ...]]:
    """Return the reasons for each project, the caller's first, from pairs of a parent and a requirement.

    Requirements of a project and of its extras with the same text are one reason.
    """
    extras: defaultdict[tuple[NormalizedName, Identifier | None, str], set[str]] = defaultdict(set)
    for parent, requirement in required:
        # Without the pins of extras to their project, which no author wrote.
        if requirement.exactly is None or parent is None or parent[0] != requirement.name:
            extras[requirement.name, parent, requirement.text].add(requirement.extra)
    reasons: defaultdict[NormalizedName, list[Reason]] = defaultdict(list)
    for (name, parent, text), asked in extras.items():
        asker, asker_extra = parent or (None, "")
        reasons[name].append(Reason(text, asker, asker_extra, tuple(sorted(asked - {""}))))
    return {name: tuple(sorted(found, key=_order)) for name, found in reasons.items()}


def _order(reason: Reason) -> tuple[str, str, str]:
    return reason.parent or "", reason.parent_extra, reason.text


@dataclass(frozen=True, slots=True)
class Edge:
    """A reason, and the project that it is for."""

    reason: Reason
    name: NormalizedName

    @property
    def ends(self) -> tuple[Identifier, ...]:
        """The project, and its required extras."""
        return (self.name, ""), *((self.name, extra) for extra in self.reason.extras)


class Graph:
    """Projects, their versions, and the reasons for them.

    ``versions`` has the present projects; ``reasons`` may be for missing ones, too. ``orphans`` are present but
    required by no project; chains may begin with them.
    """

    def __init__(
        self,
        versions: Mapping[NormalizedName, str],
        reasons: Mapping[NormalizedName, tuple[Reason, ...]],
        orphans: Iterable[NormalizedName] = (),
    ) -> None:
        self.versions = versions
        self.reasons = reasons
        self._from: defaultdict[Identifier | None, list[Edge]] = defaultdict(list)
        for name in sorted(reasons):
            for reason in reasons[name]:
                parent = None if reason.parent is None else (reason.parent, reason.parent_extra)
                self._from[parent].append(Edge(reason, name))
        self._from[None] += [Edge(Reason(name), name) for name in sorted(orphans)]

    def required_by(self, parent: Identifier | None) -> tuple[Edge, ...]:
        """Return the requirements of a project, of an extra (only), or of the caller, ordered by name."""
        return tuple(self._from.get(parent, ()))

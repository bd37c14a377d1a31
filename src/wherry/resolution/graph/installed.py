"""The graph of the installed distributions, and their unmet requirements."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wherry.model.check import UnmetRequirement
from wherry.resolution.graph.graph import Graph, Reason, gather_reasons
from wherry.resolution.requirements import required_by
from wherry.resolution.standard_library import is_met_by_python

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from packaging.utils import NormalizedName

    from wherry.model.distribution import InstalledDistribution
    from wherry.model.environment import Environment
    from wherry.resolution.requirements import Identifier, ProjectRequirement

    Installed = Mapping[NormalizedName, InstalledDistribution]

__all__ = ["find_missing", "find_orphans", "find_unmet", "installed_graph"]


def find_unmet(installed: Installed, environment: Environment) -> Iterator[UnmetRequirement]:
    """Yield the unmet requirements of the installed distributions, and of their required extras.

    Extras that only a caller once requested are not recorded anywhere, so they are left out.
    """
    for name in sorted(installed):
        yield from _unmet_python(installed[name], environment)
    for (name, extra), requirement in _requirements(installed, environment):
        # A requirement of an extra comes with one of the project, with the same text.
        if requirement.extra:
            continue
        found = installed.get(requirement.name)
        if found is None or not requirement.admits(found.metadata.version):
            yield UnmetRequirement(
                name,
                installed[name].version,
                requirement.text,
                requirement.name,
                found.version if found else None,
                extra,
            )


def find_missing(
    names: Collection[NormalizedName], installed: Installed, environment: Environment
) -> Iterator[UnmetRequirement]:
    """Yield the requirements of the installed distributions that are unmet because these projects are missing."""
    for unmet in find_unmet(installed, environment):
        if unmet.installed is None and unmet.project in names:
            yield unmet


def installed_graph(installed: Installed, environment: Environment) -> Graph:
    """Return the graph of the installed distributions. Its roots are the requested and the unrequired projects."""
    required: list[tuple[Identifier | None, ProjectRequirement]] = list(_requirements(installed, environment))
    reasons = gather_reasons(required)
    for name, distribution in installed.items():
        if distribution.requested:
            reasons[name] = (Reason(name), *reasons.get(name, ()))
    return Graph({name: found.version for name, found in installed.items()}, reasons, find_orphans(installed, reasons))


def _requirements(installed: Installed, environment: Environment) -> Iterator[tuple[Identifier, ProjectRequirement]]:
    """Yield the requirements of every distribution, and of every required extra, each with its parent.

    Leave out requirements that a module of Python meets.
    """
    pending: list[Identifier] = [(name, "") for name in sorted(installed, reverse=True)]
    seen = set(pending)
    while pending:
        parent = pending.pop()
        for requirement in required_by(installed[parent[0]].metadata, environment, parent[1]):
            if requirement.name not in installed and is_met_by_python(requirement, environment):
                continue
            yield parent, requirement
            identifier = requirement.identifier
            if requirement.name in installed and identifier not in seen:
                seen.add(identifier)
                pending.append(identifier)


def find_orphans(
    present: Iterable[NormalizedName], reasons: Mapping[NormalizedName, tuple[Reason, ...]]
) -> list[NormalizedName]:
    """Return further roots, so that all projects are reached: unrequired ones, then one of each cycle."""
    present = sorted(present)
    orphans = [name for name in present if all(reason.parent == name for reason in reasons.get(name, ()))]
    children: dict[NormalizedName | None, set[NormalizedName]] = {}
    for name, why in reasons.items():
        for reason in why:
            children.setdefault(reason.parent, set()).add(name)
    reached: set[NormalizedName] = set()
    _reach([*orphans, *children.get(None, ())], children, reached)
    for name in present:
        if name not in reached:
            orphans.append(name)
            _reach([name], children, reached)
    return orphans


def _reach(
    starts: list[NormalizedName],
    children: Mapping[NormalizedName | None, set[NormalizedName]],
    reached: set[NormalizedName],
) -> None:
    while starts:
        name = starts.pop()
        if name not in reached:
            reached.add(name)
            starts += children.get(name, ())


def _unmet_python(distribution: InstalledDistribution, environment: Environment) -> Iterator[UnmetRequirement]:
    required = distribution.metadata.requires_python
    running = environment.python_version
    if required is not None and not required.contains(running, prereleases=True):
        yield UnmetRequirement(distribution.name, distribution.version, f"Python {required}", "python", str(running))

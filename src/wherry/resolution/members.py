"""Members of the distribution: the lock names the projects that they require, their metadata has the versions.

The versions in the lock always satisfy its members, which were built with them. So a member's metadata matters only if
the answer has another version of one of these projects, and the ordinary case reads none.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from packaging.specifiers import SpecifierSet

from wherry.model.distribution import InstalledDistribution
from wherry.model.locked_package import LockedPackage
from wherry.resolution.requirements import ProjectRequirement

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from packaging.utils import NormalizedName

    from wherry.resolution.candidates import Candidate
    from wherry.resolution.problem import Problem
    from wherry.resolution.snapshot import Snapshot
    from wherry.resolution.sources import Source

__all__ = ["locked_package", "members_beside_others", "members_to_replace", "partners_of", "required_by_member"]


def locked_package(source: Source | None, problem: Problem) -> LockedPackage | None:
    """Return the lock's entry of a member, installed or not; ``None`` for any other candidate."""
    if isinstance(source, LockedPackage):
        return source
    if not isinstance(source, InstalledDistribution) or not source.from_distribution:
        return None
    package = problem.distribution.get(source.name)
    return package if package is not None and package.version == source.metadata.version else None


def required_by_member(
    package: LockedPackage, problem: Problem, stated: Iterable[ProjectRequirement] | None
) -> Iterator[ProjectRequirement]:
    """Yield a member's requirements; ``stated`` are those of its metadata, ``None`` while that is unknown.

    The lock leaves out indirect dependencies, so the metadata counts for all projects that the lock leads to.
    """
    named = set()
    partners = partners_of(package, problem) if stated else {}
    for requirement in stated or ():
        partner = partners.get(requirement.name)
        if partner is not None and not requirement.extra and not partner.is_shared_library:
            named.add(partner.name)
            yield replace(requirement, built_with=partner.version, url=None)
    for name in package.depends:
        partner = problem.distribution.get(name)
        if partner is not None and partner.is_shared_library:
            yield ProjectRequirement(name, exactly=partner.version, text=f"{name}=={partner.version}")
        elif partner is not None and name not in named:
            yield ProjectRequirement(name, text=name)


def members_beside_others(pins: Iterable[Candidate], problem: Problem) -> Iterator[Candidate]:
    """Yield pinned members of the distribution that lead to projects pinned to a version not in the lock."""
    chosen = [candidate for candidate in pins if not candidate.extra]
    others = set()
    for candidate in chosen:
        package = None if candidate.name in problem.overrides else problem.distribution.get(candidate.name)
        if package is not None and candidate.version not in {package.version, None}:
            others.add(candidate.name)
    for candidate in chosen if others else ():
        package = locked_package(candidate.source, problem)
        if package is not None and not others.isdisjoint(partners_of(package, problem)):
            yield candidate


def members_to_replace(candidate: Candidate, problem: Problem, snapshot: Snapshot) -> Iterator[ProjectRequirement]:
    """Yield a requirement of another version for each installed member whose metadata excludes ``candidate``."""
    if candidate.version is None or candidate.extra or candidate.name not in problem.distribution:
        return
    for member in problem.installed.values() if candidate.origin != "installed" else ():
        package = locked_package(member, problem)
        if package is None or candidate.name not in partners_of(package, problem):
            continue
        for requirement in required_by_member(package, problem, snapshot.required(member.metadata)):
            if requirement.name == candidate.name and not requirement.admits(candidate.version):
                text = f"another {member.name} than the installed {member.version}, which requires {requirement.text}"
                unequal = SpecifierSet(f"!={member.version}")
                yield ProjectRequirement(member.name, unequal, replaces=True, text=text)


def partners_of(package: LockedPackage, problem: Problem) -> Mapping[NormalizedName, LockedPackage]:
    """Return the packages of the lock that ``package`` requires, directly or not."""
    found: dict[NormalizedName, LockedPackage] = {}
    waiting = [package]
    for one in waiting:  # grows meanwhile
        for name in one.depends:
            partner = problem.distribution.get(name)
            if partner is not None and name not in found:
                found[name] = partner
                waiting.append(partner)
    return found

"""Modules of Python's standard library that are required as if they were projects."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name

from wherry.errors import UnsupportedRequirement
from wherry.model.core_metadata import CoreMetadata
from wherry.model.distribution import InstalledDistribution

if TYPE_CHECKING:
    from collections.abc import Container, Iterable

    from packaging.requirements import Requirement
    from packaging.utils import NormalizedName

    from wherry.model.environment import Environment
    from wherry.resolution.problem import Problem
    from wherry.resolution.requirements import ProjectRequirement

__all__ = ["NEEDLESS", "describe_module", "is_met_by_python", "leave_to_python", "module_as_source"]

# Packages of the distributions before Pyodide 314, whose modules are in the standard library since.
ONCE_PACKAGES = frozenset({"hashlib", "lzma", "pydoc-data", "sqlite3", "ssl"})
NEEDLESS = "is part of Python and needs no installation"
LACKING = "is part of Python's standard library, but not of this runtime"


def leave_to_python(
    requirements: Iterable[Requirement],
    others: Iterable[Requirement],
    environment: Environment,
    known: Iterable[Container[NormalizedName]],
) -> tuple[list[Requirement], list[str]]:
    """Return the requirements of projects, and warnings about those of modules of Python.

    A module's bare name means the module. It means a project if one of ``known`` contains it, or if one of ``others``
    (constraints or overrides) or another requirement names it with a version, an extra or a URL.

    Raises :class:`~wherry.errors.UnsupportedRequirement` for a module that never was a package of a distribution.
    """
    requirements = list(requirements)
    meant = {_name(one) for one in (*requirements, *others) if one.specifier or one.extras or one.url}
    remaining, warnings = [], []
    for requirement in requirements:
        name = _name(requirement)
        is_here = environment.has_standard_module(name)
        if is_here is None or name in meant or any(name in some for some in known):
            remaining.append(requirement)
        elif is_here and name in ONCE_PACKAGES:
            warnings.append(f"{name} {NEEDLESS}")
        else:
            hint = f"to install a project of that name, add a version: '{name}>=0'"
            reason = f"it {NEEDLESS if is_here else LACKING}; {hint}"
            raise UnsupportedRequirement(requirement.name, reason)
    return remaining, list(dict.fromkeys(warnings))


def describe_module(typed: str, environment: Environment) -> str:
    """Say that ``typed``, a module's dotted name, belongs to Python; return nothing for other names."""
    is_here = environment.has_standard_module(canonicalize_name(typed.partition(".")[0]))
    return "" if is_here is None else f"{typed} {NEEDLESS if is_here else LACKING}"


def module_as_source(name: NormalizedName, problem: Problem) -> InstalledDistribution | None:
    """Return Python's module of that name as a distribution, for dependencies that no project meets.

    Return ``None`` for a name that the caller requires, which means a project.
    """
    environment = problem.environment
    asked = any(requirement.name == name for requirement in problem.requirements)
    if asked or not environment.has_standard_module(name):
        return None
    return InstalledDistribution(CoreMetadata(name, environment.python_version), installer="python")


def is_met_by_python(requirement: ProjectRequirement, environment: Environment) -> bool:
    """Return whether a dependency on a project that is not installed is met by Python's module of that name."""
    return requirement.admits(environment.python_version) and bool(environment.has_standard_module(requirement.name))


def _name(requirement: Requirement) -> NormalizedName:
    return canonicalize_name(requirement.name)

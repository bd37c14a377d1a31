"""Projects of the distribution by their modules."""

from __future__ import annotations

from itertools import takewhile
from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from packaging.utils import NormalizedName

    from wherry.model.locked_package import LockedPackage

__all__ = ["find_providers", "name_as_typed", "providers_of"]

# Modules that left Python's standard library, with the projects that have them now.
SUCCESSORS = {"distutils": ["setuptools"]}


def find_providers(packages: Iterable[LockedPackage]) -> dict[str, list[NormalizedName]]:
    """Return the projects that have each module; the one with the name of the module comes first."""
    found: dict[str, list[NormalizedName]] = {}
    for package in packages:
        for module in package.imports:
            found.setdefault(module, []).append(package.name)
    return {module: sorted(names, key=lambda name: _rank(module, name)) for module, names in found.items()}


def providers_of(typed: str, packages: Iterable[LockedPackage]) -> list[str]:
    """Return the projects that have the module ``typed``, or else its parent package, regardless of case."""
    by_name: dict[str, list[str]] = dict(SUCCESSORS)
    for module, names in find_providers(packages).items():
        name = canonicalize_name(module)
        by_name[name] = [*by_name.get(name, ()), *names]
    return next((by_name[name] for name in map(canonicalize_name, _parents(typed)) if name in by_name), [])


def name_as_typed(requirement: str) -> str:
    """Return the name at the beginning of a requirement, with its dots and capitals."""
    return "".join(takewhile(lambda letter: letter.isalnum() or letter in "._-", requirement))


def _rank(module: str, name: NormalizedName) -> tuple[bool, bool, int, str]:
    """Return the rank of a project that has a module: the same name, then no tests, then the shortest name."""
    return name != canonicalize_name(module), name.endswith("-tests"), len(name), name


def _parents(typed: str) -> Iterator[str]:
    while typed:
        yield typed
        typed = typed.rpartition(".")[0]

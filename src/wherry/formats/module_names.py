"""Names of the modules of a wheel."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["module_name", "package_of", "with_parents"]


def module_name(place: str) -> str:
    """Return the dotted name of the module whose source is at ``place``; empty if it cannot be imported by name."""
    parts = place.removesuffix(".py").removesuffix("/__init__").split("/")
    return ".".join(parts) if all(map(str.isidentifier, parts)) else ""


def package_of(name: str, place: str) -> str:
    """Return the package that a module's relative imports start from: itself, if it is one."""
    return name if place.endswith("/__init__.py") else name.rpartition(".")[0]


def with_parents(name: str) -> Iterator[str]:
    """Yield the packages that a module is in, the outermost first, and its own name: the order of their imports."""
    parts = name.split(".")
    return (".".join(parts[:count]) for count in range(1, len(parts) + 1))

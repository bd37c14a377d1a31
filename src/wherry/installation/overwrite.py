"""The option ``overwrite``: the projects whose files may be replaced."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packaging.utils import InvalidName, canonicalize_name

from wherry.errors import InvalidRequirement

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator

    from packaging.utils import NormalizedName

__all__ = ["read_overwrite", "unknown_names"]


def read_overwrite(names: str | Iterable[str]) -> frozenset[NormalizedName]:
    """Return the normalized names; a string is one name. Raises :class:`~wherry.errors.InvalidRequirement`."""
    return frozenset(map(_normalized, [names] if isinstance(names, str) else names))


def _normalized(name: object) -> NormalizedName:
    try:
        if isinstance(name, str):
            return canonicalize_name(name.strip(), validate=True)
    except InvalidName:
        pass
    raise InvalidRequirement(f"overwrite={name!r}", "name projects, without versions or extras")


def unknown_names(names: Iterable[NormalizedName], present: Container[NormalizedName]) -> Iterator[str]:
    """Yield a warning for each of ``names`` that is neither installed nor arriving."""
    for name in sorted(names):
        if name not in present:
            yield f"overwrite names {name}, which is neither installed nor being installed"

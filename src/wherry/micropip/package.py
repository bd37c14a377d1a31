"""The packages that ``micropip.list()`` returns."""

from __future__ import annotations

from collections import UserDict
from dataclasses import astuple, dataclass, fields
from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name

from wherry.model.tables import align

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["PackageDict", "PackageMetadata"]


@dataclass
class PackageMetadata:
    """A package; ``source`` is ``"pypi"``, ``"pyodide"``, or the URL of its wheel."""

    name: str
    version: str = ""
    source: str = ""

    def __iter__(self) -> Iterator[str]:
        return iter(astuple(self))

    @staticmethod
    def keys() -> list[str]:
        """Return the names of the fields."""
        return [*FIELDS]


FIELDS = tuple(field.name for field in fields(PackageMetadata))


class PackageDict(UserDict[str, PackageMetadata]):
    """Packages by name, in any spelling. A prompt shows them as a table."""

    def __getitem__(self, key: str) -> PackageMetadata:
        return super().__getitem__(canonicalize_name(key))

    def __setitem__(self, key: str, item: PackageMetadata) -> None:
        super().__setitem__(canonicalize_name(key), item)

    def __contains__(self, key: object) -> bool:
        return isinstance(key, str) and super().__contains__(canonicalize_name(key))

    def __repr__(self) -> str:
        rows = [tuple(name.capitalize() for name in FIELDS), *map(tuple, self.values())]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        rows.insert(1, tuple("-" * width for width in widths))
        return align(rows, " | ")

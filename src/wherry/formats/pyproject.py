"""Read the dependencies, optional dependencies and dependency groups of a pyproject.toml.

Follows https://packaging.python.org/en/latest/specifications/pyproject-toml/ and PEP 735. Groups are not read with
packaging.dependency_groups: it has no line numbers, and fails on deep includes.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NoReturn

from packaging.utils import canonicalize_name

from wherry.errors import InvalidRequirementsFile
from wherry.formats.nesting import load_toml, toml_fault
from wherry.formats.requirement_lines import LineNumbers
from wherry.formats.wording import shorten
from wherry.model.requirement_line import RequirementLine

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

__all__ = ["Pyproject"]

ITSELF = re.compile(r"\s*([\w.-]+)\s*\[([^\]]*)\]\s*")


class Pyproject:
    """The requirements in the ``text`` of a pyproject.toml, which messages call ``file``.

    The class, its methods and their iterators raise :class:`~wherry.errors.InvalidRequirementsFile`.
    """

    def __init__(self, text: str, file: str) -> None:
        self._lines = LineNumbers(text)
        self._file = file
        try:
            self._document = load_toml(text)
        except (ValueError, RecursionError) as error:
            problem, line = toml_fault(error)
            raise InvalidRequirementsFile(file, problem, line=line) from error
        self.has_project = "project" in self._document
        self._project = self._table(self._document, "project")

    @property
    def requires_python(self) -> str:
        """The text of ``requires-python``; empty if it is missing."""
        return str(self._project.get("requires-python", ""))

    def dependencies(self) -> Iterator[RequirementLine]:
        """Yield the dependencies of the project."""
        self._check_static("dependencies")
        yield from self._expand({"dependencies": self._project.get("dependencies", [])}, ["dependencies"], "")

    def optional(self, extra: str) -> Iterator[RequirementLine]:
        """Yield the dependencies of an extra, and of those that it includes."""
        self._check_static("optional-dependencies")
        yield from self._expand(self._table(self._project, "optional-dependencies"), [extra], "extra")

    def group(self, name: str) -> Iterator[RequirementLine]:
        """Yield the requirements of a dependency group and of those that it includes."""
        return self._expand(self._table(self._document, "dependency-groups"), [name], "dependency group")

    def _check_static(self, name: str) -> None:
        if not self.has_project:
            self._refuse("there is no [project] table")
        dynamic = self._project.get("dynamic", ())
        if isinstance(dynamic, list) and name in dynamic:
            self._refuse(f"its {name} are dynamic, so only a build can list them; build a wheel, and name that")

    def _expand(self, arrays: Mapping[str, object], names: Iterable[str], kind: str) -> Iterator[RequirementLine]:
        """Yield the requirements of arrays that may include each other, each array once.

        ``kind`` is the word for an array in messages.
        """
        written: dict[str, str] = {}
        for name in arrays:
            other = written.setdefault(canonicalize_name(name), name)
            if other != name:
                self._refuse(f"{other!r} and {name!r} are the same {kind}")
        seen: set[str] = set()
        # The arrays that are being read, each included by the one before it.
        reading: dict[str, Iterator[RequirementLine | str]] = {}
        waiting = [*map(canonicalize_name, names)][::-1]
        while waiting or reading:
            if not reading:
                name = waiting.pop()
            else:
                current = next(reversed(reading))
                item = next(reading[current], None)
                if item is None:
                    del reading[current]
                    continue
                if isinstance(item, RequirementLine):
                    yield item
                    continue
                name = canonicalize_name(item)
            if name in reading and kind != "extra":
                self._refuse(f"dependency groups include each other: {' → '.join((*reading, name))}")
            if name not in seen:
                seen.add(name)
                if name not in written:
                    known = ", ".join(sorted(arrays)) or "none"
                    self._refuse(f"there is no {kind} {name!r}; the file defines: {known}")
                reading[name] = self._items(written[name], arrays[written[name]], kind)

    def _items(self, key: str, items: object, kind: str) -> Iterator[RequirementLine | str]:
        """Yield requirements, and the names of included arrays."""
        if not isinstance(items, list):
            self._refuse(f"{key!r} must be an array")
        numbers = self._lines.of(key, (item if isinstance(item, str) else "" for item in items))
        for item, number in zip(items, numbers, strict=True):
            is_group = kind == "dependency group" and isinstance(item, dict) and item.keys() == {"include-group"}
            if is_group and isinstance(item["include-group"], str):
                yield item["include-group"]
            elif not isinstance(item, str):
                self._refuse(f"{key!r} must hold requirements, not {shorten(repr(item))}", number)
            elif kind == "extra" and (extras := self._own_extras(item)):
                yield from extras
            else:
                yield RequirementLine(item, f"{self._file}, line {number}")

    def _own_extras(self, requirement: str) -> list[str]:
        """Return the extras that the project requires of itself: ``all = ["project[a,b]"]``."""
        found = ITSELF.fullmatch(requirement)
        if found is None or canonicalize_name(found[1]) != canonicalize_name(str(self._project.get("name", ""))):
            return []
        return [extra.strip() for extra in found[2].split(",") if extra.strip()]

    def _table(self, parent: Mapping[str, object], name: str) -> Mapping[str, object]:
        table = parent.get(name, {})
        if not isinstance(table, dict):
            self._refuse(f"{name!r} must be a table")
        return table

    def _refuse(self, problem: str, line: int | None = None) -> NoReturn:
        raise InvalidRequirementsFile(self._file, problem, line=line)

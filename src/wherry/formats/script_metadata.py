"""Inline script metadata (PEP 723): what a single-file script says about itself.

Follows https://packaging.python.org/en/latest/specifications/inline-script-metadata/.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet

from wherry.errors import InvalidScriptMetadata

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["ScriptMetadata", "parse_script_metadata"]

# The specification's own expression. Greedy on purpose: the last `# ///` of a run of comments ends the block.
BLOCK = re.compile(r"(?m)^# /// (?P<type>[a-zA-Z0-9-]+)$\s(?P<content>(^#(| .*)$\s)+)^# ///$")

# What may be a slip outside every block; whether it is one takes a closer look.
SUSPICIOUS = re.compile(r"(?mi)^#+[ \t]*(/{2,4}[ \t]*script\b|dependencies[ \t]*=|requires-python[ \t]*=)")
KEYS = ("dependencies", "requires-python", "tool")

TOML_POSITION = re.compile(r"at line (\d+)")


@dataclass(frozen=True, slots=True)
class ScriptMetadata:
    """The fields of a ``script`` block.

    Of the ``tool`` table only ``tool.wherry`` is kept, the rest is for others. Its one key, ``prefer``, says whether
    Pyodide's own distribution or the index comes first.
    """

    requires_python: SpecifierSet | None = None
    dependencies: tuple[str, ...] = ()
    prefer: Literal["distribution", "index"] | None = None


def parse_script_metadata(source: str) -> ScriptMetadata | None:
    """Return what the ``script`` block of *source* says, or ``None`` where there is no such block.

    Raises :class:`~wherry.errors.InvalidScriptMetadata`, with the line of *source* that is to blame.
    """
    lines = source.replace("\r\n", "\n").replace("\r", "\n")
    found = list(BLOCK.finditer(lines))
    if SUSPICIOUS.search(BLOCK.sub("", lines)):
        from wherry.formats.script_slips import find_slip

        places = [(_line(lines, block.start()), _line(lines, block.end())) for block in found]
        if slip := find_slip(lines, places):
            raise InvalidScriptMetadata(slip[1], line=slip[0])
    blocks = [block for block in found if block["type"] == "script"]
    if not blocks:
        return None
    if len(blocks) > 1:
        problem = "there is more than one `# /// script` block"
        raise InvalidScriptMetadata(problem, line=_line(lines, blocks[1].start()))
    content_line = _line(lines, blocks[0].start("content"))
    return _Fields(_uncomment(blocks[0]["content"]), content_line).read()


def _line(text: str, position: int) -> int:
    """Return the number, from 1, of the line that holds *position*."""
    return text.count("\n", 0, position) + 1


def _uncomment(content: str) -> str:
    """Take ``# `` off each line, or ``#`` where that is all there is."""
    return "\n".join(line[2:] for line in content.split("\n"))


class _Fields:
    """A block's TOML, read field by field; ``first_line`` is where it stands in the script."""

    def __init__(self, toml: str, first_line: int) -> None:
        self._toml = toml
        self._first_line = first_line

    def read(self) -> ScriptMetadata:
        table = self._load()
        self._refuse_slips(table, KEYS)
        return ScriptMetadata(self._requires_python(table), self._dependencies(table), self._prefer(table))

    def _load(self) -> Mapping[str, object]:
        import tomllib

        try:
            return tomllib.loads(self._toml)
        except (ValueError, RecursionError) as error:
            position = TOML_POSITION.search(str(error))
            offset = int(position[1]) - 1 if position else self._toml.rstrip("\n").count("\n")
            # The parser's own position counts from the start of the block, which would mislead.
            problem = f"not valid TOML: {str(error).partition(' (at ')[0]}"
            raise InvalidScriptMetadata(problem, line=self._first_line + offset) from error

    def _refuse_slips(self, table: Mapping[str, object], known: tuple[str, ...]) -> None:
        """Refuse a key that only looks like one of ``known``; other tools may have keys of their own."""
        for key in table.keys() - set(known):
            from wherry.formats.script_slips import meant_key

            if meant := meant_key(key, known):
                raise self._invalid(key, f"is not a key of script metadata: did you mean `{meant}`?")
        if isinstance(project := table.get("project"), dict) and project.keys() & set(known):
            raise self._invalid("project", "is a table of pyproject.toml: write its keys without the table")

    def _requires_python(self, table: Mapping[str, object]) -> SpecifierSet | None:
        value = table.get("requires-python")
        if value is None:
            return None
        if not isinstance(value, str):
            raise self._invalid("requires-python", f"must be a string, not {_toml_type(value)}")
        try:
            return SpecifierSet(value)
        except InvalidSpecifier as error:
            raise self._invalid("requires-python", f"is not a version specifier: {value!r}") from error

    def _dependencies(self, table: Mapping[str, object]) -> tuple[str, ...]:
        value = table.get("dependencies", [])
        if not isinstance(value, list):
            raise self._invalid("dependencies", f"must be an array of strings, not {_toml_type(value)}")
        return tuple(self._dependency(item) for item in value)

    def _dependency(self, item: object) -> str:
        if not isinstance(item, str):
            raise self._invalid("dependencies", f"must hold strings only, not {_toml_type(item)}")
        try:
            Requirement(item)
        except (InvalidRequirement, RecursionError) as error:
            reason = str(error).partition("\n")[0]
            raise self._invalid("dependencies", f"{item!r} is not a valid requirement: {reason}", item) from error
        return item

    def _prefer(self, table: Mapping[str, object]) -> Literal["distribution", "index"] | None:
        tools = table.get("tool")
        if isinstance(tools, dict) and "wherry" not in tools:
            self._refuse_slips(tools, ("wherry",))
        ours = tools.get("wherry", {}) if isinstance(tools, dict) else {}
        if not isinstance(ours, dict):
            raise self._invalid("wherry", f"must be a table, not {_toml_type(ours)}")
        if unknown := sorted(ours.keys() - {"prefer"}):
            raise self._invalid(unknown[0], "is not an option of `tool.wherry`, which has `prefer`")
        value = ours.get("prefer")
        if value == "distribution" or value == "index" or value is None:  # noqa: PLR1714 - mypy reads it so
            return value
        raise self._invalid("prefer", f'must be "distribution" or "index", not {value!r}')

    def _invalid(self, field: str, problem: str, item: str | None = None) -> InvalidScriptMetadata:
        return InvalidScriptMetadata(f"`{field}` {problem}", line=self._first_line + self._offset(field, item))

    def _offset(self, field: str, item: str | None) -> int:
        """Return how many lines below the first one *field* stands, or *item* within it where that is found."""
        key = re.search(rf"(?m)^[ \t]*(\[[^\]\n]*)?[\"']?{re.escape(field)}[\"']?[ \t]*[=\].]", self._toml)
        start = key.start() if key else 0
        found = self._toml.find(item, start) if item else -1
        return self._toml.count("\n", 0, max(found, start))


def _toml_type(value: object) -> str:
    """Name the type of *value* as TOML does."""
    names = {bool: "a boolean", int: "an integer", float: "a float", str: "a string", list: "an array", dict: "a table"}
    return names.get(type(value), "a date or time")

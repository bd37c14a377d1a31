"""Read the inline metadata of a single-file script (PEP 723).

Follows https://packaging.python.org/en/latest/specifications/inline-script-metadata/.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from packaging.requirements import InvalidRequirement
from packaging.specifiers import InvalidSpecifier

from wherry.errors import InvalidScriptMetadata
from wherry.formats.nesting import load_toml, toml_fault
from wherry.formats.requirement_text import parse_requirement, parse_specifiers, specifier_excess
from wherry.formats.wording import shorten

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from packaging.specifiers import SpecifierSet

__all__ = ["ScriptMetadata", "has_block", "parse_script_metadata"]

BEGIN = re.compile(r"# /// ([a-zA-Z0-9-]+)")
END = "# ///"

# A line outside all blocks that may be a slip; script_slips decides.
SUSPICIOUS = re.compile(r"(?mi)^#+[ \t]*(/{2,4}[ \t]*script\b|dependencies[ \t]*=|requires-python[ \t]*=)")
KEYS = ("dependencies", "requires-python", "tool")


@dataclass(frozen=True, slots=True)
class ScriptMetadata:
    """The fields of a ``script`` block.

    Only ``tool.wherry`` is kept of the ``tool`` table. Its one key, ``prefer``, says whether Pyodide's own distribution
    or the index comes first.
    """

    requires_python: SpecifierSet | None = None
    dependencies: tuple[str, ...] = ()
    prefer: Literal["distribution", "index"] | None = None


def parse_script_metadata(source: str) -> ScriptMetadata | None:
    """Return the metadata in the ``script`` block of *source*; ``None`` if there is no such block.

    Raise :class:`~wherry.errors.InvalidScriptMetadata`, with the line of *source* at fault.
    """
    lines = _lines(source)
    found = list(_blocks(lines))
    places = [(start, end + 1) for _, start, end in found]  # counted from 1, with the lines that begin and end it
    taken = {number for first, last in places for number in range(first, last + 1)}
    outside = [line for number, line in enumerate(lines, 1) if number not in taken]
    if SUSPICIOUS.search("\n".join(outside)):
        from wherry.formats.script_slips import find_slip

        if slip := find_slip("\n".join(lines), places):
            raise InvalidScriptMetadata(slip[1], line=slip[0])
    blocks = [(start, end) for kind, start, end in found if kind == "script"]
    if not blocks:
        return None
    start, end = blocks[0]
    if len(blocks) > 1:
        # Line numbers count from 1.
        raise InvalidScriptMetadata("there is more than one `# /// script` block", line=blocks[1][0])
    # Each line begins with "# ", or is "#".
    return _Fields("".join(f"{line[2:]}\n" for line in lines[start:end]), start + 1).read()


def has_block(source: str) -> bool:
    """Return whether *source* has a block of any type."""
    return any(_blocks(_lines(source)))


def _lines(source: str) -> list[str]:
    return source.replace("\r\n", "\n").replace("\r", "\n").split("\n")


def _blocks(lines: Sequence[str]) -> Iterator[tuple[str, int, int]]:
    """Yield the type of each block, the index of its first line of content, and that of the line that ends it.

    The last ``# ///`` of a run of comments ends a block, and "unclosed blocks MUST be ignored". The specification's own
    regular expression finds the same blocks in a time that grows with the square of the lines.
    """
    index = 0
    while index < len(lines):
        begin = BEGIN.fullmatch(lines[index])
        index += 1
        if begin is None:
            continue
        after = next((at for at in range(index, len(lines)) if not _is_comment(lines[at])), len(lines))
        # A block has at least one line of content.
        end = next((at for at in range(after - 1, index, -1) if lines[at] == END), None)
        if end is not None:
            yield begin[1], index, end
        index = after if end is None else end + 1


def _is_comment(line: str) -> bool:
    return line[:2] in {"#", "# "}


class _Fields:
    """The fields of a block's TOML, which begins at ``first_line`` of the script."""

    def __init__(self, toml: str, first_line: int) -> None:
        self._toml = toml
        self._first_line = first_line

    def read(self) -> ScriptMetadata:
        table = self._load()
        self._refuse_slips(table, KEYS)
        return ScriptMetadata(self._requires_python(table), self._dependencies(table), self._prefer(table))

    def _load(self) -> Mapping[str, object]:
        try:
            return load_toml(self._toml)
        except (ValueError, RecursionError) as error:
            # The parser's own position counts from the start of the block, which would mislead.
            problem, line = toml_fault(error)
            offset = line - 1 if line is not None else self._toml.rstrip("\n").count("\n")
            raise InvalidScriptMetadata(problem, line=self._first_line + offset) from error

    def _refuse_slips(self, table: Mapping[str, object], known: tuple[str, ...]) -> None:
        """Refuse a key that is a misspelling of one of ``known``; other tools may have keys of their own."""
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
            return parse_specifiers(value)
        except InvalidSpecifier as error:
            reason = specifier_excess(value) or repr(value)
            raise self._invalid("requires-python", f"is not a version specifier: {reason}") from error

    def _dependencies(self, table: Mapping[str, object]) -> tuple[str, ...]:
        value = table.get("dependencies", [])
        if not isinstance(value, list):
            raise self._invalid("dependencies", f"must be an array of strings, not {_toml_type(value)}")
        return tuple(self._dependency(item) for item in value)

    def _dependency(self, item: object) -> str:
        if not isinstance(item, str):
            raise self._invalid("dependencies", f"must hold strings only, not {_toml_type(item)}")
        try:
            parse_requirement(item)
        except (InvalidRequirement, RecursionError) as error:
            reason = str(error).partition("\n")[0]
            raise self._invalid(
                "dependencies", f"{shorten(item)!r} is not a valid requirement: {reason}", item
            ) from error
        return item

    def _prefer(self, table: Mapping[str, object]) -> Literal["distribution", "index"] | None:
        tools = table.get("tool")
        if isinstance(tools, dict) and "wherry" not in tools:
            self._refuse_slips(tools, ("wherry",))
        ours = tools.get("wherry", {}) if isinstance(tools, dict) else {}
        if not isinstance(ours, dict):
            raise self._invalid("wherry", f"must be a table, not {_toml_type(ours)}")
        if unknown := sorted(ours.keys() - {"prefer"}):
            raise self._invalid(unknown[0], "is not an option of `tool.wherry`; its only option is `prefer`")
        value = ours.get("prefer")
        if value == "distribution" or value == "index" or value is None:  # noqa: PLR1714 - mypy narrows it so
            return value
        raise self._invalid("prefer", f'must be "distribution" or "index", not {value!r}')

    def _invalid(self, field: str, problem: str, item: str | None = None) -> InvalidScriptMetadata:
        return InvalidScriptMetadata(f"`{field}` {problem}", line=self._first_line + self._offset(field, item))

    def _offset(self, field: str, item: str | None) -> int:
        """Return the number of lines from the first to *field*, or to *item* within it if that is found."""
        key = re.search(rf"(?m)^[ \t]*(\[[^\]\n]*)?[\"']?{re.escape(field)}[\"']?[ \t]*[=\].]", self._toml)
        start = key.start() if key else 0
        found = self._toml.find(item, start) if item else -1
        return self._toml.count("\n", 0, max(found, start))


def _toml_type(value: object) -> str:
    """Return the name of the type of *value* in TOML."""
    names = {bool: "a boolean", int: "an integer", float: "a float", str: "a string", list: "an array", dict: "a table"}
    return names.get(type(value), "a date or time")

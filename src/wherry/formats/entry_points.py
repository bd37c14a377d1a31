"""Read the scripts that a distribution declares in entry_points.txt.

https://packaging.python.org/en/latest/specifications/entry-points/
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wherry.errors import InvalidWheel
from wherry.formats.member_paths import path_problem
from wherry.formats.wording import shorten, some

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["ScriptEntryPoint", "parse_script_entry_points", "script_name_problem"]

GROUPS = frozenset({"console_scripts", "gui_scripts"})
# "importable.module:object.attr", spaces around the colon, and extras, which are ignored.
REFERENCE = re.compile(r"(?P<module>[\w.]+)\s*:\s*(?P<attribute>[\w.]+)\s*(?:\[[^\[\]]*\])?")
LARGEST = 2**20  # characters; real ones have a few thousand
MOST_SCRIPTS = 10_000  # each becomes a file
INTERPRETER = re.compile(r"pythonw?[\d.]*[dt]*(\.exe)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ScriptEntryPoint:
    """A script ``name`` that calls ``attribute`` (dotted) of ``module`` (dotted)."""

    name: str
    module: str
    attribute: str


def parse_script_entry_points(
    text: str, *, filename: str, warnings: list[str] | None = None
) -> tuple[ScriptEntryPoint, ...]:
    """Return the scripts of both groups in the order of the file; ``filename`` names the wheel in ``InvalidWheel``.

    Every line is one entry point, as in ``importlib.metadata``. Other groups are not checked: their consumers do that.
    Of a script in both groups, that of ``console_scripts`` counts, and ``warnings`` receives a warning.
    """
    if len(text) > LARGEST:
        raise InvalidWheel(filename, [f"entry_points.txt is longer than {LARGEST} characters"])
    found: list[ScriptEntryPoint] = []
    problems: list[str] = []
    pairs = list(_script_pairs(text, problems))
    if len(pairs) > MOST_SCRIPTS:
        raise InvalidWheel(filename, [f"entry_points.txt has more than {MOST_SCRIPTS} scripts"])
    console = {name for group, name, _ in pairs if group == "console_scripts"}
    doubled = dict.fromkeys(name for group, name, _ in pairs if group == "gui_scripts" and name in console)
    if doubled and warnings is not None:
        warnings.append(f"{filename}: it has a script in console_scripts and gui_scripts: {some(doubled)}")
    for group, name, reference in pairs:
        if group == "gui_scripts" and name in console:
            continue
        match = REFERENCE.fullmatch(reference)
        if problem := script_name_problem(name):
            problems.append(f"the script {shorten(name)!r} {problem}")
        elif match is None or not _is_importable(match):
            problems.append(
                f"the script {shorten(name)!r} is {shorten(reference)!r}, which names no function of a module"
            )
        else:
            found.append(ScriptEntryPoint(name, match["module"], match["attribute"]))
    problems += _collisions(entry_point.name for entry_point in found)
    if problems:
        raise InvalidWheel(filename, problems)
    return tuple(found)


def script_name_problem(name: str) -> str | None:
    """Return the reason why ``name`` cannot be a file in the folder of scripts; ``None`` if it can."""
    if name == "__proto__":
        return path_problem(name)
    if "/" in name or path_problem(name):
        return "would not be a file in the folder of scripts"
    if INTERPRETER.fullmatch(name):
        return "has the name of Python itself"
    return None


def _script_pairs(text: str, problems: list[str]) -> Iterator[tuple[str, str, str]]:
    """Yield groups, names and references."""
    group = None
    for line in map(str.strip, text.splitlines()):
        if not line or line.startswith("#"):
            continue
        name, separator, reference = line.partition("=")
        # A comment for other readers. `importlib.metadata` reads a name, or ignores it before the first group.
        is_comment = line.startswith(";")
        if line.startswith("["):
            # A name cannot start with a bracket (the specification), so this must be a heading.
            group = line.strip("[]")
            if not line.endswith("]"):
                problems.append(f"entry_points.txt has a broken heading: {shorten(line)!r}")
        elif group is None:
            if is_comment:
                continue
            problems.append(f"entry_points.txt has a line before the first group: {shorten(line)!r}")
        elif not separator:
            # In any group: because of one such line, `importlib.metadata` reads no entry point of any distribution.
            problems.append(f"entry_points.txt has a line without '=': {shorten(line)!r}")
        elif group in GROUPS and not is_comment:
            yield group, name.strip(), reference.strip()


def _is_importable(match: re.Match[str]) -> bool:
    return all(part.isidentifier() for text in match.group("module", "attribute") for part in text.split("."))


def _collisions(names: Iterable[str]) -> Iterator[str]:
    # Scripts of both groups are files of one folder, and some file systems ignore case.
    seen: dict[str, str] = {}
    for name in names:
        other = seen.get(name.casefold())
        if other is not None:
            yield (
                f"the script {shorten(name)!r} is declared twice"
                if other == name
                else f"the scripts {shorten(other)!r} and {shorten(name)!r} collide"
            )
        seen[name.casefold()] = name

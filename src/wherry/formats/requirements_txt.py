"""Read a requirements.txt: requirements with hashes, and options.

Follows https://pip.pypa.io/en/stable/reference/requirements-file-format/.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple, NoReturn

from wherry.errors import InvalidRequirementsFile
from wherry.formats.requirement_lines import logical_lines
from wherry.model.hashes import STRONGEST_FIRST
from wherry.model.requirement_line import RequirementLine

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["NamedFile", "RequirementsText", "parse_requirements_txt"]

VARIABLE = re.compile(r"\$\{([A-Z0-9_]+)\}")
OPTION = re.compile(r"(?:^|(?<=\s))-")
DIGEST = re.compile(r"[0-9a-f]+")

ALIASES = {"-r": "--requirement", "-c": "--constraint", "-i": "--index-url", "--pypi-url": "--index-url"}
FLAGS = {"--pre", "--require-hashes", "--prefer-binary"}
WITH_VALUE = {"--requirement", "--constraint", "--index-url", "--extra-index-url", "--hash", "--only-binary"}
ADVICE = {
    "-e": "build a wheel of the project, and name that",
    "--editable": "build a wheel of the project, and name that",
    "-f": "name each wheel by its URL, or an index with --extra-index-url",
    "--find-links": "name each wheel by its URL, or an index with --extra-index-url",
}


class NamedFile(NamedTuple):
    """A file that ``-r`` or ``-c`` (``constrains``) names in ``line``."""

    path: str
    line: int
    constrains: bool


class RequirementsText:
    """The content of a file: ``entries`` in order, and options.

    ``require_hashes`` is the file and line of that option, empty without it.
    """

    def __init__(self) -> None:
        self.entries: list[RequirementLine | NamedFile] = []
        self.index_urls: list[str] = []
        self.extra_index_urls: list[str] = []
        self.pre = False
        self.require_hashes = ""


def parse_requirements_txt(text: str, file: str, environ: Mapping[str, str]) -> RequirementsText:
    """Read the text of ``file``, with ``${VARIABLES}`` replaced from ``environ``.

    The requirements are not parsed. Raise :class:`~wherry.errors.InvalidRequirementsFile` for an invalid line.
    """
    found = RequirementsText()
    for number, line in logical_lines(text):
        _Line(file, number, VARIABLE.sub(lambda name: environ.get(name[1]) or name[0], line)).read(found)
    return found


class _Line:
    """One line of a file: a requirement and options."""

    def __init__(self, file: str, number: int, line: str) -> None:
        self._file = file
        self._number = number
        self._place = f"{file}, line {number}"
        start = OPTION.search(line)
        self._requirement = line[: start.start()].strip() if start else line
        self._words = line[start.start() :] if start else ""

    def read(self, found: RequirementsText) -> None:
        hashes = []
        for option, value in self._options():
            if (option == "--hash") != bool(self._requirement):
                others = "a requirement" if option == "--hash" else "no requirement"
                self._refuse(f"{option} must be on a line with {others}")
            if option == "--hash":
                hashes.append(self._hash(value))
            else:
                self._apply(option, value, found)
        if self._requirement:
            found.entries.append(RequirementLine(self._requirement, self._place, tuple(hashes)))

    def _apply(self, option: str, value: str, found: RequirementsText) -> None:
        if option in {"--requirement", "--constraint"}:
            found.entries.append(NamedFile(value, self._number, option == "--constraint"))
        elif option == "--index-url":
            found.index_urls.append(value)
        elif option == "--extra-index-url":
            found.extra_index_urls.append(value)
        elif option == "--pre":
            found.pre = True
        elif option == "--require-hashes":
            found.require_hashes = found.require_hashes or self._place

    def _options(self) -> Iterator[tuple[str, str]]:
        """Yield the options by their long names, each with its value."""
        words = iter(self._split())
        for word in words:
            name, equals, value = word.partition("=") if word.startswith("--") else (word[:2], "", word[2:])
            option = ALIASES.get(name, name)
            if option not in FLAGS | WITH_VALUE:
                supported = ", ".join(sorted(FLAGS | WITH_VALUE))
                advice = ADVICE.get(name) or f"use one of {supported}"
                self._refuse(f"the option {name} is not supported; {advice}")
            if option in WITH_VALUE and not (value or equals):
                value = next(words, "")
            if bool(value) != (option in WITH_VALUE):
                self._refuse(f"the option {name} takes {'a' if option in WITH_VALUE else 'no'} value")
            yield option, value

    def _split(self) -> list[str]:
        if not any(mark in self._words for mark in "\"'\\"):
            return self._words.split()
        import shlex

        try:
            return shlex.split(self._words)
        except ValueError as error:
            raise InvalidRequirementsFile(self._file, "a quotation mark is not closed", line=self._number) from error

    def _hash(self, value: str) -> str:
        algorithm, _, digest = value.lower().partition(":")
        if algorithm not in STRONGEST_FIRST:
            self._refuse(f"--hash={value}: only {', '.join(reversed(STRONGEST_FIRST))} are accepted")
        if len(digest) * 4 != int(algorithm[3:]) or not DIGEST.fullmatch(digest):
            self._refuse(f"--hash={value} is not a {algorithm} in hexadecimal digits")
        return f"{algorithm}:{digest}"

    def _refuse(self, problem: str) -> NoReturn:
        raise InvalidRequirementsFile(self._file, problem, line=self._number)

"""Read the requirements files, pyproject.toml files and scripts that a caller names, and the files named in them."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name

from wherry.errors import (
    IndexUnavailable,
    InvalidRequirement,
    InvalidRequirementsFile,
    InvalidScriptMetadata,
    UnsupportedPython,
)
from wherry.formats.pyproject import Pyproject
from wherry.formats.requirement_lines import LineNumbers
from wherry.formats.requirement_text import parse_specifiers
from wherry.formats.requirements_txt import NamedFile, parse_requirements_txt
from wherry.formats.script_metadata import has_block, parse_script_metadata
from wherry.formats.urls import authorization, beside, last_segment, without_credentials
from wherry.index.documents import DocumentReader
from wherry.index.index import Index, read_indexes
from wherry.model.requirement_line import RequirementLine

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from wherry.index.fetcher import Fetcher
    from wherry.model.environment import Environment
    from wherry.resolution.direct_urls import Locate
    from wherry.resolution.problem import ResolveOptions

__all__ = ["read_requirements_files"]

WEB = ("https:", "http:")
DEEPEST = 50
GIVEN_TEXT = "the given text"
DEFAULT_PROJECT = "pyproject.toml"
WITH_EXTRAS = re.compile(r"(.*\.toml)\[([^\[\]]*)\]")
GROUP = re.compile(r"(?:(.+):)?([\w.-]+)", re.ASCII | re.DOTALL)
PROJECT_AT = re.compile(r"[\w.-]+\s*+(?:\[[^\]]*\]\s*+)?@\s*", re.ASCII)
TEXT = re.compile(r"\s*$|.*[\n\r]|\s*[#-]|(?![A-Za-z][A-Za-z0-9+.-]*:).*(?:[=<>~!]=|[<>;]|\s@\s)")
TABLE = re.compile(r"(?m)^[ \t]*\[[^\]\n]+\]")


async def read_requirements_files(  # noqa: PLR0913 - files may name any of them
    options: ResolveOptions,
    index_urls: Sequence[str | Index] | None,
    *,
    indexes: Sequence[Index],
    fetcher: Fetcher,
    environment: Environment,
    environ: Mapping[str, str],
    locate: Locate = lambda url: (url, ""),
    limit: int | None = None,
) -> tuple[ResolveOptions, Sequence[str | Index] | None]:
    """Return ``options`` with the content of its files and groups, and the indexes to use instead of ``index_urls``.

    These are ``index_urls``, then the indexes of the files. ``indexes`` are the defaults: an ``--index-url`` in a file
    replaces them, except those reserved for certain projects. ``environ`` has the variables that files may name.
    ``locate`` returns, for a path that is not in Pyodide's file system, the address beside the page and that path.
    ``limit`` is the maximum size of a file in bytes.

    Raises :class:`~wherry.errors.InvalidRequirementsFile`, :class:`~wherry.errors.InvalidRequirement` (for a group),
    :class:`~wherry.errors.UnsupportedPython` and :class:`~wherry.errors.IndexUnavailable`.
    """
    files = [_without_extras(file) for file in _listed(options.requirements_files)]
    projects = [file for file, _ in files if _kind(file) == "pyproject"]
    groups = [_group(group, projects) for group in _listed(options.groups)]
    reader = _Reader([*read_indexes(index_urls or ()), *indexes], fetcher, environment, environ, locate, limit=limit)
    for file, extras in files:
        await reader.read(file, extras, needs_project=file not in dict(groups))
    for file, name in groups:
        await reader.read_group(file, name)
    said = replace(
        options,
        requirements=(*options.requirements, reader.requirements),
        constraints=(options.constraints, reader.constraints),
        pre=options.pre or reader.pre,
        hashes_from=reader.hashes_from,
    )
    named = read_indexes(reader.index_urls + reader.extra_index_urls)
    if not named:
        return said, index_urls
    defaults = [index for index in indexes if index.projects or not reader.index_urls]
    return said, [*dict.fromkeys((*read_indexes(index_urls or defaults), *named))]


class _Document(NamedTuple):
    """A text, its name for messages, and the address that relative paths in it start from."""

    name: str
    address: str
    text: str


class _Reader:
    """Gathers the content of files; reads each once."""

    def __init__(  # noqa: PLR0913 - as above
        self,
        indexes: Sequence[Index],
        fetcher: Fetcher,
        environment: Environment,
        environ: Mapping[str, str],
        locate: Locate,
        *,
        limit: int | None,
    ) -> None:
        self.requirements: list[RequirementLine] = []
        self.constraints: list[RequirementLine] = []
        self.index_urls: list[str] = []
        self.extra_index_urls: list[str] = []
        self.pre = False
        self.hashes_from = ""
        self._indexes = [*indexes]
        self._fetcher = fetcher
        self._environment = environment
        self._environ = environ
        self._locate = locate
        self._limit = limit
        self._documents: dict[str, _Document] = {}
        self._read: set[tuple[str, str, bool]] = set()

    async def read(self, file: str, extras: str = "", *, needs_project: bool = True) -> None:
        """Read a file, or a text, that the caller names."""
        document = await self._open(file)
        kind = _kind(file)
        if kind == "requirements":
            await self._read_requirements(document, [document.name], constrains=False)
        else:
            self._add(self._declared(document, kind, extras, needs_project=needs_project), document)

    async def read_group(self, file: str, name: str) -> None:
        """Read a dependency group of a pyproject.toml."""
        document = await self._open(file)
        part = f"group:{canonicalize_name(name)}"
        self._add((line._replace(part=part) for line in Pyproject(document.text, document.name).group(name)), document)

    async def _read_requirements(self, document: _Document, chain: Sequence[str], *, constrains: bool) -> None:
        found = parse_requirements_txt(document.text, document.name, self._environ)
        self.index_urls += found.index_urls
        self.extra_index_urls += found.extra_index_urls
        self.pre = self.pre or found.pre
        self.hashes_from = self.hashes_from or found.require_hashes
        for entry in found.entries:
            if isinstance(entry, NamedFile):
                await self._read_named(entry, document, chain, constrains=constrains or entry.constrains)
            else:
                self._add([entry], document, constrains=constrains)

    async def _read_named(
        self, entry: NamedFile, document: _Document, chain: Sequence[str], *, constrains: bool
    ) -> None:
        """Read a file named in ``document``; ``chain`` leads from the caller's file to that one."""
        path, extras = _without_extras(entry.path)
        try:
            address = _beside(path, document)
        except ValueError as error:
            raise InvalidRequirementsFile(document.name, f"{path!r} {error}", line=entry.line) from error
        name = without_credentials(address)
        if name in chain or len(chain) > DEEPEST:
            problem = f"files include each other: {' → '.join((*chain, name))}"
            raise InvalidRequirementsFile(document.name, problem, line=entry.line)
        if (name, extras, constrains) in self._read:
            return
        self._read.add((name, extras, constrains))
        try:
            named = await self._open(address)
        except IndexUnavailable as error:
            error.reason += f" (named in {document.name}, line {entry.line})"
            raise
        kind = _kind(name)
        if kind == "requirements":
            await self._read_requirements(named, (*chain, name), constrains=constrains)
        else:
            self._add(self._declared(named, kind, extras), named, constrains=constrains)

    def _declared(
        self, document: _Document, kind: str, extras: str, *, needs_project: bool = True
    ) -> Iterator[RequirementLine]:
        """Yield the dependencies that a pyproject.toml or a script declares."""
        if kind == "script":
            yield from self._of_script(document)
            return
        project = Pyproject(document.text, document.name)
        if project.has_project or needs_project:
            try:
                self._check_python(parse_specifiers(project.requires_python), document)
            except InvalidSpecifier as error:
                raise InvalidRequirementsFile(document.name, f"requires-python is invalid: {error}") from error
            yield from project.dependencies()
            # One by one, so that each line bears its extra. Extras may include each other.
            for extra in filter(None, map(str.strip, extras.split(","))):
                part = f"extra:{canonicalize_name(extra)}"
                yield from (line._replace(part=part) for line in project.optional(extra))

    def _of_script(self, document: _Document) -> Iterator[RequirementLine]:
        try:
            metadata = parse_script_metadata(document.text)
        except InvalidScriptMetadata as error:
            raise InvalidRequirementsFile(document.name, error.problem, line=error.line) from error
        if metadata is None:
            raise InvalidRequirementsFile(document.name, "it has no `# /// script` block (PEP 723)")
        self._check_python(metadata.requires_python or SpecifierSet(), document)
        numbers = LineNumbers(document.text).of("dependencies", metadata.dependencies)
        for requirement, number in zip(metadata.dependencies, numbers, strict=True):
            yield RequirementLine(requirement, f"{document.name}, line {number}")

    def _check_python(self, required: SpecifierSet, document: _Document) -> None:
        version = self._environment.python_version
        if not required.contains(version, prereleases=True):
            raise UnsupportedPython(str(required), str(version), document.name)

    def _add(self, lines: Iterable[RequirementLine], document: _Document, *, constrains: bool = False) -> None:
        for line in lines:
            placed = line._replace(text=_with_path(line, document))
            (self.constraints if constrains else self.requirements).append(placed)
            if line.hashes and not constrains:
                self.hashes_from = self.hashes_from or line.place

    async def _open(self, file: str) -> _Document:
        """Return the document at an address, or the given text."""
        if _is_text(file):
            return _Document(GIVEN_TEXT, "", file)
        if file not in self._documents:
            if authorization(file):
                # Files that it names, on the same host, need the same credentials.
                self._indexes.insert(0, Index(file))
            found = await DocumentReader(self._fetcher, self._indexes, self._locate, self._limit).read(file)
            self._documents[file] = _Document(found.name, found.address, _decode(found.content, found.name))
        return self._documents[file]


def _listed(given: object) -> list[str]:
    """Return a list of the strings or paths that a caller gives, be it one or several."""
    if isinstance(given, str) or hasattr(given, "__fspath__"):
        return [str(given)]
    return [str(one) for one in given]  # type: ignore[attr-defined]


def _is_text(file: str) -> bool:
    """Return whether it is the text of a file: several lines, or one line that is not a filename."""
    return TEXT.match(file) is not None


def _kind(file: str) -> str:
    """Return ``requirements``, ``pyproject`` or ``script``: for a file by its name, for a text by its content."""
    if _is_text(file):
        return "script" if has_block(file) else "pyproject" if TABLE.search(file) else "requirements"
    name = last_segment(file)
    return "pyproject" if name.endswith(".toml") else "script" if name.endswith((".py", ".pyw")) else "requirements"


def _without_extras(file: str) -> tuple[str, str]:
    """Split ``pyproject.toml[extra,extra]``."""
    found = WITH_EXTRAS.fullmatch(file)
    return (found[1], found[2]) if found else (file, "")


def _group(group: str, projects: Sequence[str]) -> tuple[str, str]:
    """Return the file and the name of a group, written ``FILE:NAME``, or ``NAME`` if there is one pyproject.toml."""
    found = GROUP.fullmatch(group)
    if found is None:
        raise InvalidRequirement(group, "name a dependency group as NAME or FILE:NAME")
    if not found[1] and len(projects) > 1:
        raise InvalidRequirement(group, f"several files may define it: name the file, as in {projects[0]}:{group}")
    return found[1] or (projects[0] if projects else DEFAULT_PROJECT), found[2]


def _decode(content: bytes, name: str) -> str:
    encoding = "utf-16" if content.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise InvalidRequirementsFile(name, f"it is not text in UTF-8: {error.reason}") from error


def _beside(path: str, document: _Document) -> str:
    """Return the address of a file named in ``document``; raise ``ValueError`` if it must not be named there."""
    try:
        address = beside(path, document.address)
    except ValueError as error:
        raise ValueError(f"is not a URL: {error}") from error
    if document.address.startswith(WEB) and not address.startswith(WEB):
        raise ValueError("is not on the web, but the file that names it is")
    return address


def _with_path(line: RequirementLine, document: _Document) -> str:
    """Return the requirement, with the path of a wheel made relative to the folder of ``document``."""
    named = PROJECT_AT.match(line.text)
    before = named[0] if named else ""
    location = line.text[len(before) :]
    path = re.split(r"[\s;\[#?]", location, maxsplit=1)[0]
    if not path.endswith(".whl") or path.startswith(WEB):
        return line.text
    try:
        return before + _beside(path, document) + location[len(path) :]
    except ValueError as error:
        refusal = InvalidRequirement(path, str(error))
        refusal.place = line.place
        raise refusal from error

"""Read the headers of core metadata that the resolver needs, up to version 2.6.

https://packaging.python.org/en/latest/specifications/core-metadata/

``email.parser`` and ``packaging.metadata`` read all headers, but take a third of a second to import in a browser.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

from packaging.utils import InvalidName, NormalizedName, canonicalize_name
from packaging.version import Version

from wherry.errors import InvalidMetadata
from wherry.formats.lenient import read_requirement, read_requires_python
from wherry.formats.requirement_text import LONGEST
from wherry.formats.wording import several, shorten
from wherry.model.core_metadata import CoreMetadata

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from packaging.requirements import Requirement
    from packaging.specifiers import SpecifierSet

__all__ = ["parse_core_metadata", "parse_headers"]

LONGEST_VALUE = 255  # characters of a name or a version
MOST_REQUIREMENTS = 10_000  # extras of a requirement counted as further ones
MOST_CHARACTERS = 1_000_000  # of all requirements together
SUPPORTED_MAJOR_VERSIONS = frozenset({"1", "2"})
# As in email.feedparser: printable ASCII without spaces up to a colon, or an envelope line.
HEADER = re.compile(r"([!-9;-~]*):|From ")


def parse_headers(text: str) -> dict[str, list[str]]:
    """Return the header fields: names in lower case, values in order. Stop at the first line that is no header.

    A line that begins with white space continues the one above. Line ends and field boundaries are those of
    ``importlib.metadata``, so both find the same fields.
    """
    fields: list[tuple[str, list[str]]] = []
    parts: list[str] = []
    # str.splitlines() would also split at form feeds and Unicode separators, which are part of a value here.
    for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        # A line of white space continues, too: an empty line of a licence text, as setuptools writes it.
        if line[:1] in {" ", "\t"}:
            parts.append(line.strip())
            continue
        header = HEADER.match(line)
        if header is None:
            break
        # An envelope line, or one without a name, is no field; its continuation lines are dropped with it.
        parts = [line[header.end() :].strip()]
        if header[1]:
            fields.append((header[1].lower(), parts))
    headers: dict[str, list[str]] = {}
    for name, lines in fields:
        headers.setdefault(name, []).append("\n".join(lines))
    return headers


def parse_core_metadata(content: bytes, *, subject: str, lenient: bool = False) -> CoreMetadata:
    """Read a METADATA file. Raise :class:`InvalidMetadata` with all problems; ``subject`` names the file in it.

    Only the identity and the requirements of the distribution are checked, not the fields for people to read. The
    metadata of installed distributions is read with ``lenient``: name and version must be valid, and other invalid
    fields are left out.
    """
    try:
        headers = parse_headers(content.decode("utf-8", "replace" if lenient else "strict"))
    except UnicodeDecodeError as error:
        raise InvalidMetadata(subject, "it is not UTF-8") from error
    problems: list[str] = []
    warnings: list[str] = []
    _check_metadata_version(headers, problems)
    name = _name(_single(headers, "Name", problems), problems)
    version = _version(_single(headers, "Version", problems), problems)
    lines = _within_limits(headers.get("requires-dist", ()), problems)
    requires_dist = tuple(_requirements(lines, problems, warnings))
    _check_extras(requires_dist, problems)
    requires_python = _requires_python(headers.get("requires-python", ()), problems, warnings)
    if name is None or version is None or (problems and not lenient):
        raise InvalidMetadata(subject, several(problems))
    return CoreMetadata(
        name=name,
        version=version,
        requires_dist=requires_dist,
        requires_python=requires_python,
        provides_extra=frozenset(canonicalize_name(extra) for extra in headers.get("provides-extra", ())),
        import_names=tuple(_import_names([*headers.get("import-name", ()), *headers.get("import-namespace", ())])),
        warnings=tuple(f"{subject}: {warning}" for warning in warnings),
        digest=b"" if lenient else hashlib.sha256(content).digest(),
    )


def _import_names(values: Iterable[str]) -> Iterator[str]:
    # "An import name MAY be followed by a semicolon and the term 'private'" (core metadata 2.5)
    for value in values:
        name, _, mark = value.partition(";")
        if name.strip() and mark.strip() != "private":
            yield name.strip()


def _single(headers: Mapping[str, Sequence[str]], field: str, problems: list[str]) -> str | None:
    values = [value for value in headers.get(field.lower(), ()) if value]
    if len(values) == 1 and len(values[0]) > LONGEST_VALUE:
        problems.append(f"{field} has {len(values[0])} characters, above the limit of {LONGEST_VALUE}")
        return None
    if len(values) == 1:
        return values[0]
    problems.append(f"{field} is given {len(values)} times" if values else f"{field} is missing")
    return None


def _check_metadata_version(headers: Mapping[str, Sequence[str]], problems: list[str]) -> None:
    version = _single(headers, "Metadata-Version", problems)
    # The specification: tools must fail on a major version above the highest that they support.
    if version is not None and version.partition(".")[0] not in SUPPORTED_MAJOR_VERSIONS:
        problems.append(f"Metadata-Version {version!r} is unknown")


def _name(text: str | None, problems: list[str]) -> NormalizedName | None:
    try:
        return None if text is None else canonicalize_name(text, validate=True)
    except InvalidName:
        problems.append(f"Name {text!r} is invalid")
        return None


def _version(text: str | None, problems: list[str]) -> Version | None:
    try:
        return None if text is None else Version(text)
    except ValueError:  # InvalidVersion, or a number of more digits than Python reads
        problems.append(f"Version {text!r} is invalid")
        return None


def _within_limits(lines: Sequence[str], problems: list[str]) -> Sequence[str]:
    """Return the lines of Requires-Dist, or none if they exceed a limit."""
    if len(lines) > MOST_REQUIREMENTS:
        problems.append(f"Requires-Dist is given {len(lines)} times, above the limit of {MOST_REQUIREMENTS}")
        return ()
    total = sum(map(len, lines))
    if total > MOST_CHARACTERS:
        problems.append(f"Requires-Dist has {total} characters in all, above the limit of {MOST_CHARACTERS}")
        return ()
    return lines


def _check_extras(requirements: Sequence[Requirement], problems: list[str]) -> None:
    total = sum(1 + len(requirement.extras) for requirement in requirements)
    if total > MOST_REQUIREMENTS:
        problems.append(f"Requires-Dist has {total} requirements and extras, above the limit of {MOST_REQUIREMENTS}")


def _requirements(lines: Iterable[str], problems: list[str], warnings: list[str]) -> Iterator[Requirement]:
    for line in lines:
        if len(line) > LONGEST:
            problems.append(f"Requires-Dist {line[:40]!r}… is not a requirement: it has {len(line)} characters")
            continue
        read = read_requirement(line)
        if read is None:
            problems.append(f"Requires-Dist {shorten(line)!r} is not a requirement")
            continue
        requirement, faults = read
        warnings += faults
        yield requirement


def _requires_python(values: Sequence[str], problems: list[str], warnings: list[str]) -> SpecifierSet | None:
    if not values or not values[0]:
        return None
    if len(values[0]) > LONGEST:
        problems.append(
            f"Requires-Python {values[0][:40]!r}… is not a version specifier: it has {len(values[0])} characters"
        )
        return None
    specifier, fault = read_requires_python(values[0])
    if fault:
        warnings.append(fault)
    return specifier

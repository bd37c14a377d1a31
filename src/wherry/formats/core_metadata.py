"""Core metadata: the headers that deciding needs, up to version 2.6.

https://packaging.python.org/en/latest/specifications/core-metadata/

``email.parser`` and ``packaging.metadata`` read all of it, at the price of a third of a second to import in a browser.
"""

from __future__ import annotations

from packaging.requirements import InvalidRequirement as BadRequirement
from packaging.requirements import Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import InvalidName, NormalizedName, canonicalize_name
from packaging.version import Version

from wherry.errors import InvalidMetadata
from wherry.model.core_metadata import CoreMetadata

__all__ = ["parse_core_metadata", "parse_headers"]

SUPPORTED_MAJOR_VERSIONS = frozenset({"1", "2"})


def parse_headers(text: str) -> dict[str, list[str]]:
    """Return the header fields before the first empty line, names in lower case, values in order.

    A line that begins with white space continues the one above.
    """
    headers: dict[str, list[str]] = {}
    values: list[str] | None = None
    # str.splitlines() would also split at form feeds and Unicode separators, which are part of a value here.
    for line in text.replace("\r\n", "\n").split("\n"):
        if not line:
            break
        # White space alone continues, too: an empty line of a licence text, as setuptools writes it.
        if line[0] in " \t":
            if values:
                values[-1] += f"\n{line.strip()}"
            continue
        key, colon, value = line.partition(":")
        if not colon:
            break
        values = headers.setdefault(key.strip().lower(), [])
        values.append(value.strip())
    return headers


def parse_core_metadata(content: bytes, *, subject: str) -> CoreMetadata:
    """Read a METADATA file; ``subject`` names it in :class:`InvalidMetadata`, which is raised for all that is wrong."""
    try:
        headers = parse_headers(content.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise InvalidMetadata(subject, "it is not UTF-8") from error
    metadata_version = _single(headers, "Metadata-Version", subject)
    # The specification: tools must fail on a major version above the highest that they support.
    if metadata_version.partition(".")[0] not in SUPPORTED_MAJOR_VERSIONS:
        raise InvalidMetadata(subject, f"Metadata-Version {metadata_version!r} is unknown")
    return CoreMetadata(
        name=_name(_single(headers, "Name", subject), subject),
        version=_version(_single(headers, "Version", subject), subject),
        requires_dist=tuple(_requirement(line, subject) for line in headers.get("requires-dist", ())),
        requires_python=_requires_python(headers.get("requires-python", []), subject),
        provides_extra=frozenset(canonicalize_name(extra) for extra in headers.get("provides-extra", ())),
    )


def _single(headers: dict[str, list[str]], field: str, subject: str) -> str:
    values = [value for value in headers.get(field.lower(), []) if value]
    if len(values) != 1:
        raise InvalidMetadata(subject, f"{field} is given {len(values)} times" if values else f"{field} is missing")
    return values[0]


def _name(text: str, subject: str) -> NormalizedName:
    try:
        return canonicalize_name(text, validate=True)
    except InvalidName as error:
        raise InvalidMetadata(subject, f"Name {text!r} is not a name") from error


def _version(text: str, subject: str) -> Version:
    try:
        return Version(text)
    except ValueError as error:  # InvalidVersion, or a number of more digits than Python reads
        raise InvalidMetadata(subject, f"Version {text!r} is not a version") from error


def _requirement(line: str, subject: str) -> Requirement:
    try:
        return Requirement(line)
    except (BadRequirement, RecursionError) as error:
        raise InvalidMetadata(subject, f"Requires-Dist {line!r} is not a requirement") from error


def _requires_python(values: list[str], subject: str) -> SpecifierSet | None:
    if not values or not values[0]:
        return None
    try:
        return SpecifierSet(values[0])
    except InvalidSpecifier as error:
        raise InvalidMetadata(subject, f"Requires-Python {values[0]!r} is not a version specifier") from error

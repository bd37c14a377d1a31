"""The WHEEL file, which tells what its wheel is, held against the wheel's filename.

https://packaging.python.org/en/latest/specifications/binary-distribution-format/#file-contents
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING

from packaging.tags import parse_tag
from packaging.utils import parse_wheel_filename

from wherry.errors import InvalidWheel
from wherry.formats.core_metadata import parse_headers

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from packaging.tags import Tag

__all__ = ["WheelFile", "parse_wheel_file"]

SUPPORTED_MAJOR_VERSION = "1"
SEGMENTS_WITH_BUILD = 6


@dataclass(frozen=True, slots=True)
class WheelFile:
    """What placing the files needs of WHEEL."""

    root_is_purelib: bool


def parse_wheel_file(content: bytes, *, filename: str) -> WheelFile:
    """Read WHEEL and compare it with ``filename``, that of a wheel.

    Raises :class:`~wherry.errors.InvalidWheel` with all that is wrong.
    """
    try:
        headers = parse_headers(content.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise InvalidWheel(filename, ["WHEEL is not UTF-8"]) from error
    problems = [
        *_version_problems(headers.get("wheel-version", [])),
        *_tag_problems(headers.get("tag", []), filename),
        *_build_problems(headers.get("build", []), filename),
    ]
    if problems:
        raise InvalidWheel(filename, problems)
    return WheelFile(root_is_purelib=[value.lower() for value in headers.get("root-is-purelib", [])] == ["true"])


def _version_problems(values: Sequence[str]) -> Iterator[str]:
    # The specification: installers fail on a greater major version, for the format has changed then.
    if len(values) != 1 or values[0].partition(".")[0] != SUPPORTED_MAJOR_VERSION:
        yield f"WHEEL has the unknown Wheel-Version {_listed(values)}"


def _tag_problems(lines: Sequence[str], filename: str) -> Iterator[str]:
    expected = parse_wheel_filename(filename)[3]
    # Backends have been seen to write a compressed set, as in the filename, where the specification wants its tags.
    stated = {tag for line in lines for tag in _expanded(line, len(expected))}
    if stated != set(map(str, expected)):
        yield f"WHEEL has the tags {_listed(lines)}, but the filename says {', '.join(sorted(map(str, expected)))}"


def _expanded(line: str, most: int) -> set[str]:
    """Return the tags of a compressed set; a set of more than ``most`` as it is, for it may stand for billions."""
    if prod(part.count(".") + 1 for part in line.split("-")) > most:
        return {line}
    try:
        tags: frozenset[Tag] = parse_tag(line)
    except ValueError:
        return {line}
    return set(map(str, tags))


def _build_problems(values: Sequence[str], filename: str) -> Iterator[str]:
    segments = filename.split("-")
    expected = segments[2] if len(segments) == SEGMENTS_WITH_BUILD else ""
    # Who gives a wheel a build number by renaming it leaves WHEEL without one.
    if values and [value.lstrip("0") for value in values] != [expected.lstrip("0")]:
        yield f"WHEEL has the build {_listed(values)}, but the filename says {expected!r}"


def _listed(values: Sequence[str]) -> str:
    return ", ".join(map(repr, values)) or "nothing"

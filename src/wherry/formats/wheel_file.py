"""Read the WHEEL file, and compare it with the wheel's filename.

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
from wherry.formats.wording import shorten

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from packaging.tags import Tag

__all__ = ["WheelFile", "filename_build", "parse_wheel_file"]

SUPPORTED_MAJOR_VERSION = "1"
SEGMENTS_WITH_BUILD = 6
MOST_SHOWN = 20  # values of a field


@dataclass(frozen=True, slots=True)
class WheelFile:
    """The fields of WHEEL that placing the files needs; ``build`` is empty if it is missing."""

    root_is_purelib: bool
    build: str = ""


def parse_wheel_file(content: bytes, *, filename: str, warnings: list[str]) -> WheelFile:
    """Read WHEEL and compare it with ``filename``, that of a wheel.

    ``warnings`` receives harmless faults. Raise :class:`~wherry.errors.InvalidWheel` with all other problems.
    """
    try:
        headers = parse_headers(content.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise InvalidWheel(filename, ["WHEEL is not UTF-8"]) from error
    builds = headers.get("build", [])
    problems = [
        *_version_problems(headers.get("wheel-version", []), warnings),
        *_tag_problems(headers.get("tag", []), filename, warnings),
        *_build_problems(builds, filename, warnings),
    ]
    if problems:
        raise InvalidWheel(filename, problems)
    is_purelib = [value.lower() for value in headers.get("root-is-purelib", [])] == ["true"]
    return WheelFile(is_purelib, next(filter(None, builds), ""))


def filename_build(filename: str) -> str:
    """Return the build tag as the filename of a wheel spells it; empty where there is none."""
    segments = filename.split("-")
    return segments[2] if len(segments) == SEGMENTS_WITH_BUILD else ""


def _version_problems(values: Sequence[str], warnings: list[str]) -> Iterator[str]:
    major, _, minor = values[0].partition(".") if len(values) == 1 else ("", "", "")
    # The specification: installers fail on a greater major version, and warn of a greater minor version.
    if major != SUPPORTED_MAJOR_VERSION:
        yield f"WHEEL has the unknown Wheel-Version {_listed(values)}"
    elif minor.strip("0"):
        warnings.append(f"its WHEEL has the Wheel-Version {shorten(values[0])}, newer than the supported 1.0")


def _tag_problems(lines: Sequence[str], filename: str, warnings: list[str]) -> Iterator[str]:
    expected = parse_wheel_filename(filename)[3]
    # Some backends write a compressed set, as in the filename; the specification asks for its tags.
    stated = {tag for line in {*lines} if line for tag in _expanded(line, len(expected))}
    if not all(lines) or not lines:
        warnings.append("its WHEEL has no Tag" if not stated else "its WHEEL has an empty Tag")
    if stated and stated != set(map(str, expected)):
        yield f"WHEEL has the tags {_listed(lines)}, but the filename says {', '.join(sorted(map(str, expected)))}"


def _expanded(line: str, most: int) -> set[str]:
    """Return the tags of a compressed set; keep a set of more than ``most`` as it is: it may stand for billions."""
    if prod(part.count(".") + 1 for part in line.split("-")) > most:
        return {line}
    try:
        tags: frozenset[Tag] = parse_tag(line)
    except ValueError:
        return {line}
    return set(map(str, tags))


def _build_problems(values: Sequence[str], filename: str, warnings: list[str]) -> Iterator[str]:
    expected = filename_build(filename)
    stated = {value.lstrip("0") for value in values if value}
    # Renaming a wheel may add or remove its build number, and does not change WHEEL.
    if len(stated) > 1 or (expected and stated and stated != {expected.lstrip("0")}):
        yield f"WHEEL has the build {_listed(values)}, but the filename says {expected!r}"
    elif len(values) > 1:
        warnings.append(f"its WHEEL has the Build {len(values)} times")
    elif expected and not stated:
        warnings.append(f"its WHEEL has no Build, but the filename has {expected}")
    elif stated and not expected:
        warnings.append(f"its WHEEL has the Build {shorten(values[0])!r}, but the filename has none")


def _listed(values: Sequence[str]) -> str:
    more = [f"{len(values) - MOST_SHOWN} more"] if len(values) > MOST_SHOWN else []
    return ", ".join([*(repr(shorten(value)) for value in values[:MOST_SHOWN]), *more]) or "nothing"

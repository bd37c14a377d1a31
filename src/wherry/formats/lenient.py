"""Read specifiers, requirements and markers as leniently as pip and uv: repair harmless faults, and warn of them.

Faults are rare, so the module with the repairs is imported only for them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from packaging.requirements import InvalidRequirement
from packaging.specifiers import InvalidSpecifier

from wherry.formats.requirement_text import LONGEST, parse_requirement, parse_specifiers

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from packaging.markers import Marker
    from packaging.requirements import Requirement
    from packaging.specifiers import SpecifierSet

__all__ = ["UNDEFINED", "evaluate", "read_requirement", "read_requires_python", "undefined_comparisons"]

TEXT = r"""(?:"[^"]*"|'[^']*')"""
VARIABLE = r"(?!extras|dependency_groups)[a-z_.]+"
COMPARISON = (
    rf"(?:python(?:_full)?_version\s*[<>]=?\s*[\"']\d+(?:\.\d+)*[\"']"
    rf"|{VARIABLE}\s*(?:[=!]=|\s(?:not\s+)?in\b)\s*{TEXT}|{TEXT}\s*(?:not\s+)?in\s+{VARIABLE})"
)
# From ";" on, a marker without undefined comparisons. Nearly all markers match.
DEFINED = re.compile(rf";[\s(]*{COMPARISON}[\s)]*(?:(?:and|or)\b[\s(]*{COMPARISON}[\s)]*)*")
# packaging ignores some of them.
STRAY_COMMA = re.compile(r",\s*(?:[,);]|$)|^\s*,")
# Errors of packaging, and of Python where it compares text with another type or reads a number of too many digits.
UNDEFINED = (ValueError, LookupError, TypeError, AttributeError, RecursionError)


def read_requires_python(text: str) -> tuple[SpecifierSet | None, str]:
    """Return the valid part of a Requires-Python, if any, and a warning; it is empty if all of it is valid."""
    if len(text) <= LONGEST and not STRAY_COMMA.search(text):
        try:
            return parse_specifiers(text), ""
        except InvalidSpecifier:
            pass
    from wherry.formats.repairs import readable_part

    return readable_part(text)


def read_requirement(line: str) -> tuple[Requirement, Sequence[str]] | None:
    """Return a requirement of core metadata and warnings of its faults; ``None`` if it cannot be repaired."""
    requirement = _parse(line)
    faults = []
    if requirement is None or _has_stray_comma(requirement, line):
        from wherry.formats.repairs import repair_requirement

        requirement = requirement or repair_requirement(line)
        if requirement is None:
            return None
        faults.append(f"Requires-Dist {line!r} is not a requirement; it is read as '{requirement}'")
    undefined = undefined_comparisons(requirement, line)
    faults += [f"{one} is undefined and counts as false, in Requires-Dist {line!r}" for one in undefined]
    return requirement, faults


def _has_stray_comma(requirement: Requirement, line: str) -> bool:
    return "," in line and requirement.url is None and STRAY_COMMA.search(line.partition(";")[0]) is not None


def _parse(line: str) -> Requirement | None:
    try:
        return parse_requirement(line)
    except (InvalidRequirement, RecursionError):
        return None


def undefined_comparisons(requirement: Requirement, line: str) -> Sequence[str]:
    """Return the undefined comparisons in the marker of ``requirement``, whose text is ``line``."""
    if requirement.marker is None or DEFINED.fullmatch(line, max(line.find(";"), 0)):
        return ()
    from wherry.formats.repairs import find_undefined

    return find_undefined(requirement.marker)


def evaluate(marker: Marker, variables: Mapping[str, str]) -> bool:
    """Evaluate ``marker``. An undefined comparison counts as false."""
    try:
        return marker.evaluate({**variables})
    except UNDEFINED:
        from wherry.formats.repairs import evaluate_defined

        return evaluate_defined(marker, variables)

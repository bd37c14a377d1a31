"""Read specifiers, requirements and markers as pip and uv do: faults that do no harm are repaired, and named.

Nearly all are as they should be, so that the repairs are imported where they are needed.
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

__all__ = ["evaluate", "read_requirement", "read_requires_python", "undefined_comparisons"]

TEXT = r"""(?:"[^"]*"|'[^']*')"""
VARIABLE = r"(?!extras|dependency_groups)[a-z_.]+"
COMPARISON = (
    rf"(?:python(?:_full)?_version\s*[<>]=?\s*[\"']\d+(?:\.\d+)*[\"']"
    rf"|{VARIABLE}\s*(?:[=!]=|\s(?:not\s+)?in\b)\s*{TEXT}|{TEXT}\s*(?:not\s+)?in\s+{VARIABLE})"
)
# From ";" on, a marker that is defined, as nearly all are.
DEFINED = re.compile(rf";[\s(]*{COMPARISON}[\s)]*(?:(?:and|or)\b[\s(]*{COMPARISON}[\s)]*)*")
# packaging passes over some of them.
STRAY_COMMA = re.compile(r",\s*(?:[,);]|$)|^\s*,")
# Of packaging, and of Python where it compares a text with something else or reads a number of too many digits.
UNDEFINED = (ValueError, LookupError, TypeError, AttributeError, RecursionError)


def read_requires_python(text: str) -> tuple[SpecifierSet | None, str]:
    """Return the part of a Requires-Python that can be read, if any, and a warning where that is not all of it."""
    if len(text) <= LONGEST and not STRAY_COMMA.search(text):
        try:
            return parse_specifiers(text), ""
        except InvalidSpecifier:
            pass
    from wherry.formats.repairs import readable_part

    return readable_part(text)


def read_requirement(line: str) -> tuple[Requirement, Sequence[str]] | None:
    """Return a requirement of core metadata with warnings of its faults; ``None`` where it cannot be repaired."""
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
    """Return the comparisons in the marker of ``requirement``, written as ``line``, that have no value."""
    if requirement.marker is None or DEFINED.fullmatch(line, max(line.find(";"), 0)):
        return ()
    from wherry.formats.repairs import find_undefined

    return find_undefined(requirement.marker)


def evaluate(marker: Marker, variables: Mapping[str, str]) -> bool:
    """Evaluate ``marker``, in which a comparison that is undefined counts as false."""
    try:
        return marker.evaluate({**variables})
    except UNDEFINED:
        from wherry.formats.repairs import evaluate_defined

        return evaluate_defined(marker, variables)

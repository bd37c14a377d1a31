"""Repair specifiers and requirements of core metadata, and evaluate markers with undefined comparisons.

The repairs are those of uv (``LenientRequirement``) and a few of the same kind. Each leaves no doubt about the meaning.
The valid part of a Requires-Python counts, where pip ignores all of it. No part of a requirement is left out.

Import this module only for texts with faults.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from packaging.markers import Marker
from packaging.requirements import InvalidRequirement
from packaging.specifiers import InvalidSpecifier, Specifier, SpecifierSet
from packaging.version import Version

from wherry.formats.lenient import UNDEFINED
from wherry.formats.requirement_text import LONGEST, parse_requirement

if TYPE_CHECKING:
    from collections.abc import Mapping

    from packaging.requirements import Requirement

__all__ = ["evaluate_defined", "find_undefined", "readable_part", "repair_requirement"]

SHOWN = 80  # characters
QUOTES = "\"'`\u2018\u2019\u201c\u201d"
ALTERNATIVES = re.compile(r"\bor\b|\|", re.IGNORECASE)
REQUIREMENT = re.compile(r"([A-Z0-9][\w.-]*) ?(?:\[([^\]]*)\])?(.*)", re.IGNORECASE | re.ASCII)
# In order of application, to text with single spaces only.
MENDS = (
    (r"[();]", ","),
    (r"(?<=[<>=!~]) (?==)", ""),  # "> =1"
    (r"(?<![<>=!~])=([<>])", r"\1="),  # "=>1"
    (r" ?(?<![<>=!~])(?=[<>=!~])", ","),  # ">=1<2", ">=1 <2"
    (r"!=~ ?(\d+(?:\.\d+)*)", r"!=\1.*"),
    (r"\.[xX](?!\w)", ".*"),
    (r"(?<=\d)\*", ".*"),  # "!=3.3*"
    (r"((?:a|b|rc|post|dev)\d+)\.0(?![\w.])", r"\1"),  # ">=9.0.0a1.0"
    (r"(?<=[\d*])\.(?= ?(?:,|$))", ""),  # "!=3.2.*."
)
# Only "==" and "!=" go with ".*".
WILDCARD = re.compile(r"(?<![<>=!~])(<=|>=|<|>|~=) ?(v?(?:\d+!)?(?:\d+\.)*)(\d+)\.\*")

OPERAND = r"""(?:"[^"]*"|'[^']*'|(?<![\w.])[\w.]+)"""
COMPARISON = re.compile(rf"({OPERAND})\s*([<>=!~]+|\bnot\s+in\b|\bin\b)\s*({OPERAND})")
VERSIONS = frozenset({"implementation_version", "platform_release", "python_full_version", "python_version"})
VARIABLES = (
    *("extra", "implementation_name", "os_name", "platform_machine", "platform_python_implementation"),
    *("platform_system", "platform_version", "sys_platform", *VERSIONS),
)
FALSE = 'python_version < "0"'


def readable_part(text: str) -> tuple[SpecifierSet | None, str]:
    """Return the valid specifiers of a Requires-Python, if any, and a warning."""
    found = [clause for clause in _clauses(text) if _is_specifier(clause)]
    if len(text) > LONGEST or ALTERNATIVES.search(text):
        found = []
    shown = f"{text[:SHOWN]!r}…" if len(text) > SHOWN else repr(text)
    warning = f"Requires-Python {shown} is not a version specifier; it is "
    if not found:
        return None, f"{warning}ignored"
    specifier = SpecifierSet(",".join(found))
    return specifier, f"{warning}read as '{specifier}'"


def repair_requirement(line: str) -> Requirement | None:
    """Return the requirement that ``line`` means; ``None`` if that is not certain."""
    before, _, marker = line.partition(";")
    found = REQUIREMENT.fullmatch(_plain(before))
    if found is None or "@" in before:
        return None
    quote = line.lstrip()[:1]
    marker = marker.strip(" \t,;")
    if quote in QUOTES and marker.endswith(quote) and marker.count(quote) % 2:
        marker = marker[:-1]
    name, extras, specifier = found.groups()
    parts = [name, f"[{','.join(_parts(extras))}]" if extras else "", " ", ",".join(_clauses(specifier))]
    try:
        return parse_requirement("".join(parts) + (f"; {marker}" if marker else ""))
    except (InvalidRequirement, RecursionError):
        return None


def _clauses(text: str) -> list[str]:
    text = _plain(text[:LONGEST])
    for pattern, replacement in MENDS:
        text = re.sub(pattern, replacement, text)
    return _parts(WILDCARD.sub(_without_wildcard, text))


def _without_wildcard(found: re.Match[str]) -> str:
    operator, release, last = found.groups()
    if operator == "~=":  # "~=1.4.0" is ">=1.4.0,==1.4.*"
        return f"=={release}{last}.*"
    # 1.9.1 is in "<=1.9.*", though it is above 1.9.
    return f"<{release}{int(last) + 1}" if operator == "<=" else f"{operator}{release}{last}"


def _plain(text: str) -> str:
    return " ".join(text.translate(dict.fromkeys(map(ord, QUOTES))).split())


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _is_specifier(clause: str) -> bool:
    try:
        Specifier(clause)
    except InvalidSpecifier:
        return False
    return True


def find_undefined(marker: Marker) -> list[str]:
    """Return the comparisons in ``marker`` that have no value in any environment."""
    # "0" is a version and a text: whether a comparison is defined does not depend on the value.
    anywhere = dict.fromkeys(VARIABLES, "0")
    found = COMPARISON.finditer(str(marker))
    return [one[0] for one in found if not _is_defined(one[0], anywhere) or not _compares_versions(*one.groups())]


def _compares_versions(left: str, operator: str, right: str) -> bool:
    """Return whether a comparison by order has a version on the side that must be one; true for all others."""
    text = right if left in VERSIONS else left if right in VERSIONS else ""
    if not text or not operator.startswith(("<", ">")):
        return True
    try:
        return bool(Version(text[1:-1]))
    except ValueError:
        return False


def _is_defined(comparison: str, variables: Mapping[str, str]) -> bool:
    try:
        Marker(comparison).evaluate({**variables})
    except UNDEFINED:
        return False
    return True


def evaluate_defined(marker: Marker, variables: Mapping[str, str]) -> bool:
    """Evaluate ``marker`` with each undefined comparison replaced by false."""

    def defined(found: re.Match[str]) -> str:
        return found[0] if _is_defined(found[0], variables) else FALSE

    try:
        return Marker(COMPARISON.sub(defined, str(marker))).evaluate({**variables})
    except UNDEFINED:
        return False

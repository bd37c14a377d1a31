"""Read requirements and specifiers within limits: packaging has none, and its parser recurses on parentheses."""

from __future__ import annotations

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet

from wherry.formats.nesting import LIMIT, is_nested_deeply

__all__ = ["LONGEST", "parse_requirement", "parse_specifiers", "requirement_excess", "specifier_excess"]

# Characters. Python refuses numbers of more digits, and raises that only when versions are compared.
LONGEST = 4300


def parse_requirement(text: str) -> Requirement:
    """Read a requirement (PEP 508). Raise packaging's ``InvalidRequirement``, also if it exceeds a limit."""
    if problem := requirement_excess(text):
        raise InvalidRequirement(problem)
    return Requirement(text)


def parse_specifiers(text: str) -> SpecifierSet:
    """Read version specifiers. Raise packaging's ``InvalidSpecifier``, also if they exceed a limit."""
    if problem := specifier_excess(text):
        raise InvalidSpecifier(problem)
    return SpecifierSet(text)


def requirement_excess(text: str) -> str:
    """Return the problem of a requirement that exceeds a limit; an empty string if it exceeds none."""
    if problem := specifier_excess(text):
        return problem
    is_deep = text.count("(") + text.count("[") > LIMIT and is_nested_deeply(text)
    return f"its parentheses nest deeper than {LIMIT} levels" if is_deep else ""


def specifier_excess(text: str) -> str:
    """Return the problem of a ``text`` that is too long; an empty string if it is not."""
    return f"it has {len(text)} characters, above the limit of {LONGEST}" if len(text) > LONGEST else ""

"""Read requirements and specifiers within limits: packaging has none, and its parser recurses on parentheses."""

from __future__ import annotations

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet

from wherry.formats.nesting import LIMIT, is_nested_deeply

__all__ = ["LONGEST", "parse_requirement", "parse_specifiers", "requirement_excess", "specifier_excess"]

# Characters. Python reads no number of more digits, and would raise that only when versions are compared.
LONGEST = 4300


def parse_requirement(text: str) -> Requirement:
    """Read a requirement (PEP 508); raises packaging's ``InvalidRequirement``, also where it exceeds a limit."""
    if problem := requirement_excess(text):
        raise InvalidRequirement(problem)
    return Requirement(text)


def parse_specifiers(text: str) -> SpecifierSet:
    """Read version specifiers; raises packaging's ``InvalidSpecifier``, also where they exceed a limit."""
    if problem := specifier_excess(text):
        raise InvalidSpecifier(problem)
    return SpecifierSet(text)


def requirement_excess(text: str) -> str:
    """Say which limit a requirement exceeds; nothing where it keeps within all."""
    if problem := specifier_excess(text):
        return problem
    is_deep = text.count("(") + text.count("[") > LIMIT and is_nested_deeply(text)
    return f"its parentheses nest deeper than {LIMIT} levels" if is_deep else ""


def specifier_excess(text: str) -> str:
    """Say that ``text`` is too long; nothing where it is not."""
    return f"it has {len(text)} characters, above the limit of {LONGEST}" if len(text) > LONGEST else ""

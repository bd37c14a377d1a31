"""Errors for requirements that cannot be parsed, with advice.

Import this module where such an error is raised: nothing else needs it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from packaging.requirements import InvalidRequirement as BadRequirement, Requirement

from wherry.errors import InvalidRequirement, UnsupportedRequirement, WherryError
from wherry.formats.requirement_text import requirement_excess
from wherry.formats.wording import shorten
from wherry.resolution.direct_urls import parse_wheel_address

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

__all__ = ["explain_undefined", "explain_unreadable"]

NAME = r"(?P<name>[A-Z0-9](?:[\w.-]*[A-Z0-9])?)\s*(?P<extras>\[[\w\s.,-]*\])?\s*"
NAMED = r"\g<name>\g<extras>"
BUILDING = (
    "only wheels can be installed by URL or path, and wherry never builds: build a wheel elsewhere "
    "(python3 -m pip wheel --no-deps …) and give its address, as in './name-1.0-py3-none-any.whl'"
)
LONGEST = 1000  # characters to search
OTHERWISE = "write the name of a project, as in 'name' or 'name[extra]>=1.0,<2', or the address of a wheel"

ADVICE = (
    (r"[!%]?([\w.-]+\s+)*?(install|add)\s+[\"']*(?P<it>[^\"']+)", r"leave the command out: '\g<it>'"),
    (r"(-e|--editable)\b", BUILDING),
    (r"(-r|--requirements?)\b[\s=]*(?P<it>\S.*)", r"give the file as requirements_files=['\g<it>']"),
    (r"(-c|--constraints?)\b", "give what is in the file as constraints=[…]"),
    (r"(-i|--(extra-)?index-url)\b[\s=]*(?P<it>\S+)", r"give the index as index_urls=['\g<it>']"),
    (r".*\s--hash\b", "give hashes in a file of requirements, as requirements_files=[…]"),
    (r"-|[^-\s]\S*\s+--?[a-z]", "give options as arguments, such as upgrade=True, pre=True or deps=False"),
    (r".*\binstall\w*\(\s*[\[\"']*(?P<it>[^\"'\])]+)", r"leave the call out: '\g<it>'"),
    (r"(import|from)\s+(?P<it>\w+)", r"name the project, as in '\g<it>', or give the code to install_imports()"),
    (r"[\"'`“]+(?P<it>[^\"'`”]+)", r"leave the quotation marks out: '\g<it>'"),
    (r"[\[({]", "give several requirements as a list or as several arguments, not as the text of a list"),
    (
        r"(?P<it>(\S*/)?(requirements[^/\s]*\.in|[^/\s]+\.txt|pyproject\.toml)|\S*/\S+\.py)$",
        r"give the file as requirements_files=['\g<it>']",
    ),
    (r".*(\b(git|hg|svn|bzr)(\+|@\D)|\.(tar(\.\w+)?|t[gbx]z2?|zip|egg)([?#[].*)?$)", BUILDING),
    (rf"(?!.*\.whl)({NAME}@\s*)?(\.{{1,2}}$|[^\s@<>=;]*/|~|[a-z][\w+.-]+:(?!\d)\S)", BUILDING),
    (rf"{NAME}(@|:|==?|\s)\s*(latest|newest|\*)?$", rf"for the newest version, write the name alone: '{NAMED}'"),
    (rf"{NAME}[@:=]*\s*[~^]\s*v?(?P<it>\d+(\.\d+)+)$", rf"for a range of versions, write '{NAMED}~=\g<it>'"),
    (rf"{NAME}([@:^~]|=*)\s*v?(?P<it>\d[\w.+!]*)$", rf"for one version, write '{NAMED}==\g<it>'"),
    (rf"{NAME}=(?P<sign>[<>])\s*(?P<it>\d[\w.]*)$", rf"write '{NAMED}\g<sign>=\g<it>'"),
    (rf"(?!.*\.whl){NAME}@", rf"after '@' comes the address of a wheel; for a range of versions, write '{NAMED}>=1.0'"),
    (r"[^;]*([<>]=?|~=)[^,;]*\.\*", "'.*' goes with '==' and '!=' alone: write '>=1.0' for '>=1.*'"),
)


def explain_unreadable(text: str) -> InvalidRequirement | UnsupportedRequirement:
    """Return the error for ``text``, which is no requirement or an unsupported one."""
    if problem := requirement_excess(text.strip()):
        return InvalidRequirement(shorten(text.strip()), problem)
    # Shortened, because several patterns would try every way to divide a run of spaces.
    bare = re.sub(r"\s{2,}", " ", text.strip()[:LONGEST])
    for pattern, advice in ADVICE:
        if "\\" not in bare and (found := re.match(pattern, bare, re.IGNORECASE | re.DOTALL)):
            if advice is BUILDING:
                return UnsupportedRequirement(text, advice)
            return InvalidRequirement(text, found.expand(advice))
    return InvalidRequirement(text, next(_rarer_advice(bare), OTHERWISE))


def explain_undefined(text: str, comparisons: Sequence[str]) -> InvalidRequirement:
    """Return the error for ``text``, whose marker has the undefined ``comparisons``."""
    verb = "is" if len(comparisons) == 1 else "are"
    advice = (
        "compare versions with versions, as in 'python_version >= \"3.12\"', and an extra as in 'extra == \"name\"'"
    )
    return InvalidRequirement(text, f"in its marker, {' and '.join(comparisons)} {verb} undefined; {advice}")


def _rarer_advice(bare: str) -> Iterator[str]:
    path = bare.replace("\\", "/")
    if drive := re.search(r"(?:^|[\s@])([A-Za-z]:/.*)", path):
        yield f"write a path of Windows as a URL: 'file:///{drive[1]}'"
    if path != bare:
        yield f"write '/' for '\\': '{path}'"
    with_commas = re.sub(r"(?<=[\w*])\s+(?=[<>=!~])", ",", bare)
    if with_commas != bare and _is_readable(with_commas):
        yield f"write a comma between versions: '{with_commas}'"
    several = re.split(r"[\s,]+", bare.strip(", "))
    if len(several) > 1 and all(map(_is_readable, several)):
        yield f"give each requirement as a text of its own: {', '.join(map(repr, several))}"
    if ".whl" in bare.lower():
        yield "a wheel needs its full name, which says project, version and tags, as in './name-1.0-py3-none-any.whl'"
    before, separator, _ = bare.partition(";")
    if separator and _is_readable(before):
        yield "after ';' comes a condition, as in 'name; python_version >= \"3.12\"'"


def _is_readable(text: str) -> bool:
    try:
        parse_wheel_address(text) or Requirement(text)
    except (WherryError, BadRequirement, RecursionError):
        return False
    return True

"""Requirements of one project, or of one extra of it.

``pkg[a,b]>=1`` stands for three of them: ``pkg>=1``, its extra ``a`` and its extra ``b``. Every extra is an identifier
of its own, whose candidates pin the project to their own version, so combinations of extras need no code.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from packaging.requirements import InvalidRequirement as BadRequirement, Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import NormalizedName, canonicalize_name
from packaging.version import Version

from wherry.errors import WherryError
from wherry.formats.lenient import evaluate, undefined_comparisons
from wherry.formats.requirement_text import requirement_excess
from wherry.resolution.direct_urls import parse_wheel_address

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import TypeAlias, TypeGuard

    from packaging.specifiers import Specifier

    from wherry.model.core_metadata import CoreMetadata
    from wherry.model.environment import Environment
    from wherry.model.requirement_line import RequirementLine

    Texts: TypeAlias = Iterable["str | RequirementLine | Texts"]

__all__ = [
    "Identifier",
    "ProjectRequirement",
    "applies",
    "expand",
    "is_line",
    "parse_requirements",
    "place_of",
    "required_by",
]

Identifier = tuple[NormalizedName, str]
"""A project's normalized name, and an extra's or the empty string."""


# Names of files that are valid names of projects as well.
FILENAME = re.compile(r"\.(?:tar(?:\.\w+)?|tgz|zip|egg|txt)$|^pyproject\.toml$", re.IGNORECASE)


@dataclass(frozen=True, slots=True, eq=False)
class ProjectRequirement:
    """A requirement of one project, or of one of its extras. It equals only itself, which makes comparing cheap.

    ``exactly`` admits only that version; an extra pins its project with it. ``built_with`` is a version that is
    admitted regardless of the specifier; members of the distribution accept each other by it. ``replaces`` marks the
    requirement that an installed member be replaced, because its own requirements exclude a candidate. ``refusal``
    admits nothing and has the reason; it makes a release unusable. ``url`` is the direct URL of the project, ``text``
    the requirement as written, and ``place`` its file and line, if any. ``pins`` is true if the specifier names one
    version.
    """

    name: NormalizedName
    specifier: SpecifierSet = field(default_factory=SpecifierSet)
    extra: str = ""
    exactly: Version | None = None
    built_with: Version | None = None
    replaces: bool = False
    refusal: str = ""
    url: str | None = None
    text: str = ""
    place: str = ""
    identifier: Identifier = field(init=False)
    pins: bool = field(init=False)

    def __post_init__(self) -> None:
        # Computed once: a search uses them more often than anything else.
        object.__setattr__(self, "identifier", (self.name, self.extra))
        object.__setattr__(self, "pins", any(map(_is_pin, self.specifier)))

    def names(self, version: Version) -> bool:
        """Return whether the requirement names this very version, which allows a yanked file (PEP 592)."""
        return any(
            specifier.version == str(version) if specifier.operator == "===" else Version(specifier.version) == version
            for specifier in self.specifier
            if _is_pin(specifier)
        )

    def admits(self, version: Version) -> bool:
        """Return whether ``version`` satisfies the requirement, regardless of pre-releases."""
        if self.refusal:
            return False
        if self.exactly is not None:
            return version == self.exactly
        return version == self.built_with or self.specifier.contains(version, prereleases=True)

    def __str__(self) -> str:
        return f"{self.text} ({self.place})" if self.place else self.text


def _is_pin(specifier: Specifier) -> bool:
    return specifier.operator == "===" or (specifier.operator == "==" and not specifier.version.endswith(".*"))


def expand(requirement: Requirement) -> Iterator[ProjectRequirement]:
    """Yield the project's requirement, then one for each extra."""
    name = canonicalize_name(requirement.name)
    text, place = _without_marker(requirement), place_of(requirement)
    yield ProjectRequirement(name, requirement.specifier, url=requirement.url, text=text, place=place)
    for extra in sorted(map(canonicalize_name, requirement.extras)):
        yield ProjectRequirement(name, requirement.specifier, extra, url=requirement.url, text=text, place=place)


def applies(requirement: Requirement, environment: Environment, extra: str = "") -> bool:
    """Evaluate the requirement's marker (PEP 508) for ``environment``, with ``extra`` switched on.

    A comparison in it that is undefined is false.
    """
    return requirement.marker is None or evaluate(requirement.marker, {**environment.markers, "extra": extra})


def required_by(metadata: CoreMetadata, environment: Environment, extra: str = "") -> Iterator[ProjectRequirement]:
    """Yield the requirements of a distribution in ``environment``, or only those that ``extra`` adds."""
    for requirement in metadata.requires_dist:
        if extra and (requirement.marker is None or applies(requirement, environment)):
            continue
        if applies(requirement, environment, extra):
            yield from expand(requirement)


def parse_requirements(texts: Texts) -> Iterator[Requirement]:
    """Parse requirements, each in PEP 508 form or the URL or path of a wheel. Lists may be nested.

    A text may have comments and several lines, as in a file. Raises :class:`~wherry.errors.InvalidRequirement` and
    :class:`~wherry.errors.UnsupportedRequirement`.
    """
    for text in texts:
        if isinstance(text, str):
            yield from map(_parse, _lines(text))
        elif is_line(text):
            yield _parse_line(text)
        else:
            yield from parse_requirements(text)


def is_line(text: str | RequirementLine | Texts) -> TypeGuard[RequirementLine]:
    """Return whether ``text`` is a line of a file, without importing its class."""
    return hasattr(text, "place")


def place_of(requirement: Requirement) -> str:
    """Return the file and line of a requirement, or an empty string if it is from no file."""
    return getattr(requirement, "place", "")


def _parse_line(line: RequirementLine) -> Requirement:
    from wherry.resolution.file_requirements import WrittenRequirement

    try:
        return WrittenRequirement(_parse(line.text), line)
    except WherryError as error:
        error.place = line.place
        raise


def _lines(text: str) -> Iterable[str]:
    if text.strip() and not any(mark in text for mark in "#\\\n"):
        return [text]
    from wherry.formats.requirement_lines import logical_lines

    return [line for _, line in logical_lines(text)]


def _parse(text: str) -> Requirement:
    bare = text.strip()
    if requirement_excess(bare):
        raise _unreadable(text)
    try:
        requirement = parse_wheel_address(bare) or Requirement(bare)
    except (BadRequirement, RecursionError) as error:
        raise _unreadable(text) from error
    if requirement.url is None and FILENAME.search(requirement.name):
        raise _unreadable(text)
    if undefined := undefined_comparisons(requirement, bare):
        from wherry.resolution.unreadable import explain_undefined

        raise explain_undefined(text, undefined)
    return requirement


def _unreadable(text: str) -> WherryError:
    from wherry.resolution.unreadable import explain_unreadable

    return explain_unreadable(text)


def _without_marker(requirement: Requirement) -> str:
    return str(requirement).partition(";")[0].strip()

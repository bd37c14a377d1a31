"""Requirements, one project and at most one extra each.

``pkg[a,b]>=1`` stands for three of them: ``pkg>=1``, its extra ``a`` and its extra ``b``. Every extra is an identifier
of its own, whose candidates pin the project to their own version; so no combination of extras needs to be thought of.
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


# Of what is a file rather than a project, though its name could be one.
FILENAME = re.compile(r"\.(?:tar(?:\.\w+)?|tgz|zip|egg|txt)$|^pyproject\.toml$", re.IGNORECASE)


@dataclass(frozen=True, slots=True, eq=False)
class ProjectRequirement:
    """What is required of one project, or of one of its extras. It equals itself alone, so comparing costs nothing.

    ``exactly`` admits that very version and nothing else; it is how an extra holds its project. ``built_with`` is a
    version that is admitted whatever the specifier says; it is how members of the distribution go together.
    ``replaces`` tells that an installed member makes way, for which its own requirement is the reason.
    ``refusal`` admits nothing and says why; it is how a release that turns out to be unusable rules itself out.
    ``url`` is where the requirement wants the project from, ``text`` the requirement as its author wrote it, for
    people, and ``place`` the file and line where, if any. ``pins`` tells whether the specifier names one version.
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
        # Worked out once: a search asks for them more often than for anything else.
        object.__setattr__(self, "identifier", (self.name, self.extra))
        object.__setattr__(self, "pins", any(map(_is_pin, self.specifier)))

    def names(self, version: Version) -> bool:
        """Whether the requirement names this very version, which lets a yanked file in (PEP 592)."""
        return any(
            specifier.version == str(version) if specifier.operator == "===" else Version(specifier.version) == version
            for specifier in self.specifier
            if _is_pin(specifier)
        )

    def admits(self, version: Version) -> bool:
        """Whether ``version`` satisfies the requirement; pre-releases are judged elsewhere."""
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
    """Yield what a distribution requires in ``environment``: by itself, or only what ``extra`` adds to that."""
    for requirement in metadata.requires_dist:
        if extra and (requirement.marker is None or applies(requirement, environment)):
            continue
        if applies(requirement, environment, extra):
            yield from expand(requirement)


def parse_requirements(texts: Texts) -> Iterator[Requirement]:
    """Read requirements: PEP 508, or a wheel's URL or path. Lists of them may stand among them.

    A text may have comments and several lines, as files have them. Raises :class:`~wherry.errors.InvalidRequirement`
    and :class:`~wherry.errors.UnsupportedRequirement`.
    """
    for text in texts:
        if isinstance(text, str):
            yield from map(_parse, _lines(text))
        elif is_line(text):
            yield _parse_line(text)
        else:
            yield from parse_requirements(text)


def is_line(text: str | RequirementLine | Texts) -> TypeGuard[RequirementLine]:
    """Whether ``text`` is a line of a file. What that is need not be imported to know."""
    return hasattr(text, "place")


def place_of(requirement: Requirement) -> str:
    """Return the file and line of a requirement, or nothing where it comes from no file."""
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

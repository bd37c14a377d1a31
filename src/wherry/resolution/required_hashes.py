"""Hashes that requirements files demand of archives.

As with pip, one hash makes all of them required: every requirement must pin its version and have a hash, and so must
all dependencies. What is installed already is not looked at, and neither are the shared libraries of the distribution,
which are parts of the runtime.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name

from wherry.errors import IntegrityError, InvalidRequirement, MissingHash
from wherry.model.locked_package import LockedPackage
from wherry.resolution.requirements import expand
from wherry.resolution.written import WrittenRequirement, place_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from packaging.requirements import Requirement
    from packaging.utils import NormalizedName

    from wherry.model.requirement_line import RequirementLine
    from wherry.resolution.resolution import Pin

__all__ = ["RequiredHashes", "find_hashes", "require_pins"]


@dataclass(frozen=True, slots=True)
class RequiredHashes:
    """The ``lines`` with hashes by project, each of which an archive must satisfy; ``first`` is where they began."""

    lines: Mapping[NormalizedName, tuple[RequirementLine, ...]]
    first: str

    def refuses(self, name: NormalizedName, known: Mapping[str, str]) -> bool:
        """Whether a file of the project that has these ``known`` hashes is certainly not one that is allowed."""
        return any(line.refuses(known) for line in self.lines.get(name, ()))

    def check(self, pins: Iterable[Pin]) -> None:
        """Raise :class:`MissingHash` or :class:`IntegrityError` for the first of ``pins`` that cannot be allowed."""
        for pin in pins:
            if pin.file is None or (isinstance(pin.source, LockedPackage) and pin.source.is_shared_library):
                continue
            if pin.name not in self.lines and not (pin.origin == "direct" and pin.hash):
                raise MissingHash(f"{pin.name}=={pin.version}", pin.required_by, self.first, pin.hash)
            for line in self.lines.get(pin.name, ()):
                if line.refuses(pin.file.hashes):
                    actual = ", ".join(f"{name} {digest}" for name, digest in sorted(pin.file.hashes.items()))
                    raise IntegrityError(pin.file.filename, line.expected, actual, place=line.place)


def find_hashes(requirements: Iterable[Requirement], first: str) -> RequiredHashes:
    """Return the hashes that stand behind ``requirements`` (and constraints); ``first`` is where they began."""
    lines: dict[NormalizedName, tuple[RequirementLine, ...]] = {}
    for requirement in requirements:
        if isinstance(requirement, WrittenRequirement) and requirement.line.hashes:
            name = canonicalize_name(requirement.name)
            lines[name] = (*lines.get(name, ()), requirement.line)
    return RequiredHashes(lines, first)


def require_pins(requirements: Sequence[Requirement], first: str) -> None:
    """Raise :class:`InvalidRequirement` for the first of ``requirements`` that names neither a version nor a URL."""
    for requirement in requirements:
        if requirement.url is None and not next(expand(requirement)).pins:
            reason = f"every requirement must name one version with == because of the hashes from {first} on"
            raise InvalidRequirement(str(requirement), reason, place=place_of(requirement))

"""Hashes that requirements files demand of archives.

As with pip, one hash makes all of them required: every requirement must pin its version and have a hash, and so must
all dependencies. Installed distributions are exempt, and so are the shared libraries of the distribution, which are
parts of the runtime.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, NamedTuple

from packaging.utils import canonicalize_name

from wherry.errors import IntegrityError, InvalidRequirement, MissingHash
from wherry.model.hashes import strongest
from wherry.resolution.file_requirements import WrittenRequirement
from wherry.resolution.requirements import expand, place_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from packaging.requirements import Requirement
    from packaging.utils import NormalizedName

    from wherry.model.project import ProjectFile
    from wherry.model.requirement_line import RequirementLine
    from wherry.resolution.resolution import Pin

__all__ = ["RequiredHashes", "require_hashes"]


class RequiredHashes(NamedTuple):
    """The ``lines`` with hashes by project; an archive must satisfy each line. ``first`` is the place of the first."""

    lines: Mapping[NormalizedName, tuple[RequirementLine, ...]]
    first: str

    def refuses(self, name: NormalizedName, file: ProjectFile) -> bool:
        """Return whether the known hashes of a file of the project exclude it."""
        return any(line.refuses(file.hashes) for line in self.lines.get(name, ()))

    def check(self, pins: Iterable[Pin]) -> None:
        """Raise :class:`MissingHash` or :class:`IntegrityError` for the first pin that is not allowed."""
        for pin in pins:
            if pin.file is None or pin.is_shared_library:
                continue
            if pin.name not in self.lines and not (pin.origin == "direct" and pin.hash):
                raise MissingHash(f"{pin.name}=={pin.version}", pin.required_by, self.first, pin.hash)
            for line in self.lines.get(pin.name, ()):
                if line.refuses(pin.file.hashes):
                    raise _mismatch(pin.file, line, pin.file.hashes)

    def verify(self, name: NormalizedName, file: ProjectFile, archive: bytes) -> None:
        """Raise :class:`IntegrityError` unless ``archive``, which has the strongest hash of ``file``, is allowed."""
        for line in self.lines.get(name, ()):
            if strongest(file.hashes) not in line.hashes:
                actual = {algorithm: hashlib.new(algorithm, archive).hexdigest() for algorithm in line.algorithms}
                if not line.allows(actual):
                    raise _mismatch(file, line, actual)


def require_hashes(
    requirements: Sequence[Requirement], constraints: Iterable[Requirement], first: str
) -> RequiredHashes:
    """Return the hashes of ``requirements`` and ``constraints``; ``first`` is the place of the first.

    Raises :class:`InvalidRequirement` for a requirement that names neither a version nor a URL.
    """
    lines: dict[NormalizedName, tuple[RequirementLine, ...]] = {}
    for requirement in (*requirements, *constraints):
        if isinstance(requirement, WrittenRequirement) and requirement.line.hashes:
            name = canonicalize_name(requirement.name)
            lines[name] = (*lines.get(name, ()), requirement.line)
    for requirement in requirements:
        if requirement.url is None and not next(expand(requirement)).pins:
            reason = f"it must name a version with ==, because hashes are required since {first}"
            error = InvalidRequirement(str(requirement), reason)
            error.place = place_of(requirement)
            raise error
    return RequiredHashes(lines, first)


def _mismatch(file: ProjectFile, line: RequirementLine, actual: Mapping[str, str]) -> IntegrityError:
    known = [f"{algorithm} {digest}" for algorithm, digest in sorted(actual.items()) if algorithm in line.algorithms]
    allowed = [one.replace(":", " ") for one in line.hashes]
    error = IntegrityError(file.filename, " or ".join(allowed), ", ".join(known))
    error.place = line.place
    return error

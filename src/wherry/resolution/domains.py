"""Domains: everything that a project, or an extra of one, may come to in the end, as bits.

The first bit stands for its absence, the second for what is installed (or for the placeholder of an unknown page), bit
*i* + 2 for release *i* of its page, newest first. A requirement is the set of bits that it admits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wherry.resolution.releases import Releases

if TYPE_CHECKING:
    from packaging.version import Version

    from wherry.resolution.candidates import Candidate, Candidates
    from wherry.resolution.requirements import Identifier, ProjectRequirement

__all__ = ["ABSENT", "Domain"]

ABSENT = 1
INSTALLED = 2
OFFSET = 2
NOTHING = Releases((), ())


class Domain:
    """The bits of one identifier, and what they stand for."""

    def __init__(self, identifier: Identifier, candidates: Candidates) -> None:
        name = identifier[0]
        self.identifier = identifier
        self.is_known = name in candidates.snapshot.pages
        self._installed = candidates.problem.installed.get(name)
        self._releases = (candidates.snapshot.releases(name) if self.is_known else None) or NOTHING
        self.full = ABSENT | (self._releases.everything << OFFSET)
        if self._installed is not None:
            self.full |= INSTALLED
            self.full &= ~self._bit_of_release(self._installed.metadata.version)
        if not self.is_known:
            self._placeholder = 1 << OFFSET
            self.full |= self._placeholder

    def admitted(self, requirement: ProjectRequirement) -> int:
        """Return what satisfies ``requirement``; the placeholder always does."""
        bits = self._releases.admitted(requirement) << OFFSET if self.is_known else self._placeholder
        if self._installed is not None and requirement.admits(self._installed.metadata.version):
            bits |= INSTALLED
        return bits & self.full

    def bit(self, candidate: Candidate) -> int:
        """Return the bit that stands for ``candidate``."""
        if candidate.version is None:
            return self._placeholder
        return INSTALLED if candidate.is_installed else self._bit_of_release(candidate.version)

    def versions(self, bits: int) -> list[str]:
        """Return the versions that ``bits`` stand for, newest first."""
        found = [entry.version for entry in self._releases.pick(bits >> OFFSET)] if self.is_known else []
        if bits & INSTALLED and self._installed is not None:
            found.append(self._installed.metadata.version)
        return [str(version) for version in sorted(found, reverse=True)]

    def _bit_of_release(self, version: Version) -> int:
        position = self._releases.positions.get(version)
        return 0 if position is None else 1 << (position + OFFSET)

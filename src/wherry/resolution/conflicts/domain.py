"""Domains: the possible outcomes for a project, or for an extra of one, as bits.

The first bit is for absence, the next for the installed version (or a module of Python), for the distribution's
version, for a direct URL, and for the placeholder of an unknown page. Then there is one bit for each release of its
page, newest first. A requirement is the set of bits that it admits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wherry.resolution.releases import Releases

if TYPE_CHECKING:
    from packaging.version import Version

    from wherry.resolution.candidates import Candidate, Candidates
    from wherry.resolution.requirements import Identifier, ProjectRequirement
    from wherry.resolution.sources import Origin

__all__ = ["ABSENT", "Domain"]

ABSENT, INSTALLED, LOCKED, DIRECT, PLACEHOLDER = (1 << position for position in range(5))
OFFSET = 5
BITS: dict[Origin | None, int] = {"installed": INSTALLED, "distribution": LOCKED, "direct": DIRECT}
NOTHING = Releases(())


class Domain:
    """The bits of one identifier, with their meanings."""

    def __init__(self, identifier: Identifier, candidates: Candidates) -> None:
        name = identifier[0]
        sources = candidates.sources(name)
        self.identifier = identifier
        self._versions: dict[int, Version] = {}
        if installed := sources.installed or sources.module:
            self._versions[INSTALLED] = installed.metadata.version
        if sources.locked is not None:
            self._versions[LOCKED] = sources.locked.version
        if sources.direct is not None:
            self._versions[DIRECT] = sources.direct.version
        is_hole = not sources.is_closed and name not in candidates.snapshot.pages
        is_open = not sources.is_closed and not is_hole
        self._placeholder = PLACEHOLDER if is_hole else 0
        self._releases = (candidates.snapshot.releases(name) if is_open else None) or NOTHING
        self.full = ABSENT | self._placeholder | sum(self._versions) | self._releases.everything << OFFSET
        if sources.installed is not None:
            # The bit of the installed version covers the release of the same version.
            self.full &= ~self._bit_of_release(sources.installed.metadata.version)

    def admitted(self, requirement: ProjectRequirement) -> int:
        """Return the bits that satisfy ``requirement``; the placeholder always does."""
        bits = self._releases.admitted(requirement) << OFFSET | self._placeholder
        bits |= sum(bit for bit, version in self._versions.items() if requirement.admits(version))
        return bits & self.full

    def bit(self, candidate: Candidate) -> int:
        """Return the bit of ``candidate``."""
        if candidate.version is None:
            return PLACEHOLDER
        return BITS.get(candidate.origin) or self._bit_of_release(candidate.version)

    def _bit_of_release(self, version: Version) -> int:
        position = self._releases.positions.get(version)
        return 0 if position is None else 1 << (position + OFFSET)

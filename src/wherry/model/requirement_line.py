"""A requirement in a file."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["RequirementLine"]


class RequirementLine(NamedTuple):
    """A requirement, ``text``, with its file and line, ``place``. Its archive must have one of ``hashes``, if any.

    Hashes are written ``sha256:…``, in hexadecimal. ``part`` is the part of a project that has the requirement,
    ``extra:NAME`` or ``group:NAME`` (normalized), and empty for requirements that always apply.
    """

    text: str
    place: str
    hashes: tuple[str, ...] = ()
    part: str = ""

    @property
    def algorithms(self) -> set[str]:
        """The names of the algorithms of ``hashes``."""
        return {one.partition(":")[0] for one in self.hashes}

    def refuses(self, known: Mapping[str, str]) -> bool:
        """Return whether a file with ``known`` hashes (digests by algorithm) is certainly not allowed."""
        return self.algorithms <= known.keys() and not self.allows(known)

    def allows(self, known: Mapping[str, str]) -> bool:
        """Return whether one of the ``known`` hashes is allowed."""
        return any(f"{name}:{digest}" in self.hashes for name, digest in known.items())

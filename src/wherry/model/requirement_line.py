"""A requirement that stands in a file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["RequirementLine"]


@dataclass(frozen=True, slots=True)
class RequirementLine:
    """``text`` is the requirement, ``place`` names file and line. An archive must have one of ``hashes``, if any.

    These are written ``sha256:…``, in hexadecimal.
    """

    text: str
    place: str
    hashes: tuple[str, ...] = ()

    def refuses(self, known: Mapping[str, str]) -> bool:
        """Whether a file whose ``known`` hashes (digests by algorithm) are these is certainly another one."""
        algorithms = {one.partition(":")[0] for one in self.hashes}
        return algorithms <= known.keys() and not any(f"{name}:{known[name]}" in self.hashes for name in algorithms)

    @property
    def expected(self) -> str:
        """The hashes in words, such as ``sha256 …`` or ``one of sha256 …, sha512 …``."""
        names = ", ".join(one.replace(":", " ") for one in self.hashes)
        return f"one of {names}" if len(self.hashes) > 1 else names

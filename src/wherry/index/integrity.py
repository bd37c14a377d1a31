"""Comparing bytes with the hash that was promised."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from wherry.errors import IntegrityError
from wherry.model.hashes import strongest, weakest

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from wherry.model.project import ProjectFile

__all__ = ["agree", "find_weakness", "verify"]


def agree(hashes: Mapping[str, str], others: Mapping[str, str]) -> bool:
    """Whether ``others`` have the strongest of ``hashes``, so that both are of the same bytes."""
    algorithm, _, digest = (strongest(hashes) or "").partition(":")
    return bool(digest) and others.get(algorithm) == digest


def verify(
    content: bytes, hashes: Mapping[str, str], *, subject: str, computed: Mapping[str, str] | None = None
) -> None:
    """Raise :class:`IntegrityError` unless ``content`` has the strongest of ``hashes`` (hexadecimal digests).

    ``computed`` are hashes of it that need not be computed again. Where an index gives no hash, nothing can be
    compared; where it gives a weak one alone, that must be right.
    """
    promised = strongest(hashes) or weakest(hashes)
    if promised is None:
        return
    algorithm, _, digest = promised.partition(":")
    actual = (computed or {}).get(algorithm) or hashlib.new(algorithm, content, usedforsecurity=False).hexdigest()
    if actual != digest:
        raise IntegrityError(subject, f"{algorithm} {digest}", f"{algorithm} {actual}")


def find_weakness(file: ProjectFile) -> Iterator[str]:
    """Yield a warning where ``file`` comes with a hash that does not protect, or with something else in its place."""
    if file.strongest_hash is None and (file.hashes or file.fragment):
        weak = (weakest(file.hashes) or "").partition(":")[0]
        names = {"md5": "MD5", "sha1": "SHA-1"}
        yield (
            f"{file.filename}: it was compared with its {names[weak]} alone, which protects against accidents only"
            if weak
            else f"{file.filename}: it was compared with no hash, for {_given(file)!r} is none that is known"
        )


def _given(file: ProjectFile) -> str:
    return f"#{file.fragment}" if file.fragment else ", ".join(sorted(file.hashes))

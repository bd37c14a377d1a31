"""Comparing bytes with the hash that was promised, and their number with its limit."""

from __future__ import annotations

import hashlib
from contextlib import contextmanager
from typing import TYPE_CHECKING

from wherry.errors import AnswerTooLarge, IntegrityError
from wherry.model.hashes import strongest, weakest
from wherry.model.sizes import human_size

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from wherry.index.fetcher import Request, Response
    from wherry.model.project import ProjectFile

__all__ = ["agree", "check_size", "find_weakness", "too_large", "verify", "within_memory"]


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


def check_size(request: Request, response: Response) -> None:
    """Raise an error where more came than ``request`` has as its limit.

    It is :class:`IntegrityError` where the index announced the size, else :class:`AnswerTooLarge`.
    """
    if request.limit is None or not (response.has_more or len(response.body) > request.limit):
        return
    if request.limit == request.size:
        raise IntegrityError(request.url, f"{request.size} bytes", "more")
    raise too_large(request, f"more than {human_size(request.limit)} came")


def too_large(request: Request, reason: str) -> AnswerTooLarge:
    """Return the error for more bytes than ``request`` has as its limit."""
    kind = "archive" if request.is_archive else "page" if request.accept else "metadata"
    hint = f"if that is right, allow more with Network(max_{kind}_size=…)"
    return AnswerTooLarge(request.url, reason, limit=request.limit, hint=hint)


@contextmanager
def within_memory(request: Request) -> Iterator[None]:
    """Raise :class:`AnswerTooLarge` where the memory does not suffice for the answer to ``request``."""
    try:
        yield
    except MemoryError:
        raise AnswerTooLarge(request.url, "there is not enough memory for it", limit=request.limit) from None


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

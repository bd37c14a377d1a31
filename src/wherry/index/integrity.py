"""Comparing bytes with the hash that was promised, and their number with its limit."""

from __future__ import annotations

import hashlib
from contextlib import contextmanager
from typing import TYPE_CHECKING

from wherry.errors import AnswerTooLarge, IntegrityError
from wherry.model.hashes import strongest
from wherry.resolution.sizes import human_size

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from wherry.index.fetcher import Request, Response

__all__ = ["agree", "check_size", "refuse_weak", "too_large", "verify", "within_memory"]


def refuse_weak(hashes: Mapping[str, str], *, subject: str) -> None:
    """Raise :class:`IntegrityError` where none of ``hashes`` protects: MD5 and SHA-1 alone are as good as none."""
    if hashes and strongest(hashes) is None:
        raise IntegrityError(subject, "a SHA-256 hash", f"only {', '.join(sorted(hashes))}")


def agree(hashes: Mapping[str, str], others: Mapping[str, str]) -> bool:
    """Whether ``others`` have the strongest of ``hashes``, so that both are of the same bytes."""
    algorithm, _, digest = (strongest(hashes) or "").partition(":")
    return bool(digest) and others.get(algorithm) == digest


def verify(
    content: bytes, hashes: Mapping[str, str], *, subject: str, computed: Mapping[str, str] | None = None
) -> None:
    """Raise :class:`IntegrityError` unless ``content`` has the strongest of ``hashes`` (hexadecimal digests).

    ``computed`` are hashes of it that need not be computed again. Where an index gives no hash, nothing can be
    compared; weak ones alone are refused.
    """
    refuse_weak(hashes, subject=subject)
    promised = strongest(hashes)
    if promised is None:
        return
    algorithm, _, digest = promised.partition(":")
    actual = (computed or {}).get(algorithm) or hashlib.new(algorithm, content).hexdigest()
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
    way_out = f"if that is right, allow more with Network(max_{kind}_size=…)"
    return AnswerTooLarge(request.url, reason, limit=request.limit, way_out=way_out)


@contextmanager
def within_memory(request: Request) -> Iterator[None]:
    """Raise :class:`AnswerTooLarge` where the memory does not suffice for the answer to ``request``."""
    try:
        yield
    except MemoryError:
        raise AnswerTooLarge(request.url, "there is not enough memory for it", limit=request.limit) from None

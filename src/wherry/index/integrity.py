"""Verification of downloads: hashes and size limits."""

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
    """Return whether ``others`` include the strongest of ``hashes``, so that both are of the same bytes."""
    algorithm, _, digest = (strongest(hashes) or "").partition(":")
    return bool(digest) and others.get(algorithm) == digest


def verify(
    content: bytes, hashes: Mapping[str, str], *, subject: str, computed: Mapping[str, str] | None = None
) -> None:
    """Raise :class:`IntegrityError` unless ``content`` has the strongest of ``hashes`` (hexadecimal digests).

    ``computed`` are hashes of ``content`` that are known already. Without hashes, nothing is compared. A weak hash is
    compared only where there is no strong one.
    """
    promised = strongest(hashes) or weakest(hashes)
    if promised is None:
        return
    algorithm, _, digest = promised.partition(":")
    actual = (computed or {}).get(algorithm) or hashlib.new(algorithm, content, usedforsecurity=False).hexdigest()
    if actual != digest:
        raise IntegrityError(subject, f"{algorithm} {digest}", f"{algorithm} {actual}")


def check_size(request: Request, response: Response) -> None:
    """Raise an error where the body of ``response`` is larger than the limit of ``request``.

    The error is :class:`IntegrityError` where the index announced the size, else :class:`AnswerTooLarge`.
    """
    if request.limit is None or not (response.has_more or len(response.body) > request.limit):
        return
    if request.limit == request.size:
        raise IntegrityError(request.url, f"{request.size} bytes", "more")
    raise too_large(request, f"it has more than {human_size(request.limit)}")


def too_large(request: Request, reason: str) -> AnswerTooLarge:
    """Return the error for an answer that is larger than the limit of ``request``."""
    kind = "archive" if request.is_archive else "page" if request.accept else "metadata"
    hint = f"to accept it, raise the limit with Network(max_{kind}_size=…)"
    return AnswerTooLarge(request.url, reason, limit=request.limit, hint=hint)


@contextmanager
def within_memory(request: Request) -> Iterator[None]:
    """Raise :class:`AnswerTooLarge` where the answer to ``request`` does not fit into memory."""
    try:
        yield
    except MemoryError:
        raise AnswerTooLarge(request.url, "it does not fit into memory", limit=request.limit) from None


def find_weakness(file: ProjectFile) -> Iterator[str]:
    """Yield a warning where ``file`` has only a weak or an unknown hash."""
    if file.strongest_hash is None and (file.hashes or file.fragment):
        weak = (weakest(file.hashes) or "").partition(":")[0]
        names = {"md5": "MD5", "sha1": "SHA-1"}
        yield (
            f"{file.filename}: verified with {names[weak]} alone, which detects accidents but no attack"
            if weak
            else f"{file.filename}: not verified, because {_given(file)!r} is not a known hash"
        )


def _given(file: ProjectFile) -> str:
    return f"#{file.fragment}" if file.fragment else ", ".join(sorted(file.hashes))

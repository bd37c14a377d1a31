"""How patient wherry is with a network, and how much it takes from there."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Network"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """Limits on what is fetched; times are in seconds, sizes in bytes, and ``None`` is no limit.

    ``answer_timeout`` is for an answer to begin, ``idle_timeout`` for the next bytes of it to come, ``total_timeout``
    for all of it. ``attempts`` is how often a request that fails is made, the first time included. Of one host,
    ``archives_at_once`` archives are fetched side by side, and ``pages_at_once`` pages and metadata files.

    ``max_page_size`` is for a project page, ``max_metadata_size`` for a metadata file or a requirements file, and
    ``max_archive_size`` for an archive, which may have no more bytes than its index announces in any case. Compressed
    answers count as they are after decompression. Reading stops at the limit.
    """

    answer_timeout: float | None = 30.0
    idle_timeout: float | None = 30.0
    total_timeout: float | None = 900.0
    attempts: int = 4
    # HTTP/1.1 browsers open six connections to a host. They queue the rest of the pages themselves; over HTTP/2 they
    # need not, and pages are what latency is felt with.
    archives_at_once: int = 6
    pages_at_once: int = 24
    # JSON takes up to thirty times as much memory once it is read.
    max_page_size: int | None = 2**26
    max_metadata_size: int | None = 2**24
    max_archive_size: int | None = 2**29

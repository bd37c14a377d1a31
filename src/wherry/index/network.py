"""Time and size limits of requests."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Network"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """Limits of requests. Times are in seconds, sizes in bytes; ``None`` is no limit.

    ``answer_timeout`` is the time until the response starts, ``idle_timeout`` the time between two chunks of it,
    ``total_timeout`` the time for all of it. ``attempts`` is the number of requests made when they fail, the first
    included. ``archives_at_once`` and ``pages_at_once`` limit the concurrent requests to one host for archives, and for
    pages and metadata files.

    ``max_page_size`` limits a project page, ``max_metadata_size`` a metadata file or a requirements file, and
    ``max_archive_size`` an archive, which may never be larger than its index announces. Sizes count after
    decompression. Reading stops at the limit.
    """

    answer_timeout: float | None = 30.0
    idle_timeout: float | None = 30.0
    total_timeout: float | None = 900.0
    attempts: int = 4
    # Over HTTP/1.1, browsers open six connections to a host and queue further pages themselves. Over HTTP/2 they need
    # not, and pages suffer most from latency.
    archives_at_once: int = 6
    pages_at_once: int = 24
    # Parsed JSON takes up to thirty times as much memory.
    max_page_size: int | None = 2**26
    max_metadata_size: int | None = 2**24
    max_archive_size: int | None = 2**29

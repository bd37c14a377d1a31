"""URLs: relative ones made absolute, filenames read from them."""

from __future__ import annotations

import re

from wherry.errors import InvalidIndexPage

__all__ = ["absolute", "last_segment", "split_hash", "without_credentials"]

FOLDER = re.compile(r"https?://[^/?#\\\s]+/(?:[\w-][\w.-]*/)*", re.ASCII)
FILE = re.compile(r"[\w-][\w.+-]*", re.ASCII)


def absolute(url: str, base: str) -> str:
    """Resolve ``url`` against ``base``, where it was found; raises :class:`InvalidIndexPage` for what is no URL."""
    if url.startswith(("https://", "http://")):
        return url
    if FILE.fullmatch(url) and FOLDER.fullmatch(base):
        return base + url
    # Importing it takes a twentieth of a second in a browser, and most pages need it not.
    from urllib.parse import urljoin

    try:
        return urljoin(base, url)
    except ValueError as error:
        raise InvalidIndexPage(base, f"{url!r} is not a URL ({error})") from error


def last_segment(url: str) -> str:
    """Return the last segment of the path, percent-decoded: the filename that a link leads to."""
    segment = url.partition("#")[0].partition("?")[0].rpartition("/")[2]
    if "%" not in segment:
        return segment
    from urllib.parse import unquote

    return unquote(segment)


def split_hash(url: str) -> tuple[str, dict[str, str]]:
    """Split ``url#sha256=…`` into the URL and its hashes (PEP 503)."""
    bare, _, fragment = url.partition("#")
    algorithm, _, digest = fragment.partition("=")
    return bare, {algorithm.lower(): digest.lower()} if algorithm and digest else {}


def without_credentials(url: str) -> str:
    """Return ``url`` without a user's name and password."""
    scheme, separator, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    return f"{scheme}{separator}{host.rpartition('@')[2]}{slash}{path}" if separator else url

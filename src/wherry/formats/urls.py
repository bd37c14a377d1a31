"""URLs: relative ones made absolute, filenames and credentials read from them."""

from __future__ import annotations

import re

from wherry.errors import InvalidIndexPage

__all__ = [
    "absolute",
    "authorization",
    "beside",
    "file_location",
    "last_segment",
    "origin",
    "recorded_url",
    "split_hash",
    "without_credentials",
]

SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
PLAIN_ORIGIN = re.compile(r"(https?)://([a-z0-9._-]+|\[[0-9a-f:.]+\])(?::([0-9]+))?(?=[/?#]|$)", re.IGNORECASE)
DEFAULT_PORTS = {"http": "80", "https": "443"}

NO_HASHES = frozenset({"egg", "subdirectory"})

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
        # It joins nothing to a scheme that it does not know.
        if base.startswith("emfs:") and not SCHEME.match(url):
            return f"emfs:{urljoin(base.removeprefix('emfs:'), url)}"
        return urljoin(base, url)
    except ValueError as error:
        raise InvalidIndexPage(base, f"{url!r} is not a URL ({error})") from error


def beside(path: str, base: str) -> str:
    """Return the address of ``path``, a URL or a path, as the file at the address ``base`` names it.

    Addresses are URLs, ``emfs:`` among them, or paths. Raises ``ValueError`` for what is neither.
    """
    if SCHEME.match(path):
        return path
    if base.startswith(("https:", "http:", "file:")):
        from urllib.parse import quote, urljoin

        return urljoin(base, quote(path) if base.startswith("file:") else path)
    from posixpath import dirname, join, normpath

    scheme = "emfs:" if base.startswith("emfs:") else ""
    return scheme + normpath(join(dirname(base.removeprefix(scheme)), path))


def file_location(url: str, base: str, *, page_url: str) -> str:
    """Return the absolute URL of a file that the page at ``page_url`` lists, without credentials.

    A page leads to the web, or to the kind of place where it lies itself; anything else, such as ``file:`` on a page
    from the web, raises :class:`InvalidIndexPage`.
    """
    location = absolute(url, base)
    if "@" in location:
        location = without_credentials(location)
    if location.startswith(("https://", "http://")):
        return location
    scheme = location.partition(":")[0].lower()
    if scheme not in DEFAULT_PORTS and scheme != page_url.partition(":")[0].lower():
        raise InvalidIndexPage(page_url, f"it leads to {location!r}, and only https: and http: may be followed")
    return location


def origin(url: str) -> str | None:
    """Return scheme, host and port of ``url`` in one form; ``None`` where two readers of it might disagree.

    Browsers take a backslash for a slash, drop tabs and decode hosts: such a URL has no origin here, and is told no
    secret.
    """
    found = PLAIN_ORIGIN.match(url)
    if found is None:
        return None
    scheme, host, port = found[1].lower(), found[2].lower(), found[3]
    return f"{scheme}://{host}:{port or DEFAULT_PORTS[scheme]}"


def last_segment(url: str) -> str:
    """Return the last segment of the path, percent-decoded: the filename that a link leads to."""
    segment = url.partition("#")[0].partition("?")[0].rpartition("/")[2]
    if "%" not in segment:
        return segment
    from urllib.parse import unquote

    return unquote(segment)


def split_hash(url: str) -> tuple[str, dict[str, str]]:
    """Split ``url#sha256=…`` into the URL and its hashes (PEP 503); ``egg=…``, as pip has it, is none."""
    bare, _, fragment = url.partition("#")
    pairs = (part.partition("=") for part in fragment.split("&")) if fragment else ()
    return bare, {
        algorithm.lower(): digest.lower()
        for algorithm, _, digest in pairs
        if algorithm and digest and algorithm not in NO_HASHES
    }


def without_credentials(url: str) -> str:
    """Return ``url`` without a user's name and password."""
    before, _, after = _around_credentials(url)
    return before + after


def recorded_url(url: str) -> str:
    """Return ``url`` as direct_url.json has it (PEP 610): no credentials, and for a path the scheme that reads it."""
    url = without_credentials(url)
    return url if SCHEME.match(url) else f"emfs:{url}"


def authorization(url: str) -> str | None:
    """Return the ``Authorization`` header (Basic, RFC 7617) that the name and password in ``url`` stand for."""
    credentials = _around_credentials(url)[1]
    if not credentials:
        return None
    from base64 import b64encode
    from urllib.parse import unquote

    user, _, password = credentials.partition(":")
    return "Basic " + b64encode(f"{unquote(user)}:{unquote(password)}".encode()).decode()


def _around_credentials(url: str) -> tuple[str, str, str]:
    """Split ``url`` into what is before the name and password, these, and what comes after their ``@``."""
    scheme, separator, rest = url.partition("://")
    authority = re.match(r"[^/?#\\]*", rest)
    if not separator or authority is None or "@" not in authority[0]:
        return url, "", ""
    credentials = authority[0].rpartition("@")[0]
    return scheme + separator, credentials, rest[len(credentials) + 1 :]

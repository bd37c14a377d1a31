"""Resolve URLs, and read filenames, hashes and credentials from them."""

from __future__ import annotations

import re

from wherry.model.hashes import ALGORITHMS

__all__ = [
    "absolute",
    "authorization",
    "beside",
    "file_location",
    "is_web",
    "last_segment",
    "origin",
    "recorded_url",
    "split_hash",
    "without_credentials",
]

SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
PLAIN_ORIGIN = re.compile(r"(https?)://([a-z0-9._-]+|\[[0-9a-f:.]+\])(?::([0-9]+))?(?=[/?#]|$)", re.IGNORECASE)
DEFAULT_PORTS = {"http": "80", "https": "443"}
WEB = re.compile(r"https?://(?:([\w.~-]+)|\[([0-9a-f:.]+)\])(?::([0-9]{0,5}))?(?=[/?#]|$)", re.IGNORECASE)
LAST_PORT = 65535
LAST_BYTE = 255

FOLDER = re.compile(r"https?://[^/?#\\\s]+/(?:[\w-][\w.-]*/)*", re.ASCII)
FILE = re.compile(r"[\w-][\w.+-]*", re.ASCII)


def absolute(url: str, base: str) -> str:
    """Resolve ``url`` against ``base``, where it was found. Raise ``ValueError`` if it is no URL."""
    if url.startswith(("https://", "http://")):
        return url
    if FILE.fullmatch(url) and FOLDER.fullmatch(base):
        return base + url
    # Importing it takes a twentieth of a second in a browser, and most pages do not need it.
    from urllib.parse import urljoin

    try:
        # urljoin() joins nothing to a scheme that it does not know.
        if base.startswith("emfs:") and not SCHEME.match(url):
            return f"emfs:{urljoin(base.removeprefix('emfs:'), url)}"
        return urljoin(base, url)
    except ValueError as error:
        raise ValueError(f"{url!r} is not a URL ({error})") from error


def beside(path: str, base: str) -> str:
    """Resolve ``path``, a URL or a path that is named in the file at the address ``base``.

    Addresses are URLs, including ``emfs:``, or paths. Raise ``ValueError`` for anything else.
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

    A page may link to the web; a page that is a file may link to files of the same scheme, too. Raise ``ValueError``
    for any other link, such as ``file:`` on a page from the web, and for text that is no URL. The links of pages,
    redirects and the files of a lock are all checked here.
    """
    location = absolute(url, base)
    if "@" in location:
        location = without_credentials(location)
    if is_web(location) or (_is_file(location) and _scheme(location) == _scheme(page_url)):
        return location
    raise ValueError(f"it leads to {location!r}; only https: and http: can be followed, as in https://host/path")


def is_web(url: str) -> bool:
    """Return whether ``url`` is an ``https:`` or ``http:`` URL with a valid host that all parsers read alike."""
    found = WEB.match(url)
    if found is None or "\\" in url or not url.isprintable() or int(found[3] or 0) > LAST_PORT:
        return False
    host, address, _ = found.groups()
    if address:
        from ipaddress import AddressValueError, IPv6Address

        try:
            return IPv6Address(address) is not None
        except AddressValueError:
            return False
    parts = host.split(".")
    # A host that ends in a number is an address: https://url.spec.whatwg.org/#ends-in-a-number-checker
    return not parts[-1].isdecimal() or all(part.isdecimal() and int(part[:4]) <= LAST_BYTE for part in parts)


def _is_file(url: str) -> bool:
    return url.isprintable() and url.startswith(("emfs:", "file:///", "file://localhost/"))


def _scheme(url: str) -> str:
    return url.partition(":")[0].lower()


def origin(url: str) -> str | None:
    """Return scheme, host and port of ``url`` in normal form; ``None`` if parsers might disagree about them.

    Browsers take a backslash for a slash, drop tabs and decode hosts. Such a URL has no origin here and receives no
    credentials.
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
    """Split ``url#sha256=…`` into the URL and its hashes (PEP 503); ``egg=…`` and the like are not hashes."""
    bare, _, fragment = url.partition("#")
    pairs = (part.partition("=") for part in fragment.split("&")) if fragment else ()
    return bare, {
        algorithm.lower(): digest.lower()
        for algorithm, _, digest in pairs
        if digest and algorithm.lower() in ALGORITHMS
    }


def without_credentials(url: str) -> str:
    """Return ``url`` without a user's name and password."""
    before, _, after = _around_credentials(url)
    return before + after


def recorded_url(url: str) -> str:
    """Return ``url`` as it is recorded in direct_url.json (PEP 610): without credentials, and a path with a scheme."""
    url = without_credentials(url)
    return url if SCHEME.match(url) else f"emfs:{url}"


def authorization(url: str) -> str | None:
    """Return the ``Authorization`` header (Basic, RFC 7617) for the name and password in ``url``, if any."""
    credentials = _around_credentials(url)[1]
    if not credentials:
        return None
    from base64 import b64encode
    from urllib.parse import unquote

    user, _, password = credentials.partition(":")
    return "Basic " + b64encode(f"{unquote(user)}:{unquote(password)}".encode()).decode()


def _around_credentials(url: str) -> tuple[str, str, str]:
    """Split ``url`` into the part before the name and password, these, and the part after their ``@``."""
    scheme, separator, rest = url.partition("://")
    authority = re.match(r"[^/?#\\]*", rest)
    if not separator or authority is None or "@" not in authority[0]:
        return url, "", ""
    credentials = authority[0].rpartition("@")[0]
    return scheme + separator, credentials, rest[len(credentials) + 1 :]

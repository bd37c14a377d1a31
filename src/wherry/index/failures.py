"""Kinds of network failures, and the advice for each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wherry.errors import IndexUnreachable, RefusedByIndex

if TYPE_CHECKING:
    from wherry.errors import UnreachableKind
    from wherry.index.fetcher import Response

__all__ = ["GONE", "at_neither_place", "is_web_page", "kind_of", "refused", "unreachable"]

GONE = frozenset({404, 410})
"""Statuses of what an index does not have."""

# Codes of Node, https://nodejs.org/api/errors.html#common-system-errors, and of undici.
KINDS: dict[str, UnreachableKind] = {
    "ENOTFOUND": "dns",
    "EAI_AGAIN": "dns",
    "EAI_NODATA": "dns",
    "EAI_FAIL": "dns",
    "ECONNREFUSED": "refused",
    "EHOSTUNREACH": "offline",
    "ENETUNREACH": "offline",
    "ENETDOWN": "offline",
    "ECONNRESET": "cut",
    "ECONNABORTED": "cut",
    "EPIPE": "cut",
    "UND_ERR_SOCKET": "cut",
    "UND_ERR_RES_CONTENT_LENGTH_MISMATCH": "cut",
    "ETIMEDOUT": "timeout",
    "UND_ERR_CONNECT_TIMEOUT": "timeout",
    "UND_ERR_HEADERS_TIMEOUT": "timeout",
    "UND_ERR_BODY_TIMEOUT": "timeout",
    "ERR_INVALID_URL": "missing",
    "EPROTO": "tls",
    "CERT_HAS_EXPIRED": "tls",
    "CERT_NOT_YET_VALID": "tls",
    "CERT_REVOKED": "tls",
    "CERT_UNTRUSTED": "tls",
    "CERT_SIGNATURE_FAILURE": "tls",
    "DEPTH_ZERO_SELF_SIGNED_CERT": "tls",
    "SELF_SIGNED_CERT_IN_CHAIN": "tls",
    "UNABLE_TO_GET_ISSUER_CERT": "tls",
    "UNABLE_TO_GET_ISSUER_CERT_LOCALLY": "tls",
    "UNABLE_TO_VERIFY_LEAF_SIGNATURE": "tls",
    "HOSTNAME_MISMATCH": "tls",
}
TLS_PREFIXES = ("ERR_TLS_", "ERR_SSL_")

WAYS_OUT: dict[UnreachableKind, str] = {
    "offline": "this computer seems to be offline: connect it to the network",
    "dns": "no such host is known: check the address, or that this computer is online",
    "tls": "its certificate is not trusted: check its name and date, or, behind a proxy that inspects TLS, let Node "
    "use the system's certificates with NODE_OPTIONS=--use-system-ca",
    "refused": "no server listens there: check the address and the port, or start the server",
    "cors": "the server does not allow this page to read its answers (CORS): use an index that allows it",
    "timeout": "the network or the server is slow: try again, or allow more time with Installer(network=Network(…))",
    "cut": "the connection broke: try again",
    "portal": "sign in to the network, or to the index, then try again",
    "missing": "check its spelling",
    "unknown": "the cause may be a wrong address, a server that is down, a certificate or a blocker: see the browser's "
    "console",
}

SERVER_ERROR = 500
REFUSALS = {
    401: "give credentials with the index, as in index_urls=[Index('https://…', headers={'Authorization': '…'})]",
    403: "check the credentials for this index, or add some",
    429: "it gets too many requests: try again later",
}


def kind_of(code: str) -> UnreachableKind:
    """Return the kind of failure for an error ``code`` of Node."""
    return "tls" if code.startswith(TLS_PREFIXES) else KINDS.get(code, "unknown")


def unreachable(url: str, kind: UnreachableKind, reason: str) -> IndexUnreachable:
    """Return the error for no answer from ``url``, with the advice for its ``kind``."""
    return IndexUnreachable(url, reason, kind=kind, hint=WAYS_OUT[kind])


def refused(url: str, response: Response) -> RefusedByIndex:
    """Return the error for an HTTP error status in the answer to a request for ``url``."""
    hint = REFUSALS.get(response.status, "")
    if response.status >= SERVER_ERROR:
        hint = "the server failed: try again later"
    wait = response.headers.get("retry-after")
    reason = f"HTTP status {response.status}" + (f", Retry-After: {wait}" if wait else "")
    return RefusedByIndex(url, reason, attempts=response.attempts, hint=hint, status=response.status)


def is_web_page(response: Response) -> bool:
    """Return whether the body is a web page instead of an archive or metadata, neither of which begins with ``<``."""
    is_page = response.headers.get("content-type", "").lower().startswith("text/html")
    return is_page and response.body.lstrip()[:1] == b"<"


def at_neither_place(absent: str) -> str:
    """Return the advice for a path that leads beside the page because Pyodide's file system lacks ``absent``."""
    return f"{absent} is not in Pyodide's file system either: put the file at one of the two places"

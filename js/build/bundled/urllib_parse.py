"""Stand-in for :mod:`urllib.parse`, which takes 60 to 200 ms to import: for the path of an ordinary URL.

For all other URLs and names, it imports the real module.
"""

from __future__ import annotations

import re
from typing import NamedTuple

ORDINARY = re.compile(r"https?://[\w.:-]+(/[\w.+~%/-]*)", re.ASCII)


class _Parsed(NamedTuple):
    path: str


def urlparse(url: str) -> object:
    """Return an object with the ``path`` of *url*."""
    found = ORDINARY.fullmatch(url)
    if found is not None:
        return _Parsed(found[1])
    from urllib.parse import urlparse

    return urlparse(url)


def unquote(text: str) -> str:
    """Replace percent-encoded characters."""
    if "%" not in text:
        return text
    from urllib.parse import unquote

    return unquote(text)


def __getattr__(name: str) -> object:
    # An import from this module looks for its __path__.
    if name.startswith("__"):
        raise AttributeError(name)
    import urllib.parse

    return getattr(urllib.parse, name)

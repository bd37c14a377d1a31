"""The pages that are sure to be asked for, known before anything else is imported: a network is what one waits for."""

from __future__ import annotations

import os
import re
import sys
from typing import TYPE_CHECKING

import pyodide_js
from packaging.utils import canonicalize_name

from wherry.formats.simple_api import ACCEPT
from wherry.index.access import Access
from wherry.index.fetcher import Request

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from packaging.utils import NormalizedName

    from wherry.index.index import Index

__all__ = ["first_pages"]

# A name, with versions if any; what has an extra, a marker or a URL, or is a path, is left to those who can read it.
PLAIN = re.compile(r"\s*([\w.-]+)\s*(?:(?:[<>=~]|!=)[^;@/]*)?", re.ASCII)


def first_pages(requirements: Iterable[object], indexes: Sequence[Index], prefer: object = None) -> Iterator[Request]:
    """Yield requests for the pages of ``requirements``, as :class:`~wherry.index.client.IndexClient` will make them.

    Left out is whatever may come from elsewhere than the first index: what is installed, or in Pyodide's own
    distribution unless the index is preferred, and everything where an index is for some projects alone. What is no
    requirement at all is passed over, for others to refuse.
    """
    if not indexes or any(index.projects for index in indexes):
        return
    access = Access(indexes, {})
    elsewhere = set(_installed())
    for requirement in requirements:
        found = PLAIN.fullmatch(requirement) if isinstance(requirement, str) else None
        if found is None or found[1].endswith(".whl"):
            continue
        name = canonicalize_name(found[1])
        if name not in elsewhere and (prefer == "index" or not hasattr(pyodide_js.lockfile.packages, name)):
            yield access.grant(Request(f"{indexes[0].url}{name}/", accept=ACCEPT))


def _installed() -> Iterator[NormalizedName]:
    yield canonicalize_name("pyodide-py")
    for folder in sys.path:
        if folder.endswith("site-packages") and os.path.isdir(folder):  # noqa: PTH112 - strings cost less
            names = os.listdir(folder)  # noqa: PTH208 - as above
            yield from (canonicalize_name(name.partition("-")[0]) for name in names if name.endswith(".dist-info"))

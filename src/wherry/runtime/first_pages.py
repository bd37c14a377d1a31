"""Request the first project pages before the rest of wherry is imported."""

from __future__ import annotations

import os
import re
import sys
from typing import TYPE_CHECKING

import pyodide_js
from packaging.utils import canonicalize_name

from wherry.formats.simple_api import ACCEPT
from wherry.index.credentials import Credentials
from wherry.index.fetcher import Request
from wherry.index.index import has_placeholder
from wherry.index.prefetch.distribution_hints import few_steps

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from typing import Any

    from packaging.utils import NormalizedName

    from wherry.index.index import Index

__all__ = ["first_pages"]

# A name, possibly with versions. Requirements with an extra, a marker, a URL or a path are left to the real parser.
PLAIN = re.compile(r"\s*([\w.-]+)\s*(?:(?:[<>=~]|!=)[^;@/]*)?", re.ASCII)


def first_pages(arguments: Mapping[str, Any], indexes: Sequence[Index]) -> Iterator[Request]:
    """Yield requests for the pages of ``requirements``, as :class:`~wherry.index.client.IndexClient` will make them.

    The ``arguments`` are those of :meth:`~wherry.installer.Installer.install`. Projects that may come from elsewhere
    than the first index are left out: installed ones, those of Python, and those of Pyodide's own distribution unless
    the index is preferred. All are left out if an index is for some projects only, if the first index is a path, or if
    requirements files may name other indexes. Invalid requirements are skipped; the real parser rejects them.

    The hints of :class:`~wherry.index.prefetch.distribution_hints.DistributionHints` follow the requirements.
    """
    has_files = arguments.get("requirementsFiles") or arguments.get("groups")
    is_web = bool(indexes) and indexes[0].url.startswith("http") and not has_placeholder(indexes[0].url)
    if has_files or not is_web or any(index.projects for index in indexes):
        return
    access = Credentials(indexes, {})
    for name in _first_names(arguments):
        yield access.grant(Request(f"{indexes[0].url}{name}/", accept=ACCEPT))


def _first_names(arguments: Mapping[str, Any]) -> Iterator[NormalizedName]:
    named = list(dict.fromkeys(_named(arguments["requirements"])))
    elsewhere = set(_installed())
    locked = pyodide_js.lockfile.packages.as_py_json()
    prefers_index = arguments.get("prefer") == "index"
    sure = [name for name in named if name not in elsewhere and (prefers_index or name not in locked)]
    yield from sure
    if prefers_index and arguments.get("deps", True):
        steps = [step for name in sure for step in few_steps(name, lambda name: _depends(locked, name, elsewhere))]
        yield from (name for name in dict.fromkeys(other for _, other in steps) if name not in named)


def _named(requirements: Iterable[object]) -> Iterator[NormalizedName]:
    for requirement in requirements:
        found = PLAIN.fullmatch(requirement) if isinstance(requirement, str) else None
        if found is not None and not found[1].endswith(".whl"):
            yield canonicalize_name(found[1])


def _depends(
    locked: Any,  # noqa: ANN401 - a JavaScript object
    name: NormalizedName,
    elsewhere: Collection[str],
) -> Iterator[NormalizedName]:
    for other in map(canonicalize_name, locked.get(name, {}).get("depends", ())):
        entry = None if other in elsewhere else locked.get(other)
        if entry is not None and entry["package_type"] != "shared_library":
            yield other


def _installed() -> Iterator[str]:
    yield from ("pyodide", "pyodide-py", "wherry", *sys.stdlib_module_names)
    for folder in sys.path:
        if folder.endswith("site-packages") and os.path.isdir(folder):  # noqa: PTH112 - strings cost less
            names = os.listdir(folder)  # noqa: PTH208 - as above
            yield from (canonicalize_name(name.partition("-")[0]) for name in names if name.endswith(".dist-info"))

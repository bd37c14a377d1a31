"""Read the installed distributions from the ``.dist-info`` folders of site-packages."""

from __future__ import annotations

import errno
import os
import sys
from collections import defaultdict
from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name

from wherry.errors import InvalidMetadata
from wherry.formats.core_metadata import parse_core_metadata
from wherry.formats.nesting import load_json
from wherry.model.distribution import InstalledDistribution

if TYPE_CHECKING:
    from packaging.utils import NormalizedName

__all__ = [
    "find_installed",
    "find_mocked",
    "read_installed",
    "read_metadata",
    "read_note",
    "top_level_modules",
]

LARGEST_METADATA = 2**25  # bytes


def find_installed(site_packages: str) -> dict[NormalizedName, InstalledDistribution]:
    """Return the distributions below ``site_packages``, by normalized name.

    A folder whose metadata cannot be read is skipped, as ``importlib.metadata`` does.
    """
    found: dict[NormalizedName, InstalledDistribution] = {}
    if not os.path.isdir(site_packages):
        return found
    for folder in sorted(os.listdir(site_packages)):
        if folder.endswith(".dist-info"):
            distribution = read_installed(os.path.join(site_packages, folder))
            if distribution is not None:
                found[distribution.name] = distribution
    return found


def find_mocked() -> dict[NormalizedName, InstalledDistribution]:
    """Return the mock packages in memory, which importers in ``sys.meta_path`` have as ``mocked``.

    One that micropip has taken with an invalid name or version satisfies no requirement.
    """
    found: dict[NormalizedName, InstalledDistribution] = {}
    for finder in sys.meta_path:
        for name, one in getattr(finder, "mocked", {}).items():
            try:
                metadata = parse_core_metadata(one.file_dict["METADATA"].encode(), subject=name, lenient=True)
            except InvalidMetadata:
                continue
            found[metadata.name] = InstalledDistribution(metadata, installer="micropip")
    return found


def read_installed(location: str) -> InstalledDistribution | None:
    """Read one ``.dist-info`` folder; ``None`` if its metadata is missing, or has no name and version."""
    try:
        metadata = parse_core_metadata(read_metadata(location), subject=os.path.basename(location), lenient=True)
    except (OSError, InvalidMetadata):
        return None
    return InstalledDistribution(
        metadata=metadata,
        location=location,
        installer=(read_note(location, "INSTALLER") or "").strip() or None,
        requested=read_note(location, "REQUESTED") is not None,
        source=_direct_url(location),
        # Pyodide's own loader notes the source of its packages in this file, which no standard defines.
        from_distribution=(read_note(location, "PYODIDE_SOURCE") or "").strip() == "pyodide",
    )


def read_metadata(location: str) -> bytes:
    """Return the METADATA of a ``.dist-info`` folder; raises ``OSError`` if it is missing or too large."""
    with open(os.path.join(location, "METADATA"), "rb") as file:
        content = file.read(LARGEST_METADATA + 1)
    if len(content) > LARGEST_METADATA:
        raise OSError(errno.EFBIG, os.strerror(errno.EFBIG))
    return content


def read_note(location: str, name: str) -> str | None:
    """Return the text of a file of a ``.dist-info`` folder; ``None`` if there is none, or no text."""
    try:
        with open(os.path.join(location, name), encoding="utf-8") as file:
            return file.read()
    except (OSError, UnicodeDecodeError):
        return None


def top_level_modules() -> dict[NormalizedName, tuple[str, ...]]:
    """Return the top-level modules of the distributions that ``importlib.metadata`` finds, sorted."""
    from importlib.metadata import packages_distributions

    found: defaultdict[NormalizedName, list[str]] = defaultdict(list)
    for module, projects in packages_distributions().items():
        for name in set(map(canonicalize_name, projects)):
            found[name].append(module)
    return {name: tuple(sorted(modules)) for name, modules in found.items()}


def _direct_url(location: str) -> str | None:
    try:
        stated = load_json(read_note(location, "direct_url.json") or "{}")
    except ValueError:
        return None
    url = stated.get("url") if isinstance(stated, dict) else None
    return url if isinstance(url, str) else None

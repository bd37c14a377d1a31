"""Check that ``importlib.metadata`` finds the placed wheels."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name
from packaging.version import Version

from wherry.errors import InvalidWheel
from wherry.formats.core_metadata import parse_headers
from wherry.formats.entry_points import parse_script_entry_points

if TYPE_CHECKING:
    from collections.abc import Container, Iterable

    from wherry.formats.wheel_archive import WheelArchive

__all__ = ["READER", "confirm_all"]

READER = "importlib.metadata._adapters"  # imported when metadata is first read


def confirm_all(wheels: Iterable[WheelArchive], site_packages: str, modules: Container[str] = sys.modules) -> None:
    """Read the placed ``wheels`` as ``importlib.metadata`` does; ``modules`` are the imported modules.

    Raises :class:`~wherry.errors.InvalidWheel` if it finds another name or version, or cannot read the entry points:
    one unreadable file would hide the entry points of all distributions.
    """
    # Importing importlib.metadata and email.parser takes longer than installing many wheels. If they are not imported
    # yet, wherry's own parsers of metadata and entry points are used, which follow the same rules.
    read = _read_with_importlib if READER in modules else _read_by_its_rules
    for wheel in wheels:
        found = read(os.path.join(site_packages, wheel.dist_info), wheel.filename)
        if not _is_release(wheel, *found):
            name, version = found
            problem = f"importlib.metadata reads its name as {name!r} and its version as {version!r}; rolled back"
            raise InvalidWheel(wheel.filename, [problem])


def _is_release(wheel: WheelArchive, name: str | None, version: str | None) -> bool:
    try:
        return (canonicalize_name(name or ""), Version(version or "")) == (wheel.metadata.name, wheel.metadata.version)
    except ValueError:  # InvalidVersion, or a number of more digits than Python reads
        return False


def _read_with_importlib(location: str, filename: str) -> tuple[str | None, str | None]:
    from importlib.metadata import Distribution

    distribution = Distribution.at(location)
    try:
        list(distribution.entry_points)
    except Exception as error:
        raise InvalidWheel(filename, [f"importlib.metadata cannot read its entry_points.txt ({error})"]) from error
    metadata = distribution.metadata
    fields = set(metadata)
    name, version = (metadata[field] if field in fields else None for field in ("Name", "Version"))
    return name, version


def _read_by_its_rules(location: str, filename: str) -> tuple[str | None, str | None]:
    parse_script_entry_points(_read(location, "entry_points.txt"), filename=filename)
    headers = parse_headers(_read(location, "METADATA"))
    return headers.get("name", [None])[0], headers.get("version", [None])[0]


def _read(location: str, name: str) -> str:
    try:
        with open(os.path.join(location, name), "rb", 0) as file:
            return file.read().decode(errors="replace")
    except FileNotFoundError:
        return ""

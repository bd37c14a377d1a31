"""Which files belong to an installed distribution."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from wherry.errors import InvalidWheel, UninstallRefused
from wherry.formats.record import parse_record

if TYPE_CHECKING:
    from wherry.install.scheme import Scheme
    from wherry.model.distribution import InstalledDistribution

__all__ = ["files_of"]


def files_of(distribution: InstalledDistribution, scheme: Scheme) -> list[str]:
    """Return the absolute paths of the distribution's files: those of its RECORD, and all of its ``.dist-info`` folder.

    Raises :class:`UninstallRefused` where there is no RECORD, or one that points outside the installation's folders.
    """
    if distribution.location is None:
        raise UninstallRefused(str(distribution), "the runtime itself provides it")
    try:
        with open(os.path.join(distribution.location, "RECORD"), encoding="utf-8", newline="") as file:
            entries = parse_record(file.read(), filename=os.path.basename(distribution.location))
    except (OSError, UnicodeDecodeError, InvalidWheel) as error:
        raise UninstallRefused(str(distribution), f"its RECORD cannot be read ({error})") from error
    site_packages = os.path.dirname(distribution.location)
    paths = dict.fromkeys(os.path.normpath(os.path.join(site_packages, entry.path)) for entry in entries)
    for path in paths:
        if not scheme.owns(path):
            raise UninstallRefused(str(distribution), f"its RECORD points to {path}, outside the installation")
    # Pyodide's own installer adds files there that it does not record. What is left would look like a distribution.
    for folder, _, names in os.walk(distribution.location):
        paths.update(dict.fromkeys(os.path.join(folder, name) for name in names))
    return list(paths)

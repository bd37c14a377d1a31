"""The folder inside site-packages where an exchange is prepared, written down, and taken back if it has to be."""

from __future__ import annotations

import os
import site

__all__ = ["STAGING_ROOT", "staging_root_in", "was_interrupted"]

STAGING_ROOT = ".wherry"


def staging_root_in(site_packages: str) -> str:
    """Return its path. It is inside, for moving is renaming within one file system; no import can see the name."""
    return os.path.join(site_packages, STAGING_ROOT)


def was_interrupted() -> bool:
    """Whether a page or a process that has ended left something half done; it may also have been only preparing.

    It is found out without importing what would take it back.
    """
    return any(os.path.isdir(staging_root_in(folder)) for folder in site.getsitepackages())

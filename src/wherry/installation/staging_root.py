"""The folder inside site-packages where an exchange is prepared, written down, and taken back if it has to be."""

from __future__ import annotations

import os
import site

__all__ = ["WORKSHOP", "was_interrupted", "workshop_in"]

WORKSHOP = ".wherry"


def workshop_in(site_packages: str) -> str:
    """Return its path. It is inside, for moving is renaming within one file system; no import can see the name."""
    return os.path.join(site_packages, WORKSHOP)


def was_interrupted() -> bool:
    """Whether a page or a process that has ended left something half done; it may also have been only preparing.

    It is found out without importing what would take it back.
    """
    return any(os.path.isdir(workshop_in(folder)) for folder in site.getsitepackages())

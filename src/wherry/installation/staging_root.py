"""The folder inside site-packages for staged files, backups and the journal of an exchange."""

from __future__ import annotations

import os
import site

__all__ = ["STAGING_ROOT", "staging_root_in", "was_interrupted"]

STAGING_ROOT = ".wherry"


def staging_root_in(site_packages: str) -> str:
    """Return the path of the folder. It is inside to be on the same file system; its name cannot be imported."""
    return os.path.join(site_packages, STAGING_ROOT)


def was_interrupted() -> bool:
    """Return whether a page or process ended during an exchange, or while it was staging one.

    Unlike recovery itself, this imports no module of wherry.
    """
    return any(os.path.isdir(staging_root_in(folder)) for folder in site.getsitepackages())

"""wherry brings Python packages aboard a running Pyodide: ``await wherry.install("pydantic")``.

The functions work on one :class:`Installer`, made on first use; make your own for another index, cache or destination.
"""

from __future__ import annotations

from wherry.errors import (
    IndexUnavailable,
    IndexUnreachable,
    InstallConflict,
    IntegrityError,
    InvalidIndexPage,
    InvalidMetadata,
    InvalidRequirement,
    InvalidScriptMetadata,
    InvalidWheel,
    NoFittingWheel,
    NotInstalled,
    RefusedByIndex,
    ResolutionConflict,
    ResolutionError,
    ResolutionTooDeep,
    UninstallRefused,
    UnknownProject,
    UnsupportedPython,
    UnsupportedRequirement,
    UnsupportedRuntime,
    UnsupportedWheel,
    WherryError,
)
from wherry.installer import Installer, install, installed, resolve, uninstall
from wherry.model.distribution import InstalledDistribution
from wherry.model.environment import Environment
from wherry.model.progress import Progress
from wherry.model.report import InstallReport
from wherry.resolution.resolution import Pin, Resolution

__all__ = [
    "Environment",
    "IndexUnavailable",
    "IndexUnreachable",
    "InstallConflict",
    "InstallReport",
    "InstalledDistribution",
    "Installer",
    "IntegrityError",
    "InvalidIndexPage",
    "InvalidMetadata",
    "InvalidRequirement",
    "InvalidScriptMetadata",
    "InvalidWheel",
    "NoFittingWheel",
    "NotInstalled",
    "Pin",
    "Progress",
    "RefusedByIndex",
    "Resolution",
    "ResolutionConflict",
    "ResolutionError",
    "ResolutionTooDeep",
    "UninstallRefused",
    "UnknownProject",
    "UnsupportedPython",
    "UnsupportedRequirement",
    "UnsupportedRuntime",
    "UnsupportedWheel",
    "WherryError",
    "install",
    "installed",
    "resolve",
    "uninstall",
]

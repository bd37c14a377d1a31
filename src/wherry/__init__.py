"""wherry brings Python packages aboard a running Pyodide: ``await wherry.install("pydantic")``.

The functions work on one :class:`Installer`, made on first use; make your own for another index, cache or destination.
"""

from __future__ import annotations

from wherry.default import check, install, installed, resolve, run_script, tree, uninstall, why
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
    RecoveryFailed,
    RefusedByIndex,
    ResolutionConflict,
    ResolutionError,
    ResolutionTooDeep,
    UninstallRefused,
    UnknownProject,
    UnknownScript,
    UnsupportedPython,
    UnsupportedRequirement,
    UnsupportedRuntime,
    UnsupportedWheel,
    WherryError,
)
from wherry.index.index import Index
from wherry.index.network import Network
from wherry.installer import Installer
from wherry.model.archive_limits import ArchiveLimits
from wherry.model.check import BrokenDistribution, CheckReport, UnmetRequirement
from wherry.model.distribution import InstalledDistribution
from wherry.model.environment import Environment
from wherry.model.progress import Progress
from wherry.model.report import InstallReport, UninstallReport
from wherry.resolution.chains import Step, Why
from wherry.resolution.graph import Reason
from wherry.resolution.resolution import Pin, Resolution
from wherry.resolution.tree import Branch, Tree

__all__ = [
    "ArchiveLimits",
    "Branch",
    "BrokenDistribution",
    "CheckReport",
    "Environment",
    "Index",
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
    "Network",
    "NoFittingWheel",
    "NotInstalled",
    "Pin",
    "Progress",
    "Reason",
    "RecoveryFailed",
    "RefusedByIndex",
    "Resolution",
    "ResolutionConflict",
    "ResolutionError",
    "ResolutionTooDeep",
    "Step",
    "Tree",
    "UninstallRefused",
    "UninstallReport",
    "UnknownProject",
    "UnknownScript",
    "UnmetRequirement",
    "UnsupportedPython",
    "UnsupportedRequirement",
    "UnsupportedRuntime",
    "UnsupportedWheel",
    "WherryError",
    "Why",
    "check",
    "install",
    "installed",
    "resolve",
    "run_script",
    "tree",
    "uninstall",
    "why",
]

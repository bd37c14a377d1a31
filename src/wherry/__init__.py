"""wherry brings Python packages aboard a running Pyodide: ``await wherry.install("pydantic")``.

The functions work on one :class:`Installer`, made on first use; make your own for another index, cache or destination.
A name is imported when it is asked for: most of wherry has its turn while the network is being waited for.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wherry.errors import (
        AnswerTooLarge,
        IndexUnavailable,
        IndexUnreachable,
        InstallConflict,
        IntegrityError,
        InvalidIndexPage,
        InvalidMetadata,
        InvalidRequirement,
        InvalidRequirementsFile,
        InvalidScriptMetadata,
        InvalidSource,
        InvalidWheel,
        MissingHash,
        MissingProject,
        NoFittingWheel,
        NotInstalled,
        RecoveryFailed,
        RefusedByIndex,
        ResolutionConflict,
        ResolutionError,
        ResolutionTooDeep,
        UninstallRefused,
        UnknownImports,
        UnknownProject,
        UnknownScript,
        UnsupportedPython,
        UnsupportedRequirement,
        UnsupportedRuntime,
        UnsupportedWheel,
        WherryError,
    )
    from wherry.functions import (
        check,
        install,
        install_imports,
        installed,
        resolve,
        run_script,
        tree,
        uninstall,
        why,
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
    from wherry.resolution.graph.graph import Reason
    from wherry.resolution.graph.tree import Branch, Tree
    from wherry.resolution.graph.why import Step, Why
    from wherry.resolution.resolution import Pin, Resolution

__all__ = [
    "AnswerTooLarge",
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
    "InvalidRequirementsFile",
    "InvalidScriptMetadata",
    "InvalidSource",
    "InvalidWheel",
    "MissingHash",
    "MissingProject",
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
    "UnknownImports",
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
    "install_imports",
    "installed",
    "resolve",
    "run_script",
    "tree",
    "uninstall",
    "why",
]

_HOMES: Mapping[str, tuple[str, ...]] = {
    "wherry.functions": (
        "check",
        "install",
        "install_imports",
        "installed",
        "resolve",
        "run_script",
        "tree",
        "uninstall",
        "why",
    ),
    "wherry.index.index": ("Index",),
    "wherry.index.network": ("Network",),
    "wherry.installer": ("Installer",),
    "wherry.model.archive_limits": ("ArchiveLimits",),
    "wherry.model.check": ("BrokenDistribution", "CheckReport", "UnmetRequirement"),
    "wherry.model.distribution": ("InstalledDistribution",),
    "wherry.model.environment": ("Environment",),
    "wherry.model.progress": ("Progress",),
    "wherry.model.report": ("InstallReport", "UninstallReport"),
    "wherry.resolution.graph.why": ("Step", "Why"),
    "wherry.resolution.graph.graph": ("Reason",),
    "wherry.resolution.resolution": ("Pin", "Resolution"),
    "wherry.resolution.graph.tree": ("Branch", "Tree"),
}

__version__ = "0.1.0"

# One of the floors bears the name of a function. Imported first, it will not take the place of that later.
import_module("wherry.installation")
del globals()["install"]


def __getattr__(name: str) -> object:
    """Import a public name from where it is at home: one of ``_HOMES``, else among the errors."""
    if name == "errors":
        return import_module("wherry.errors")
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}", name=name)
    home = next((module for module, names in _HOMES.items() if name in names), "wherry.errors")
    value = globals()[name] = getattr(import_module(home), name)
    return value


def __dir__() -> list[str]:
    # A prompt completes these: neither the modules behind them nor what this one imports.
    return sorted({*__all__, *(name for name in globals() if name.startswith("__"))})

"""Install Python packages into a running Pyodide: ``await wherry.install("pydantic")``.

The functions work on one :class:`Installer`, made on first use; make your own for another index, cache or destination.
A name is imported when it is first used: most of wherry loads while the first requests travel.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING

# For type checkers, which do not see names that are imported later. A test compares this with the table below.
if TYPE_CHECKING:
    from collections.abc import Mapping

    from IPython.core.interactiveshell import InteractiveShell

    from wherry.errors import (
        AnswerTooLarge as AnswerTooLarge,
        IndexUnavailable as IndexUnavailable,
        IndexUnreachable as IndexUnreachable,
        InstallConflict as InstallConflict,
        IntegrityError as IntegrityError,
        InvalidCommand as InvalidCommand,
        InvalidIndexPage as InvalidIndexPage,
        InvalidLock as InvalidLock,
        InvalidMetadata as InvalidMetadata,
        InvalidRequirement as InvalidRequirement,
        InvalidRequirementsFile as InvalidRequirementsFile,
        InvalidScriptMetadata as InvalidScriptMetadata,
        InvalidSource as InvalidSource,
        InvalidWheel as InvalidWheel,
        MissingHash as MissingHash,
        MissingProject as MissingProject,
        NoFittingWheel as NoFittingWheel,
        NotInstalled as NotInstalled,
        RecoveryFailed as RecoveryFailed,
        RefusedByIndex as RefusedByIndex,
        ResolutionConflict as ResolutionConflict,
        ResolutionError as ResolutionError,
        ResolutionTooDeep as ResolutionTooDeep,
        UninstallRefused as UninstallRefused,
        UnknownImports as UnknownImports,
        UnknownProject as UnknownProject,
        UnknownScript as UnknownScript,
        UnsupportedPython as UnsupportedPython,
        UnsupportedRequirement as UnsupportedRequirement,
        UnsupportedRuntime as UnsupportedRuntime,
        UnsupportedWheel as UnsupportedWheel,
        WherryError as WherryError,
    )
    from wherry.functions import (
        autoload as autoload,
        check as check,
        install as install,
        install_imports as install_imports,
        install_lock as install_lock,
        install_lock_sync as install_lock_sync,
        install_sync as install_sync,
        installed as installed,
        lock as lock,
        lock_sync as lock_sync,
        resolve as resolve,
        resolve_sync as resolve_sync,
        run_script as run_script,
        tree as tree,
        uninstall as uninstall,
        why as why,
    )
    from wherry.index.index import Index as Index
    from wherry.index.network import Network as Network
    from wherry.installer import Installer as Installer
    from wherry.micropip.standing_in import as_micropip as as_micropip
    from wherry.model.archive_limits import ArchiveLimits as ArchiveLimits
    from wherry.model.check import (
        BrokenDistribution as BrokenDistribution,
        CheckReport as CheckReport,
        UnmetRequirement as UnmetRequirement,
    )
    from wherry.model.distribution import InstalledDistribution as InstalledDistribution
    from wherry.model.environment import Environment as Environment
    from wherry.model.progress import Progress as Progress
    from wherry.model.report import InstallReport as InstallReport, UninstallReport as UninstallReport
    from wherry.resolution.graph.graph import Reason as Reason
    from wherry.resolution.graph.tree import Branch as Branch, Tree as Tree
    from wherry.resolution.graph.why import Step as Step, Why as Why
    from wherry.resolution.locks.lock import Lock as Lock
    from wherry.resolution.resolution import Pin as Pin, Resolution as Resolution

_MODULES: Mapping[str, tuple[str, ...]] = {
    "wherry.errors": (
        "AnswerTooLarge",
        "IndexUnavailable",
        "IndexUnreachable",
        "InstallConflict",
        "IntegrityError",
        "InvalidCommand",
        "InvalidIndexPage",
        "InvalidLock",
        "InvalidMetadata",
        "InvalidRequirement",
        "InvalidRequirementsFile",
        "InvalidScriptMetadata",
        "InvalidSource",
        "InvalidWheel",
        "MissingHash",
        "MissingProject",
        "NoFittingWheel",
        "NotInstalled",
        "RecoveryFailed",
        "RefusedByIndex",
        "ResolutionConflict",
        "ResolutionError",
        "ResolutionTooDeep",
        "UninstallRefused",
        "UnknownImports",
        "UnknownProject",
        "UnknownScript",
        "UnsupportedPython",
        "UnsupportedRequirement",
        "UnsupportedRuntime",
        "UnsupportedWheel",
        "WherryError",
    ),
    "wherry.functions": (
        "autoload",
        "check",
        "install",
        "install_sync",
        "install_imports",
        "install_lock",
        "install_lock_sync",
        "installed",
        "lock",
        "lock_sync",
        "resolve",
        "resolve_sync",
        "run_script",
        "tree",
        "uninstall",
        "why",
    ),
    "wherry.index.index": ("Index",),
    "wherry.index.network": ("Network",),
    "wherry.installer": ("Installer",),
    "wherry.micropip.standing_in": ("as_micropip",),
    "wherry.model.archive_limits": ("ArchiveLimits",),
    "wherry.model.check": ("BrokenDistribution", "CheckReport", "UnmetRequirement"),
    "wherry.model.distribution": ("InstalledDistribution",),
    "wherry.model.environment": ("Environment",),
    "wherry.model.progress": ("Progress",),
    "wherry.model.report": ("InstallReport", "UninstallReport"),
    "wherry.resolution.graph.graph": ("Reason",),
    "wherry.resolution.graph.tree": ("Branch", "Tree"),
    "wherry.resolution.graph.why": ("Step", "Why"),
    "wherry.resolution.locks.lock": ("Lock",),
    "wherry.resolution.resolution": ("Pin", "Resolution"),
}

"""The public names, by the modules that have them."""

__all__ = [name for names in _MODULES.values() for name in names]
__version__ = "0.1.0"


def __getattr__(name: str) -> object:
    """Import a public name from its module."""
    if name == "errors":
        return import_module("wherry.errors")
    module = next((module for module, names in _MODULES.items() if name in names), None)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}", name=name)
    value = globals()[name] = getattr(import_module(module), name)
    return value


def __dir__() -> list[str]:
    # A prompt completes these names, but not the modules behind them or the imports of this one.
    return sorted({*__all__, *(name for name in globals() if name.startswith("__"))})


def load_ipython_extension(shell: InteractiveShell) -> None:
    """Add ``%wherry`` to IPython, and in Pyodide ``%pip``: ``%load_ext wherry`` calls this."""
    from wherry.ipython.extension import load

    load(shell)


if "IPython" in sys.modules:
    from wherry.default import load_magics

    load_magics()

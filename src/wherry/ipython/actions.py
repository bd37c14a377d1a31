"""The commands, as calls of an installer. Each returns a report, or text."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

from wherry.errors import InvalidCommand
from wherry.formats.urls import without_credentials

if TYPE_CHECKING:
    from argparse import Namespace
    from collections.abc import Callable, Mapping

    from wherry.installer import Installer
    from wherry.model.progress import OnProgress
    from wherry.model.report import InstallReport, UninstallReport
    from wherry.resolution.resolution import Resolution

__all__ = ["ACTIONS"]


WITHOUT_LOCK = (
    *("requirements", "constraint", "group", "index_url", "extra_index_url", "pre", "no_deps", "prefer"),
    *("exclude_newer", "upgrade", "force_reinstall", "dry_run"),
)
"""Arguments of ``install`` that choose versions, which a lock has chosen already, or that it has no counterpart of."""


async def _install(installer: Installer, options: Namespace, on_progress: OnProgress) -> InstallReport | Resolution:
    locks = [file for file in options.requirement if _is_lock(file)]
    if locks:
        if len(options.requirement) > 1 or any(vars(options)[name] for name in WITHOUT_LOCK):
            lock = without_credentials(locks[0])
            raise InvalidCommand(options.program, f"{lock} is a lock, which is installed alone; leave out the rest")
        return await installer.install_lock(locks[0], on_progress=on_progress)
    _require_one(options, options.requirements, options.requirement, options.group)
    selection = _selection(installer, options) | {"upgrade": options.upgrade, "reinstall": options.force_reinstall}
    if options.dry_run:
        return await installer.resolve(*options.requirements, **selection, on_progress=on_progress)
    return await installer.install(*options.requirements, **selection, on_progress=on_progress)


async def _lock(installer: Installer, options: Namespace, on_progress: OnProgress) -> str:
    _require_one(options, options.requirements, options.requirement, options.group)
    place = Path(options.output) if options.output else None
    lock = await installer.lock(
        *options.requirements,
        **_selection(installer, options),
        existing=str(place) if place is not None and place.exists() else None,
        upgrade=options.upgrade,
        on_progress=on_progress,
    )
    if place is None:
        return "".join([*(f"# Warning: {warning}\n" for warning in lock.warnings), str(lock).rstrip("\n")])
    place.write_text(str(lock), encoding="utf-8")
    count = len(lock.pins)
    sentence = f"{place} has {count} package{'s' if count != 1 else ''}"
    return "\n".join([sentence, *map(str, lock.changes), *(f"Warning: {warning}" for warning in lock.warnings)])


def _uninstall(installer: Installer, options: Namespace, _on_progress: OnProgress) -> UninstallReport:
    _require_one(options, options.names)
    return installer.uninstall(*options.names)


def _freeze(installer: Installer, _options: Namespace, _on_progress: OnProgress) -> str:
    return "\n".join(f"{one.name}=={one.version}" for one in installer.installed())


def _require_one(options: Namespace, *named: object) -> None:
    """Raise :class:`~wherry.errors.InvalidCommand` if the command names nothing."""
    if not any(named):
        thing = "the name of an installed package" if options.command == "uninstall" else "a requirement, or -r FILE"
        raise InvalidCommand(options.program, f"there is nothing to {options.command}; add {thing}")


def _selection(installer: Installer, options: Namespace) -> dict[str, Any]:
    """Return the options that ``install`` and ``lock`` share, by the names of the installer."""
    # Lines of a requirements file: it may name files of constraints, where the installer's option has the constraints.
    lines = "".join(f"-c {shlex.quote(file)}\n" for file in options.constraint)
    lines += "--require-hashes\n" * options.require_hashes
    first = [options.index_url] if options.index_url else list(installer.indexes)
    return {
        "requirements_files": [*options.requirement, *([lines] if lines else [])],
        "groups": options.group,
        "index_urls": [*first, *options.extra_index_url] if options.index_url or options.extra_index_url else None,
        "prefer": options.prefer,
        "pre": options.pre,
        "deps": not options.no_deps,
        "exclude_newer": options.exclude_newer,
    }


def _is_lock(file: str) -> bool:
    """Return whether the name is that of a lock (PEP 751)."""
    name = file.partition("?")[0].rpartition("/")[2]
    return name.startswith("pylock.") and name.endswith("toml")


ACTIONS: Mapping[str, Callable[[Installer, Namespace, OnProgress], object]] = {
    "install": _install,
    "uninstall": _uninstall,
    "list": lambda installer, _options, _on_progress: installer.installed(),
    "freeze": _freeze,
    "check": lambda installer, _options, _on_progress: installer.check(),
    "tree": lambda installer, _options, _on_progress: installer.tree(),
    "why": lambda installer, options, _on_progress: installer.why(options.name),
    "lock": _lock,
}

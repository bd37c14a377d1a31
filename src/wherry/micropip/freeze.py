"""Write down the installed packages as a lock of Pyodide."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from packaging.utils import canonicalize_name

from wherry.formats.urls import absolute
from wherry.installation.installed import top_level_modules
from wherry.micropip.installed import read_note
from wherry.runtime.defaults import runtime_distribution, runtime_pyodide_lock

if TYPE_CHECKING:
    from collections.abc import Mapping

    from packaging.utils import NormalizedName

    from wherry.installer import Installer
    from wherry.model.distribution import InstalledDistribution

__all__ = ["freeze_installed", "override_base_url"]


def freeze_installed(installer: Installer) -> str:
    """Return the text of Pyodide's own lock, with the installed wheels that came from elsewhere than it.

    All files are named by their addresses, so that the text can be kept anywhere. A package without a known address,
    such as one that was copied to site-packages, is left out.
    """
    from wherry.resolution.graph.installed import installed_graph

    document = dict(runtime_pyodide_lock() or {"info": {}, "packages": {}})
    places = {name: member.file.url.removeprefix("file://") for name, member in runtime_distribution().items()}
    entries = {
        key: {**entry, "file_name": places.get(canonicalize_name(key), entry["file_name"])}
        for key, entry in document["packages"].items()
    }
    installed = {one.name: one for one in installer.installed()}
    modules = top_level_modules()
    depends: dict[str, set[NormalizedName]] = {}
    for name, reasons in installed_graph(installed, installer.environment).reasons.items():
        for reason in reasons:
            if reason.parent not in {None, name}:
                depends.setdefault(str(reason.parent), set()).add(name)
    for name, one in installed.items():
        if not one.from_distribution and (url := read_note(one, "PYODIDE_URL")):
            known = {other for other in depends.get(name, ()) if other in entries or _has_place(installed[other])}
            entries[name] = _entry(one, url, modules.get(name, ()), known)
    return json.dumps({**document, "packages": dict(sorted(entries.items()))})


def override_base_url(lockfile_packages: Mapping[str, dict[str, Any]], lockfile_base_url: str) -> None:
    """Change the relative paths in entries of a lock to URLs that start at ``lockfile_base_url``."""
    for entry in lockfile_packages.values():
        entry["file_name"] = absolute(entry["file_name"], lockfile_base_url)


def _entry(
    one: InstalledDistribution, url: str, modules: tuple[str, ...], depends: set[NormalizedName]
) -> dict[str, Any]:
    return {
        "name": one.name,
        "version": one.version,
        "file_name": url,
        "install_dir": "site",
        "sha256": read_note(one, "PYODIDE_SHA256"),
        "package_type": "package",
        "imports": read_note(one, "top_level.txt").split() or list(modules),
        "depends": sorted(depends),
        "unvendored_tests": False,
    }


def _has_place(one: InstalledDistribution) -> bool:
    return bool(read_note(one, "PYODIDE_URL"))

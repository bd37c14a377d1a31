"""Find the projects that provide the modules that code imports. No name is ever guessed."""

from __future__ import annotations

import importlib.util
import sys
from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name

from wherry.errors import UnknownImports
from wherry.formats.python_source import find_imports
from wherry.index.single_flight import together
from wherry.model.core_metadata import CoreMetadata
from wherry.resolution.module_providers import find_providers
from wherry.resolution.releases import find_releases
from wherry.resolution.wheel_selection import WheelSelection

if TYPE_CHECKING:
    from collections.abc import Mapping
    from importlib.machinery import ModuleSpec

    from packaging.utils import NormalizedName

    from wherry.index.client import IndexClient
    from wherry.model.environment import Environment
    from wherry.model.locked_package import LockedPackage

__all__ = ["known_project", "require_imports"]


async def require_imports(
    source: str,
    projects: Mapping[str, str],
    distribution: Mapping[NormalizedName, LockedPackage],
    environment: Environment,
    index: IndexClient,
) -> tuple[str, ...]:
    """Return requirements for the modules that ``source`` imports and that cannot be found.

    A module is looked up in ``projects``, which maps modules to requirements, then in the ``imports`` of the
    ``distribution``, then in the project of the same name: the metadata of its newest release must declare the module
    (``Import-Name``, PEP 794).

    Raises :class:`~wherry.errors.InvalidSource`, and :class:`~wherry.errors.UnknownImports` for modules that no known
    project provides and that are not optional in ``source``.
    """
    missing = {name: is_optional for name, is_optional in find_imports(source).items() if not _is_there(name)}
    known = _known(projects, distribution)
    found = {name: requirement for name in missing if (requirement := _lookup(name, known)) is not None}
    unknown = [name for name in missing if name not in found and not missing[name] and not _is_standard(name)]

    async def ask(name: str) -> None:
        if await _says_so(name, environment, index):
            found[name] = _project_of(name)

    await together([ask(name) for name in unknown])
    if lost := [name for name in unknown if name not in found]:
        raise UnknownImports(lost)
    return tuple(dict.fromkeys(found[name] for name in missing if name in found))


def known_project(
    name: str, projects: Mapping[str, str], distribution: Mapping[NormalizedName, LockedPackage]
) -> str | None:
    """Return the requirement for the module ``name`` as far as it is known without asking an index."""
    return _lookup(name, _known(projects, distribution))


def _known(projects: Mapping[str, str], distribution: Mapping[NormalizedName, LockedPackage]) -> dict[str, str]:
    return {module: names[0] for module, names in find_providers(distribution.values()).items()} | dict(projects)


def _is_there(name: str) -> bool:
    """Return whether a module can be found, without importing more than its parent packages."""
    top = name.partition(".")[0]
    module = sys.modules.get(top)
    if top in sys.builtin_module_names or (module is not None and not _is_namespace(module.__spec__)):
        return True
    try:
        # A namespace may be found while the part that is imported belongs to another distribution.
        return importlib.util.find_spec(name if _is_namespace(importlib.util.find_spec(top)) else top) is not None
    except (ImportError, ValueError):
        return False


def _is_namespace(spec: ModuleSpec | None) -> bool:
    return spec is not None and spec.origin is None and spec.submodule_search_locations is not None


def _lookup(name: str, known: Mapping[str, str]) -> str | None:
    """Return the requirement for the module ``name``, or for a parent package of it."""
    while name:
        if name in known:
            return known[name]
        name = name.rpartition(".")[0]
    return None


def _is_standard(name: str) -> bool:
    """Return whether a module belongs to Python: no index has one that this runtime lacks."""
    return name.partition(".")[0] in sys.stdlib_module_names


def _project_of(name: str) -> NormalizedName:
    return canonicalize_name(name.partition(".")[0])


async def _says_so(name: str, environment: Environment, index: IndexClient) -> bool:
    page = await index.page(_project_of(name))
    releases = find_releases(page, WheelSelection(environment)).entries if page is not None else ()
    usable = [release for release in releases if not release.version.is_prerelease and release.file.yanked is None]
    if not usable:
        return False
    metadata = await index.metadata(usable[0].file)
    return isinstance(metadata, CoreMetadata) and any(_contains(one, name) for one in metadata.import_names)


def _contains(declared: str, name: str) -> bool:
    return f"{name}.".startswith(f"{declared}.")

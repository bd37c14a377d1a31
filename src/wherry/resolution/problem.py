"""Turn the caller's options into a problem: everything besides the index that the answer may depend on."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING, Literal

from wherry.errors import InvalidRequirement
from wherry.resolution.direct_urls import find_direct
from wherry.resolution.requirements import ProjectRequirement, applies, expand, parse_requirements
from wherry.resolution.standard_library import leave_to_python

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from packaging.requirements import Requirement
    from packaging.utils import NormalizedName
    from packaging.version import Version

    from wherry.model.distribution import InstalledDistribution
    from wherry.model.environment import Environment
    from wherry.model.locked_package import LockedPackage
    from wherry.resolution.direct_urls import DirectFile, Locate
    from wherry.resolution.required_hashes import RequiredHashes
    from wherry.resolution.requirements import Texts

__all__ = ["Preference", "Problem", "ResolveOptions", "pose"]

Preference = Literal["distribution", "index"]


@dataclass(frozen=True, slots=True)
class Problem:
    """The requirements and the options for resolving them.

    ``requirements`` are those whose markers apply here. ``constraints`` restrict projects without requiring them;
    ``overrides`` replace the requirements of a project by others. ``direct`` has the projects that come from a URL,
    ``distribution`` the packages of the runtime's own distribution; ``prefer`` says whether that or the index comes
    first. ``upgrade`` drops the preference for installed versions, ``reinstall`` ignores them, ``pre`` allows
    pre-releases of all projects, ``deps=False`` leaves the dependencies out. ``index_urls``, and ``reserved`` for the
    projects with an index of their own, only appear in explanations. ``hashes`` are those that requirements files
    demand, if any. ``unavailable`` has the packages of the distribution that cannot be downloaded. ``locked`` has the
    versions of an earlier lock, which come first where they fit.
    """

    environment: Environment
    requirements: tuple[ProjectRequirement, ...]
    installed: Mapping[NormalizedName, InstalledDistribution] = field(default_factory=dict)
    constraints: Mapping[NormalizedName, tuple[ProjectRequirement, ...]] = field(default_factory=dict)
    overrides: Mapping[NormalizedName, tuple[ProjectRequirement, ...]] = field(default_factory=dict)
    direct: Mapping[NormalizedName, DirectFile] = field(default_factory=dict)
    distribution: Mapping[NormalizedName, LockedPackage] = field(default_factory=dict)
    prefer: Preference = "distribution"
    upgrade: bool = False
    reinstall: bool = False
    pre: bool = False
    deps: bool = True
    exclude_newer: datetime | None = None
    index_urls: tuple[str, ...] = ()
    reserved: Mapping[NormalizedName, str] = field(default_factory=dict)
    hashes: RequiredHashes | None = None
    unavailable: frozenset[NormalizedName] = frozenset()
    locked: Mapping[NormalizedName, Version] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolveOptions:
    """The options of a caller; the fields are the parameters of :meth:`wherry.Installer.install`.

    The content of files and groups must have been added to the other fields before posing the problem. ``hashes_from``
    is the first place that makes hashes required.
    """

    requirements: Texts
    constraints: Texts = ()
    overrides: Texts = ()
    prefer: Preference = "distribution"
    upgrade: bool = False
    reinstall: bool = False
    pre: bool = False
    deps: bool = True
    exclude_newer: datetime | str | None = None
    requirements_files: Iterable[object] = ()
    groups: Iterable[str] = ()
    hashes_from: str = ""


def pose(  # noqa: PLR0913 - the answer depends on each
    options: ResolveOptions,
    *,
    environment: Environment,
    installed: Mapping[NormalizedName, InstalledDistribution],
    distribution: Mapping[NormalizedName, LockedPackage],
    index_urls: tuple[str, ...] = (),
    reserved: Mapping[NormalizedName, str] | None = None,
    locate: Locate = lambda url: (url, ""),
) -> tuple[Problem, tuple[str, ...]]:
    """Return the problem, and warnings about requirements that do not apply here. ``locate`` returns the URL of a path.

    Raises :class:`~wherry.errors.InvalidRequirement`, and the errors of
    :func:`~wherry.resolution.direct_urls.find_direct` and :func:`~wherry.resolution.standard_library.leave_to_python`.
    """
    if options.prefer not in {"distribution", "index"}:
        raise InvalidRequirement(f"prefer={options.prefer!r}", "use 'distribution' or 'index'")
    requirements = list(parse_requirements(options.requirements))
    constraints = _applicable(parse_requirements([options.constraints]), environment)
    overrides = _applicable(parse_requirements([options.overrides]), environment)
    applicable = _applicable(requirements, environment)
    known = installed, distribution, reserved or {}
    here, left_to_python = leave_to_python(applicable, [*constraints, *overrides], environment, known)
    restricted = chain.from_iterable(map(expand, constraints))
    instead = _by_name(one for override in overrides for one in expand(override) if not one.extra)
    hashes = None
    if options.hashes_from:
        from wherry.resolution.required_hashes import require_hashes

        hashes = require_hashes(here, constraints, options.hashes_from)
    problem = Problem(
        environment=environment,
        requirements=tuple(chain.from_iterable(map(expand, here))),
        installed=installed,
        constraints=_by_name(restricted),
        overrides=instead,
        direct=find_direct([*here, *constraints, *overrides], environment, locate),
        distribution=distribution,
        prefer=options.prefer,
        upgrade=options.upgrade,
        reinstall=options.reinstall,
        pre=options.pre,
        deps=options.deps,
        exclude_newer=_moment(options.exclude_newer),
        index_urls=index_urls,
        reserved=reserved or {},
        hashes=hashes,
    )
    ids = set(map(id, applicable))
    left_out = [requirement for requirement in requirements if id(requirement) not in ids]
    warnings = (f"{requirement} was not installed: its marker is false here" for requirement in left_out)
    return problem, (*warnings, *left_to_python)


def _applicable(requirements: Iterable[Requirement], environment: Environment) -> list[Requirement]:
    return [requirement for requirement in requirements if applies(requirement, environment)]


def _by_name(
    requirements: Iterable[ProjectRequirement],
) -> dict[NormalizedName, tuple[ProjectRequirement, ...]]:
    found: dict[NormalizedName, list[ProjectRequirement]] = {}
    for requirement in requirements:
        found.setdefault(requirement.name, []).append(requirement)
    return {name: tuple(those) for name, those in found.items()}


def _moment(value: datetime | str | None) -> datetime | None:
    if value is None:
        return None
    from datetime import UTC, datetime

    try:
        moment = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    except ValueError as error:
        raise InvalidRequirement(f"exclude_newer={value}", "give a date or a time in ISO 8601") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)

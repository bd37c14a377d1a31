"""Turn the chosen packages of a lock into a resolution, as if it had just been found."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name

from wherry.errors import WherryError
from wherry.formats.urls import recorded_url
from wherry.resolution.graph.graph import Reason
from wherry.resolution.locks.members import BUNDLE, as_member, shared_libraries
from wherry.resolution.requirements import applies, expand, parse_requirements
from wherry.resolution.resolution import Pin, Resolution

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from packaging.requirements import Requirement
    from packaging.utils import NormalizedName
    from packaging.version import Version

    from wherry.model.distribution import InstalledDistribution
    from wherry.model.environment import Environment
    from wherry.model.locked_package import LockedPackage
    from wherry.resolution.direct_urls import Locate
    from wherry.resolution.locks.lock_file import LockFile
    from wherry.resolution.locks.selection import Chosen
    from wherry.resolution.sources import Source

__all__ = ["answer", "recorded_requirements"]


def answer(  # noqa: PLR0913 - the answer depends on each
    lock: LockFile,
    chosen: Sequence[Chosen],
    environment: Environment,
    *,
    installed: Mapping[NormalizedName, InstalledDistribution],
    distribution: Mapping[NormalizedName, LockedPackage],
    locate: Locate,
    begun: Collection[str] = (),
) -> Resolution:
    """Return the resolution. A distribution that is installed with the same version (and URL) is kept.

    Raises :class:`~wherry.errors.InvalidLock`.
    """
    if BUNDLE in lock.recorded:
        # Its files are beside it. Those of the distribution may be missing.
        distribution = {}
    reasons = _reasons(lock, chosen, environment)
    warnings = []
    pins = []
    for one in chosen:
        source: Source = as_member(one, distribution, begun) or one.source
        present = installed.get(one.name)
        if present is not None and present.location is None and present.metadata.version != one.version:
            warnings.append(f"{present} is a part of the runtime, and stays; {lock.name} has {one.version}")
        if present is not None and (present.location is None or _is_equal(present, one)):
            source = present
        asked = reasons.get(one.name, ())
        pins.append(_pin(one.name, source.metadata.version if source is present else one.version, source, asked))
    for library in shared_libraries(lock, distribution, locate, begun, [pin.name for pin in pins]):
        present = installed.get(library.name)
        is_loaded = present is not None and present.metadata.version == library.version
        pins.append(_pin(library.name, library.version, present if present and is_loaded else library, ()))
    return Resolution(tuple(sorted(pins, key=lambda pin: pin.name)), tuple(warnings))


def recorded_requirements(lock: LockFile) -> Iterator[Requirement]:
    """Yield the requirements that wherry recorded in the lock; skip unreadable ones."""
    texts = lock.recorded.get("requirements", ())
    for text in texts if isinstance(texts, list) else ():
        try:
            yield from parse_requirements([str(text)])
        except WherryError:
            continue


def _is_equal(installed: InstalledDistribution, chosen: Chosen) -> bool:
    if installed.metadata.version != chosen.version:
        return False
    return chosen.source.origin != "direct" or installed.source == recorded_url(chosen.file.url)


def _pin(name: NormalizedName, version: Version, source: Source, reasons: Iterable[Reason]) -> Pin:
    reasons = tuple(reasons)
    parents = tuple(dict.fromkeys(reason.parent for reason in reasons if reason.parent))
    return Pin(name, str(version), source, any(reason.parent is None for reason in reasons), parents, reasons)


def _reasons(lock: LockFile, chosen: Sequence[Chosen], environment: Environment) -> dict[NormalizedName, list[Reason]]:
    """Return the reasons for each package, the caller's first, as far as the lock tells them."""
    reasons: defaultdict[NormalizedName, list[Reason]] = defaultdict(list)
    for requirement in recorded_requirements(lock):
        if applies(requirement, environment):
            first, *extras = expand(requirement)
            reasons[first.name].append(Reason(first.text, extras=tuple(one.extra for one in extras)))
    names = {one.name for one in chosen}
    for one in chosen:
        for dependency in one.package.dependencies or ():
            name = canonicalize_name(str(dependency.get("name", "")))
            if name in names and name != one.name:
                reasons[name].append(Reason(name, one.name))
    return reasons

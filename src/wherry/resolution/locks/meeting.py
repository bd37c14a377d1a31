"""Whether a lock still meets requirements, such as those of the script that it was made for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name

from wherry.formats.urls import is_web, last_segment, split_hash, without_credentials
from wherry.resolution.locks.answer import recorded_requirements
from wherry.resolution.requirements import applies, parse_requirements

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from packaging.requirements import Requirement

    from wherry.model.environment import Environment
    from wherry.resolution.locks.lock_file import LockFile
    from wherry.resolution.locks.selection import Chosen

__all__ = ["check_meets"]


def check_meets(
    lock: LockFile, chosen: Sequence[Chosen], requirements: Iterable[str], asker: str, environment: Environment
) -> None:
    """Raise :class:`~wherry.errors.InvalidLock` unless ``chosen`` satisfies the requirements of ``asker``."""
    # A requirement that the lock records may be met by Python itself, or by the runtime.
    recorded = {str(one): one for one in recorded_requirements(lock)}
    wanted = [one for one in parse_requirements([*requirements]) if applies(one, environment)]
    new = [one for one in wanted if str(one) not in recorded]
    if problems := [problem for one in new for problem in _problems(one, [*recorded.values()], chosen)]:
        hint = f"make the lock of {asker} again"
        lock.refuse(f"it no longer meets {asker}: {'; '.join(problems)}", hint=hint)


def _problems(requirement: Requirement, recorded: Sequence[Requirement], chosen: Sequence[Chosen]) -> Iterator[str]:
    name = canonicalize_name(requirement.name)
    locked = next((one for one in chosen if one.name == name), None)
    if locked is None:
        yield f"{name} is not in it"
    elif not requirement.specifier.contains(locked.version, prereleases=True):
        yield f"it has {name} {locked.version}, and {name}{requirement.specifier} is required"
    elif requirement.url is not None and not _is_from(requirement.url, locked):
        yield f"{name} is required from {without_credentials(requirement.url)}"
    elif recorded and (unlocked := _extras(requirement) - _locked_extras(recorded, name)):
        yield f"it was made without the extra {', '.join(sorted(unlocked))} of {name}"


def _is_from(url: str, locked: Chosen) -> bool:
    """Return whether a file may be from ``url``. Of a path, only the filename tells."""
    location, hashes = split_hash(without_credentials(url))
    file = locked.file
    is_same = location == file.url if is_web(location) else last_segment(location) == file.filename
    has_hashes = all(file.hashes.get(algorithm, digest) == digest for algorithm, digest in hashes.items())
    return locked.source.origin == "direct" and is_same and has_hashes


def _extras(requirement: Requirement) -> set[str]:
    return set(map(canonicalize_name, requirement.extras))


def _locked_extras(recorded: Iterable[Requirement], name: str) -> set[str]:
    return {extra for one in recorded if canonicalize_name(one.name) == name for extra in _extras(one)}

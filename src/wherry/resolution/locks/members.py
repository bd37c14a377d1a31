"""Members of Pyodide's distribution in a lock: packages, and shared libraries.

Other tools take the packages from their addresses, as any wheel. They cannot use the libraries, which are no Python
distributions and stand in ``[[tool.wherry.shared-libraries]]``.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from packaging.utils import canonicalize_name
from packaging.version import Version

from wherry.formats.filenames import check_filename
from wherry.formats.urls import last_segment
from wherry.formats.wording import shorten
from wherry.model.hashes import strongest
from wherry.model.locked_package import LockedPackage
from wherry.model.project import ProjectFile
from wherry.model.sizes import LARGEST
from wherry.resolution.locks.addresses import address_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from packaging.utils import NormalizedName

    from wherry.resolution.direct_urls import Locate
    from wherry.resolution.locks.lock_file import LockFile
    from wherry.resolution.locks.selection import Chosen

__all__ = ["BUNDLE", "LIBRARIES", "ORIGIN", "as_member", "shared_libraries"]

LIBRARIES = "shared-libraries"
# The table of a lock in a bundle, whose files are all beside it.
BUNDLE = "bundle"
ORIGIN = {"origin": "distribution"}


@dataclass(frozen=True, slots=True)
class _Place:
    url: str | None
    path: str | None


def as_member(
    chosen: Chosen, distribution: Mapping[NormalizedName, LockedPackage], begun: Collection[str] = ()
) -> LockedPackage | None:
    """Return the package as a member of the distribution, or ``None`` if the lock took it from elsewhere.

    If the running distribution has the same file, it comes from the place of that distribution, such as a local folder.
    The transfers of the addresses in ``begun`` have begun already, so these are used as they are.
    """
    if ((chosen.package.tool or {}).get("wherry") or {}) != ORIGIN:
        return None
    return _from_here(LockedPackage(chosen.name, chosen.version, chosen.file), distribution, begun)


def shared_libraries(
    lock: LockFile,
    distribution: Mapping[NormalizedName, LockedPackage],
    locate: Locate,
    begun: Collection[str] = (),
    taken: Iterable[NormalizedName] = (),
) -> Iterator[LockedPackage]:
    """Yield the shared libraries of a lock, whose packages have the names ``taken``.

    Raises :class:`~wherry.errors.InvalidLock`.
    """
    listed = lock.recorded.get(LIBRARIES, ())
    if not isinstance(listed, list | tuple):
        lock.refuse(f"tool.wherry.{LIBRARIES} must be an array of tables")
    taken = set(taken)
    for position, entry in enumerate(listed):
        try:
            library = _library(entry, lock.location, locate, taken)
        except (LookupError, TypeError, AttributeError):
            problem = "it needs a name, a version, a url and hashes"
        except ValueError as error:
            problem = shorten(str(error))
        else:
            taken.add(library.name)
            yield _from_here(library, distribution, begun)
            continue
        lock.refuse(f"tool.wherry.{LIBRARIES}[{position}]: {problem}")


def _library(
    entry: Mapping[str, Any], location: str, locate: Locate, taken: Collection[NormalizedName]
) -> LockedPackage:
    name = canonicalize_name(entry["name"], validate=True)
    if name in taken:
        raise ValueError(f"the lock has another {name}")
    hashes = {str(name): str(digest).lower() for name, digest in entry["hashes"].items()}
    if strongest(hashes) is None:
        raise ValueError("it has no SHA-256, nor a stronger hash")
    url, absent = address_of(_Place(entry.get("url"), entry.get("path")), location, locate)
    size = entry.get("size")
    if size is not None and (not isinstance(size, int) or isinstance(size, bool) or not 0 <= size <= LARGEST):
        raise ValueError(f"its size cannot be {size!r}")
    file = ProjectFile(check_filename(last_segment(url)), url, hashes, size, absent=absent or None)
    return LockedPackage(name, Version(entry["version"]), file, is_shared_library=True)


def _from_here(
    locked: LockedPackage, distribution: Mapping[NormalizedName, LockedPackage], begun: Collection[str]
) -> LockedPackage:
    here = distribution.get(locked.name)
    if here is None or locked.file.url in begun or here.file.hashes != locked.file.hashes:
        return locked
    return replace(locked, file=replace(locked.file, url=here.file.url))

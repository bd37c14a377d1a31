"""Project pages and their files (Simple API: PEP 503, 592, 691, 700, 714, 792)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import compress
from typing import TYPE_CHECKING, overload

from wherry.model.hashes import strongest

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from datetime import datetime

    from packaging.utils import NormalizedName

__all__ = ["LazyFiles", "ProjectFile", "ProjectPage"]


@dataclass(frozen=True, slots=True)
class ProjectFile:
    """One file of a project page.

    ``url`` is absolute. ``hashes`` maps algorithms to hexadecimal digests; ``size`` is in bytes. ``yanked`` is the
    reason given (perhaps empty) or ``None``. ``metadata_hashes`` is ``None`` if the index offers no metadata file
    beside the wheel, and empty if it offers one without a hash. ``absent`` is ``None`` unless the caller named the file
    by its address; then it is the path if no such file exists, else an empty string. ``fragment`` is that of its link,
    unless it holds a hash. ``fault`` is the reason why the file can never be fetched; then ``url`` is empty.
    """

    filename: str
    url: str
    hashes: Mapping[str, str] = field(default_factory=dict, hash=False)
    size: int | None = None
    requires_python: str | None = None
    yanked: str | None = None
    upload_time: str | None = None
    metadata_hashes: Mapping[str, str] | None = field(default=None, hash=False)
    absent: str | None = None
    fragment: str = ""
    fault: str = ""

    @property
    def is_wheel(self) -> bool:
        """Whether the file is a wheel, by its name."""
        return self.filename.endswith(".whl")

    @property
    def strongest_hash(self) -> str | None:
        """The strongest of ``hashes`` as ``sha256:…``, ``None`` if all are weak."""
        return strongest(self.hashes)

    @property
    def uploaded(self) -> datetime | None:
        """``upload_time`` (PEP 700: ISO 8601 in UTC) as a time, ``None`` if it is missing or invalid.

        Reading it for every file of a page would be slow.
        """
        if self.upload_time is None:
            return None
        from datetime import UTC, datetime

        try:
            moment = datetime.fromisoformat(self.upload_time)
        except ValueError:
            return None
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)

    @property
    def metadata_url(self) -> str:
        """The URL of the metadata file (PEP 658)."""
        return f"{self.url}.metadata"


class LazyFiles(Sequence[ProjectFile]):
    """Files whose ``names`` are known; ``make`` makes the files at given positions, on every access.

    A page may have thousands of files, of which an environment can use a few. So ``names`` may also be a function that
    is called if all of them are needed; then ``wheels`` does the work of :meth:`wheels`.
    """

    def __init__(
        self,
        names: Sequence[str] | Callable[[], Sequence[str]],
        make: Callable[[Sequence[int]], Sequence[ProjectFile]],
        wheels: Callable[[Collection[str]], Mapping[int, str]] | None = None,
    ) -> None:
        self._names = names
        self._make = make
        self._wheels = wheels

    @cached_property
    def names(self) -> Sequence[str]:
        """The names of all files."""
        return self._names() if callable(self._names) else self._names

    def wheels(self, platforms: Collection[str]) -> Mapping[int, str]:
        """Return the names of the wheels for any of ``platforms`` (in lower case), by their positions."""
        return self._wheels(platforms) if self._wheels is not None else _find_wheels(self.names, platforms)

    def __len__(self) -> int:
        return len(self.names)

    @overload
    def __getitem__(self, position: int) -> ProjectFile: ...
    @overload
    def __getitem__(self, position: slice) -> tuple[ProjectFile, ...]: ...
    def __getitem__(self, position: int | slice) -> ProjectFile | tuple[ProjectFile, ...]:
        found = range(len(self.names))[position]
        return self._make([found])[0] if isinstance(found, int) else tuple(self._make(found))

    def take(self, positions: Sequence[int]) -> Sequence[ProjectFile]:
        """Return the files at ``positions``. This is faster than an access for each."""
        return self._make(positions) if positions else ()

    def __eq__(self, other: object) -> bool:
        return tuple(self) == tuple(other) if isinstance(other, Sequence) else NotImplemented

    def __hash__(self) -> int:
        return hash(tuple(self))


@dataclass(frozen=True, slots=True)
class ProjectPage:
    """The files of a project, in the order of the page.

    ``status`` is the project status of PEP 792 (``active``, ``archived``, ``deprecated``, ``quarantined``).
    """

    name: NormalizedName
    url: str
    files: Sequence[ProjectFile]
    status: str = "active"
    status_reason: str = ""

    @property
    def filenames(self) -> Sequence[str]:
        """The names of ``files``, in the same order."""
        return self.files.names if isinstance(self.files, LazyFiles) else [file.filename for file in self.files]

    def wheels(self, platforms: Collection[str]) -> Mapping[int, str]:
        """Return the names of the wheels for any of ``platforms`` (in lower case), by their positions."""
        if isinstance(self.files, LazyFiles):
            return self.files.wheels(platforms)
        return _find_wheels(self.filenames, platforms)

    def take(self, positions: Sequence[int]) -> Sequence[ProjectFile]:
        """Return the ``files`` at ``positions``."""
        if isinstance(self.files, LazyFiles):
            return self.files.take(positions)
        return [self.files[position] for position in positions]


def _find_wheels(names: Sequence[str], platforms: Collection[str]) -> Mapping[int, str]:
    fits = _Fits(platforms)
    usable = map(fits.__getitem__, [name.rpartition("-")[2] for name in names])
    return dict(compress(enumerate(names), usable))


class _Fits(dict[str, bool]):
    """Maps the end of a wheel's name, from its last hyphen, to whether it names one of ``platforms``."""

    def __init__(self, platforms: Collection[str]) -> None:
        super().__init__()
        self._platforms = frozenset(platforms)

    def __missing__(self, ending: str) -> bool:
        platforms, _, suffix = ending.rpartition(".")
        self[ending] = found = suffix == "whl" and not self._platforms.isdisjoint(platforms.lower().split("."))
        return found

"""A lock that was made: its text, its pins, and the lock of Pyodide itself with the same packages."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from wherry.errors import UnsupportedRuntime

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from packaging.utils import NormalizedName

    from wherry.resolution.locks.changes import Change
    from wherry.resolution.locks.lock_file import LockFile

__all__ = ["Lock"]


@dataclass(frozen=True, slots=True, repr=False)
class Lock:
    """The files of an answer, with their hashes: ``str(lock)`` is the text of a ``pylock.toml`` (PEP 751).

    ``warnings`` are those of the resolution. ``earlier`` is the lock whose versions were preferred, if any.
    """

    file: LockFile
    warnings: tuple[str, ...] = ()
    earlier: LockFile | None = None
    _distribution: Callable[[], Mapping[str, Any] | None] = field(default=lambda: None, compare=False)
    _modules: Callable[[], Mapping[NormalizedName, tuple[str, ...]]] = field(default=dict, compare=False)

    @property
    def pins(self) -> dict[str, str]:
        """Versions by normalized name."""
        return {package.name: str(package.version) for package in self.file.content.packages}

    @property
    def changes(self) -> tuple[Change, ...]:
        """The projects whose versions differ from those of the earlier lock."""
        from wherry.resolution.locks.changes import find_changes

        return tuple(find_changes(self.earlier.content if self.earlier else None, self.file.content))

    def to_pyodide_lock(self, *, others: bool = True, base: str | None = None) -> str:
        """Return the text of a ``pyodide-lock.json``, from which plain Pyodide loads these packages without wherry.

        The other packages of Pyodide's distribution stay in it, unless ``others`` is false. With ``base``, the files of
        the distribution are named by their addresses in the folder at this URL, so that the lock can be in another.

        Raises :class:`~wherry.errors.UnsupportedRuntime` outside of Pyodide, and :class:`~wherry.errors.InvalidLock`
        for a wheel that is not on the web.
        """
        from wherry.resolution.locks.pyodide_lock import to_pyodide_lock

        distribution = self._distribution()
        if distribution is None:
            raise UnsupportedRuntime("Pyodide's own lock", "make the lock in Pyodide")
        return to_pyodide_lock(self.file, distribution, imports=self._modules(), others=others, base=base)

    def __str__(self) -> str:
        return self.file.text

    def __repr__(self) -> str:
        return f"<Lock of {len(self.pins)} packages>"

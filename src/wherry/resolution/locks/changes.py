"""The differences between two locks."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from packaging.pylock import Pylock
    from packaging.utils import NormalizedName
    from packaging.version import Version

__all__ = ["Change", "find_changes"]


@dataclass(frozen=True, slots=True)
class Change:
    """A project whose versions differ: those ``before``, and those ``after``; empty if it is not in that lock."""

    name: NormalizedName
    before: tuple[str, ...]
    after: tuple[str, ...]

    def __str__(self) -> str:
        if not self.before:
            return f"added {self.name} {', '.join(self.after)}"
        if not self.after:
            return f"removed {self.name} {', '.join(self.before)}"
        return f"updated {self.name} {', '.join(self.before)} → {', '.join(self.after)}"

    def to_dict(self) -> dict[str, object]:
        """Return a JSON-able mapping."""
        return {"name": self.name, "before": list(self.before), "after": list(self.after)}


def find_changes(before: Pylock | None, after: Pylock) -> Iterator[Change]:
    """Yield the changes by name. A lock of another tool may have several versions of a project."""
    old, new = _versions(before), _versions(after)
    for name in sorted(old.keys() | new.keys()):
        if old.get(name) != new.get(name):
            yield Change(name, old.get(name, ()), new.get(name, ()))


def _versions(lock: Pylock | None) -> dict[NormalizedName, tuple[str, ...]]:
    found: defaultdict[NormalizedName, set[Version]] = defaultdict(set)
    for package in lock.packages if lock is not None else ():
        found[package.name] |= {package.version} if package.version is not None else set()
    return {name: tuple(map(str, sorted(versions))) for name, versions in found.items()}

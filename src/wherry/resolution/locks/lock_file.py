"""A lock that was read or made, and what wherry recorded in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

from wherry.errors import InvalidLock

if TYPE_CHECKING:
    from collections.abc import Mapping

    from packaging.pylock import Pylock

__all__ = ["LockFile"]

LONGEST_CALL = 300  # characters


@dataclass(frozen=True, slots=True)
class LockFile:
    """A lock: its content, its ``text``, its ``name`` for messages, and its address, ``location``.

    ``location`` is empty if the lock was given as text.
    """

    content: Pylock
    text: str
    name: str
    location: str = ""

    def refuse(self, problem: str, position: int | None = None, *, hint: str = "") -> NoReturn:
        """Raise :class:`~wherry.errors.InvalidLock`, about the package at ``position`` if that is given."""
        from wherry.formats.pylock_faults import entry_of, line_of

        entry = "" if position is None else entry_of(self.content, position)
        line = None if position is None else line_of(self.text, position)
        raise InvalidLock(self.name, problem, entry=entry, line=line, hint=hint)

    @property
    def recorded(self) -> Mapping[str, Any]:
        """The table ``[tool.wherry]``; empty if another tool made the lock."""
        table = (self.content.tool or {}).get("wherry")
        return table if isinstance(table, dict) else {}

    @property
    def how_to_make(self) -> str:
        """The hint to make such a lock for another runtime."""
        texts = self.recorded.get("requirements")
        wanted = ", ".join(map(repr, texts)) if isinstance(texts, list) else ""
        shown = wanted if 0 < len(wanted) <= LONGEST_CALL else "…"
        return f"make a lock in the runtime that will use it: await wherry.lock({shown})"

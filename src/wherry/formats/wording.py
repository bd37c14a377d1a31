"""Shared wording of warnings and errors."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

__all__ = ["several", "shorten", "some"]

SHOWN = 3
SHOWN_PROBLEMS = 20
SHOWN_LENGTH = 100  # characters


def some(names: Collection[str]) -> str:
    """Return the first few of ``names``, and the number of the others."""
    more = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
    return ", ".join(map(shorten, list(names)[:SHOWN])) + more


def several(problems: Sequence[str]) -> str:
    """Return ``problems`` as one text; only the first if there are very many."""
    more = [f"and {len(problems) - SHOWN_PROBLEMS} more"] if len(problems) > SHOWN_PROBLEMS else []
    return "; ".join([*problems[:SHOWN_PROBLEMS], *more])


def shorten(text: str, longest: int = SHOWN_LENGTH) -> str:
    """Return ``text``; only the beginning if it has more than ``longest`` characters."""
    return text if len(text) <= longest else f"{text[:longest]}…"

"""Errors that are wherry's and of the types that micropip raises."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from wherry.errors import IndexUnreachable, IntegrityError, MissingProject, ResolutionError, WherryError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

__all__ = ["SeveralFailures", "as_value_error", "joined"]


class SeveralFailures(ResolutionError, ValueError):
    """Several requirements that cannot be installed, each with its own error."""

    def __init__(self, failures: Sequence[WherryError]) -> None:
        super().__init__(failures)
        self.failures = tuple(failures)

    def __str__(self) -> str:
        names = ", ".join(dict.fromkeys(name for failure in self.failures for name in subjects(failure)))
        return "\n".join([f"Requirements that cannot be installed: {names}", *map(str, self.failures)])

    def facts(self) -> dict[str, object]:
        """Return the code and the facts of each failure."""
        return {"failures": [{"code": failure.code, **failure.facts()} for failure in self.failures]}


def as_value_error(error: WherryError) -> WherryError:
    """Return the same error, with its facts and its message, in a class that is a ``ValueError``, too.

    A wrong hash is a ``RuntimeError`` besides, and a missing file a ``FileNotFoundError``, as in micropip.
    """
    if isinstance(error, ValueError):
        return error
    others: tuple[type[Exception], ...] = (ValueError,)
    if isinstance(error, IntegrityError):
        others = (ValueError, RuntimeError)
    elif isinstance(error, IndexUnreachable) and error.kind == "missing":
        others = (FileNotFoundError, ValueError)
    kind = _both(type(error), others)  # type: ignore[arg-type] # a class can be hashed
    made = kind.__new__(kind)
    made.__dict__.update(vars(error))
    return made.with_traceback(error.__traceback__)


def joined(failures: Iterable[WherryError]) -> list[WherryError]:
    """Return the failures, without those whose requirements others before them are about."""
    kept: list[WherryError] = []
    said: set[str] = set()
    for failure in failures:
        about = {*subjects(failure)}
        if not about or not about <= said:
            kept.append(failure)
            said |= about
    return kept


def subjects(failure: WherryError) -> Iterator[str]:
    """Yield the requirements that an error is about."""
    if missing := getattr(failure, "missing", ()):
        yield from (one.requirement for one in missing if isinstance(one, MissingProject))
    elif name := getattr(failure, "requirement", None) or getattr(failure, "name", None):
        yield name
    else:
        yield from (text for text, asker in getattr(failure, "clashes", ()) if asker is None)


def _again(kind: type[WherryError], facts: dict[str, object]) -> WherryError:
    """Make a copy of an error that was pickled."""
    error = kind.__new__(kind)
    error.__dict__.update(facts)
    return as_value_error(error)


@cache
def _both(kind: type[WherryError], others: tuple[type[Exception], ...]) -> type[WherryError]:
    return type(
        kind.__name__,
        (kind, *others),
        {"__module__": kind.__module__, "__reduce__": lambda self: (_again, (kind, vars(self)))},
    )

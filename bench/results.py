"""Store all figures of a run as JSON."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Any, Protocol

from bench.paths import RESULTS

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["keep"]


class Result(Protocol):
    """A result of a bench."""

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-able mapping."""
        ...


def keep(bench: str, machine: str, **results: Iterable[Result]) -> str:
    """Write the results of a bench by name, and return the path of the file."""
    now = dt.datetime.now(dt.UTC)
    RESULTS.mkdir(parents=True, exist_ok=True)
    path = RESULTS / f"{now:%Y-%m-%dT%H-%M-%S}-{bench}.json"
    lists = {name: [result.to_dict() for result in some] for name, some in results.items()}
    content = {"when": now.isoformat(), "machine": machine, **lists}
    path.write_text(json.dumps(content, indent=1), encoding="utf-8")
    return str(path)

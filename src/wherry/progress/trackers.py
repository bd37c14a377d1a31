"""Progress reports for resolving and downloading."""

from __future__ import annotations

from typing import TYPE_CHECKING

from wherry.model.progress import Progress
from wherry.model.sizes import human_size

if TYPE_CHECKING:
    from collections.abc import Mapping

    from wherry.index.client import IndexClient
    from wherry.model.project import ProjectFile
    from wherry.progress.phases import Phases
    from wherry.resolution.problem import Problem
    from wherry.resolution.resolution import Pin
    from wherry.resolution.snapshot import Snapshot

__all__ = ["Downloads", "Resolving"]

USUAL_SIZE = 500_000
"""Assumed size in bytes of archives whose size is unknown, as in Pyodide's own lock."""


MANY = 10
"""Number of project pages at which resolving is assumed to be half done."""


class Resolving:
    """Reports to ``phases`` how ``snapshot`` grows from ``index`` while ``problem`` is resolved."""

    def __init__(self, problem: Problem, snapshot: Snapshot, index: IndexClient, phases: Phases) -> None:
        names = ", ".join(requirement.text for requirement in problem.requirements if not requirement.extra)
        self._message = f"Resolving {names}"
        self._snapshot = snapshot
        self._index = index
        self._phases = phases
        self._known = 0
        self._received = 0

    def begin(self) -> None:
        """Report that resolving begins."""
        self._phases.tell(Progress("resolving", self._message))

    def look(self) -> None:
        """Report new project pages, and bytes of wheels fetched for their metadata, since the last call."""
        known, reading = len(self._snapshot.pages), self._index.reading
        file = max(reading, key=self._index.received, default=None)
        received = self._index.received(file) if file else 0
        if known > self._known or received not in {0, self._received}:
            self._known, self._received = known, received
            step = Progress("resolving", f"{self._message}: {known} project{'s' if known > 1 else ''} known", known)
            if file and received:
                message = f"{self._message}: {_received(file, received)}, for its metadata"
                step = Progress("resolving", message, known, None, None, received, file.size)
            self._phases.tell(step, known / (known + MANY))


class Downloads:
    """Reports to ``phases`` the files of ``new`` while ``index`` downloads them."""

    def __init__(self, new: Mapping[Pin, ProjectFile], index: IndexClient, phases: Phases) -> None:
        self._new = new
        self._index = index
        self._phases = phases
        self._received = dict.fromkeys(new, 0)
        self._arrived: set[Pin] = set()

    def begin(self) -> None:
        """Report that downloading begins."""
        self._tell(f"Downloading {len(self._new)} files")

    def look(self) -> None:
        """Report the files that have received bytes since the last call."""
        for pin, file in self._new.items():
            if pin not in self._arrived and (received := self._index.received(file)) > self._received[pin]:
                self._received[pin] = received
                self._tell(_received(file, received), pin, file.size)

    def arrived(self, pin: Pin, size: int) -> None:
        """Report that all ``size`` bytes of a file have arrived and are verified."""
        self._received[pin] = size
        self._arrived.add(pin)
        self._tell(self._new[pin].filename, pin, size)

    def _tell(self, message: str, pin: Pin | None = None, size: int | None = None) -> None:
        done, total = len(self._arrived), len(self._new)
        if pin is None:
            step = Progress("downloading", message, done, total)
        else:
            step = Progress("downloading", message, done, total, pin.name, self._received[pin], size)
        self._phases.tell(step, self._part())

    def _part(self) -> float:
        sizes = {pin: file.size or USUAL_SIZE for pin, file in self._new.items()}
        received = sum(size if pin in self._arrived else min(self._received[pin], size) for pin, size in sizes.items())
        return received / (sum(sizes.values()) or 1)


def _received(file: ProjectFile, received: int) -> str:
    whole = f" of {human_size(file.size)}" if file.size else ""
    return f"{file.filename}: {human_size(received)}{whole}"

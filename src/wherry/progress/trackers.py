"""What there is to tell of work that goes on by itself."""

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
"""Bytes that an archive is taken to have where nobody says how many; so for what is in Pyodide's own lock."""


MANY = 10
"""Project pages; with so many known, deciding is taken to be half done."""


class Resolving:
    """Tells ``phases`` how ``snapshot`` grows from ``index`` while ``problem`` is decided."""

    def __init__(self, problem: Problem, snapshot: Snapshot, index: IndexClient, phases: Phases) -> None:
        names = ", ".join(requirement.text for requirement in problem.requirements if not requirement.extra)
        self._message = f"Resolving {names}"
        self._snapshot = snapshot
        self._index = index
        self._phases = phases
        self._known = 0
        self._received = 0

    def begin(self) -> None:
        """Tell that it begins."""
        self._phases.tell(Progress("resolving", self._message))

    def look(self) -> None:
        """Tell of project pages, and of bytes of wheels fetched for their metadata, since the last time."""
        known, reading = len(self._snapshot.pages), self._index.reading
        file = max(reading, key=self._index.received, default=None)
        received = self._index.received(file) if file else 0
        if known > self._known or received not in {0, self._received}:
            self._known, self._received = known, received
            step = Progress("resolving", f"{self._message}: {known} project{'s' if known > 1 else ''} known", known)
            if file and received:
                message = f"{self._message}: {_come(file, received)}, for its metadata"
                step = Progress("resolving", message, known, None, None, received, file.size)
            self._phases.tell(step, known / (known + MANY))


class Downloads:
    """Tells ``phases`` of the files of ``new`` while ``index`` brings them."""

    def __init__(self, new: Mapping[Pin, ProjectFile], index: IndexClient, phases: Phases) -> None:
        self._new = new
        self._index = index
        self._phases = phases
        self._received = dict.fromkeys(new, 0)
        self._arrived: set[Pin] = set()

    def begin(self) -> None:
        """Tell that they begin to come."""
        self._tell(f"Downloading {len(self._new)} files")

    def look(self) -> None:
        """Tell of those of which more has come since the last time."""
        for pin, file in self._new.items():
            if pin not in self._arrived and (received := self._index.received(file)) > self._received[pin]:
                self._received[pin] = received
                self._tell(_come(file, received), pin, file.size)

    def arrived(self, pin: Pin, size: int) -> None:
        """Tell that all ``size`` bytes of a file are there, and that they are what they should be."""
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
        come = sum(size if pin in self._arrived else min(self._received[pin], size) for pin, size in sizes.items())
        return come / (sum(sizes.values()) or 1)


def _come(file: ProjectFile, received: int) -> str:
    whole = f" of {human_size(file.size)}" if file.size else ""
    return f"{file.filename}: {human_size(received)}{whole}"

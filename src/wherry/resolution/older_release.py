"""Advice for a release whose file is broken: the next older release that is allowed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from wherry.errors import AnswerTooLarge, IntegrityError, InvalidWheel, RefusedByIndex
from wherry.resolution.candidates import Candidates, Policy
from wherry.resolution.requirements import ProjectRequirement

if TYPE_CHECKING:
    from wherry.errors import WherryError
    from wherry.resolution.candidates import Candidate
    from wherry.resolution.problem import Problem
    from wherry.resolution.resolution import Pin, Resolution
    from wherry.resolution.snapshot import Snapshot

__all__ = ["name_older_release"]

GONE = frozenset({404, 410})


def name_older_release(error: WherryError, resolution: Resolution, problem: Problem, snapshot: Snapshot) -> None:
    """Add the next older release to the hint of ``error``, if that is about a file from an index."""
    if isinstance(error, InvalidWheel):
        subject = error.filename
    elif isinstance(error, IntegrityError):
        subject = error.subject
    elif isinstance(error, AnswerTooLarge) or (isinstance(error, RefusedByIndex) and error.status in GONE):
        subject = error.url
    else:
        return
    for pin in resolution.chosen:
        if pin.origin == "index" and pin.file is not None and subject in {pin.file.url, pin.file.filename}:
            older = _next_older(pin, problem, snapshot)
            if older is not None:
                error.hint += f"{', or ' if error.hint else ''}{_hint(pin, older)}"


def _next_older(pin: Pin, problem: Problem, snapshot: Snapshot) -> Candidate | None:
    """Return the candidate that would be chosen if the pinned release and all newer ones were missing."""
    wanted = [Requirement(reason.text).specifier for reason in pin.reasons if reason.parent != pin.name]
    requirements = [ProjectRequirement(pin.name, specifier) for specifier in (*wanted, _before(pin))]
    candidates = Candidates(problem, snapshot, Policy.AS_ASKED)
    found = candidates.select(pin.name, requirements)
    return next((one for one in found if one.file is not None and not candidates.refusal(one)), None)


def _before(pin: Pin) -> SpecifierSet:
    return SpecifierSet(f"<{Version(pin.version).public}")


def _hint(pin: Pin, older: Candidate) -> str:
    fact = f"{older.version} is the next older release with a wheel for this runtime"
    if pin.requested:
        instead = Requirement(pin.reasons[0].text)
        instead.specifier &= _before(pin)
        return f"ask for {instead}: {fact}"
    limit = f"{pin.name}{_before(pin)}"
    return f'add constraints=["{limit}"] (on the command line, --constraint "{limit}"): {fact}'

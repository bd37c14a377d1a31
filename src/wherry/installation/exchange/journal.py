"""Changes to files that can be taken back, also by another process than the one that began them.

All steps are written down before the first is taken; taking that list away is what makes the change final. Whether a
step has been taken shows in the files themselves, so nothing is written in between, and taking back can itself be
interrupted and begun again.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from wherry.formats.member_paths import path_problem
from wherry.installation.exchange.folders import copy_folder, take_away_folder

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

__all__ = ["Step", "carry_out", "has_journal", "recover"]

JOURNAL = "journal"
HEADER = "wherry journal 1"
CHECKSUM = 64  # hexadecimal digits of SHA-256


@dataclass(frozen=True, slots=True)
class Step:
    """One change to ``path`` (absolute).

    ``away`` moves the file there to ``aside``, ``place`` moves the one at ``aside`` there; the other end must be free.
    Where it is a folder that is placed, ``contents`` has the names of the files in it, by the folders below it (with a
    slash before each part). ``make`` makes a folder, ``empty`` removes one with nothing in it.
    """

    kind: Literal["away", "empty", "make", "place"]
    path: str
    aside: str = ""
    contents: Mapping[str, Sequence[str]] | None = None


def carry_out(steps: Sequence[Step], workshop: str, subject: str, confirm: Callable[[], None] = lambda: None) -> None:
    """Take all of ``steps`` in order, or none; ``subject`` tells another process what they are about.

    Once all are taken, ``confirm`` looks at the result; where it raises, they are taken back.

    What is set aside and what is to be placed lies in ``workshop``, a folder below the one that the paths are noted
    relative to. Where not even taking back works, the journal stays for :func:`recover`, and the error has a note.
    """
    journal = os.path.join(workshop, JOURNAL)
    _write(journal, _encode(steps, os.path.dirname(workshop), subject))
    try:
        for step in steps:
            _take(step)
        confirm()
        os.unlink(journal)
    except BaseException as error:
        if problems := _take_back(steps, journal):
            error.add_note(f"Not everything could be put back as it was: {'; '.join(problems)}")
        raise


def has_journal(workshop: str) -> bool:
    """Whether a change was begun in ``workshop`` that is neither done nor taken back."""
    return os.path.lexists(os.path.join(workshop, JOURNAL))


def recover(workshop: str, owns: Callable[[str], bool]) -> tuple[str, ...]:
    """Take back what an interrupted process began; return what there is to say of it, and raise nothing.

    A journal that is damaged, or names a file that ``owns`` does not know, is not followed: the workshop is kept under
    another name, with all that was set aside. Where taking back fails the journal stays.
    """
    if not has_journal(workshop):
        return ()
    try:
        subject, steps = _decode(os.path.join(workshop, JOURNAL), os.path.dirname(workshop), owns)
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        return (_set_aside(workshop, error),)
    if problems := _take_back(steps, os.path.join(workshop, JOURNAL)):
        place = f"what it moved away is in {workshop}"
        return (f"{subject} was interrupted, and could not be taken back ({'; '.join(problems)}); {place}",)
    shutil.rmtree(workshop, ignore_errors=True)
    return (f"{subject} was interrupted, and has been taken back",)


def _set_aside(workshop: str, error: Exception) -> str:
    kept, number = f"{workshop}-damaged", 1
    while os.path.lexists(kept):
        kept, number = f"{workshop}-damaged-{number}", number + 1
    try:
        os.rename(workshop, kept)
    except OSError:
        kept = workshop
    return (
        f"A change was interrupted, and its journal cannot be followed ({error}): nothing was touched, "
        f"what it moved away is in {kept}, and wherry.check() tells what is missing"
    )


def _take(step: Step) -> None:
    if step.kind == "make":
        os.mkdir(step.path)
    elif step.kind == "empty":
        os.rmdir(step.path)
    elif step.kind == "away":
        _move(step.path, step.aside)
    else:
        _place(step)


def _take_back(steps: Sequence[Step], journal: str) -> list[str]:
    """Undo those of ``steps`` that were taken, then end the journal; return what went wrong, in which case it stays."""
    problems = []
    replaced = {step.path for step in steps if step.kind == "away"}
    for step in reversed(steps):
        try:
            _undo(step, replaced)
        except OSError as error:
            # The rest can still be put back.
            problems.append(str(error))
    if not problems:
        try:
            os.unlink(journal)
        except OSError as error:
            problems.append(str(error))
    return problems


def _undo(step: Step, replaced: Collection[str]) -> None:
    if step.kind == "place":
        _take_away(step, replaced)
    elif step.kind == "away":
        if os.path.lexists(step.aside):
            os.makedirs(os.path.dirname(step.path), exist_ok=True)
            _move(step.aside, step.path)
    elif step.kind == "empty":
        os.makedirs(step.path, exist_ok=True)
    # Somebody else may have put something into the folder by now.
    elif os.path.isdir(step.path) and not os.listdir(step.path):
        os.rmdir(step.path)


def _take_away(step: Step, replaced: Collection[str]) -> None:
    """Remove what was placed, unless what was there before takes its place anyway."""
    if os.path.lexists(half := _beside(step.path)):
        os.unlink(half) if step.contents is None else shutil.rmtree(half)
    if os.path.lexists(step.aside) or not os.path.lexists(step.path):
        return
    if step.contents is not None:
        take_away_folder(step.path, step.aside, step.contents)
        return
    if step.path in replaced:
        return
    try:
        os.rename(step.path, step.aside)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        os.unlink(step.path)


def _move(source: str, target: str) -> None:
    try:
        os.rename(source, target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        # Another file system: the target must be whole before it shows, and the source stays until it does.
        shutil.copy2(source, _beside(target), follow_symlinks=False)
        os.rename(_beside(target), target)
        os.unlink(source)


def _place(step: Step) -> None:
    source, target = step.aside, step.path
    try:
        os.rename(source, target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        # The source goes first: that it is gone must mean that whatever is at the target is what was placed.
        if step.contents is None:
            shutil.copy2(source, _beside(target), follow_symlinks=False)
            os.unlink(source)
        else:
            copy_folder(source, _beside(target))
            os.rename(source, f"{source}.copied")
        os.rename(_beside(target), target)


def _beside(path: str) -> str:
    folder, name = os.path.split(path)
    return os.path.join(folder, f".wherry-{name}")


def _write(journal: str, text: str) -> None:
    # Under another name first: a journal is whole as soon as it is one.
    with open(f"{journal}.part", "wb", 0) as file:
        file.write(text.encode("ascii"))
    os.rename(f"{journal}.part", journal)


def _encode(steps: Sequence[Step], root: str, subject: str) -> str:
    """Return the journal's text: one line each for the format, the steps, and the checksum of both."""
    lines = [[step.kind, _relative(step.path, root), _relative(step.aside, root), step.contents] for step in steps]
    text = f"{HEADER}\n{json.dumps({'subject': subject, 'steps': lines})}\n"
    return text + hashlib.sha256(text.encode()).hexdigest()


def _decode(journal: str, root: str, owns: Callable[[str], bool]) -> tuple[str, list[Step]]:
    with open(journal, encoding="utf-8") as file:
        text = file.read()
    body, checksum = text[:-CHECKSUM], text[-CHECKSUM:]
    header, _, content = body.partition("\n")
    if header != HEADER or checksum != hashlib.sha256(body.encode()).hexdigest():
        raise ValueError("it is damaged")
    noted = json.loads(content)
    steps = [
        Step(kind, _absolute(path, root), _absolute(aside, root), contents)
        for kind, path, aside, contents in noted["steps"]
    ]
    for step in steps:
        if step.aside and not (owns(step.path) and owns(step.aside) and _stays_below(step.contents or {})):
            message = f"it names {step.path}, which is outside the installation"
            raise ValueError(message)
    return noted["subject"], steps


def _stays_below(contents: Mapping[str, Any]) -> bool:
    """Tell whether nothing in ``contents`` leads out of its folder."""
    paths = (f"{folder[1:]}/{name}".lstrip("/") for folder, names in contents.items() for name in names)
    return all(folder[:1] in {"", "/"} for folder in contents) and not any(map(path_problem, paths))


def _relative(path: str, root: str) -> str:
    # Mostly it is inside, and this is many times faster than relpath().
    inside = path.startswith(root + "/")
    return path[len(root) + 1 :] if inside or not path else os.path.relpath(path, root)


def _absolute(path: str, root: str) -> str:
    return os.path.normpath(os.path.join(root, path)) if path else ""

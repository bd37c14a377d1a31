"""Journal of file changes, which another process can roll back after an interruption.

All changes are written to the journal before the first is made; deleting the journal commits them. The files themselves
show whether a change was made, so nothing is written in between, and a rollback can itself be interrupted and repeated.
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

__all__ = ["Change", "carry_out", "has_journal", "recover"]

JOURNAL = "journal"
HEADER = "wherry journal 1"
CHECKSUM = 64  # hexadecimal digits of SHA-256


@dataclass(frozen=True, slots=True)
class Change:
    """One change to ``path`` (absolute).

    ``away`` moves the file at ``path`` to ``aside``; ``place`` moves the file or folder at ``aside`` to ``path``. The
    other end must be free. If a folder is placed, ``contents`` has the names of its files by subfolder (relative, with
    a slash before each part). ``make`` creates a folder, ``empty`` deletes an empty one.
    """

    kind: Literal["away", "empty", "make", "place"]
    path: str
    aside: str = ""
    contents: Mapping[str, Sequence[str]] | None = None


def carry_out(
    changes: Sequence[Change], staging_root: str, subject: str, confirm: Callable[[], None] = lambda: None
) -> None:
    """Make all of ``changes`` in order, or none; ``subject`` names them in the warnings of :func:`recover`.

    After the last change ``confirm`` is called; if it raises, the changes are rolled back.

    ``staging_root`` holds the files that are moved away and those to be placed; the journal notes paths relative to its
    parent folder. If the rollback fails, the journal stays for :func:`recover`, and the error has a note.
    """
    journal = os.path.join(staging_root, JOURNAL)
    _write(journal, _encode(changes, os.path.dirname(staging_root), subject))
    try:
        for change in changes:
            _take(change)
        confirm()
        os.unlink(journal)
    except BaseException as error:
        if problems := _take_back(changes, journal):
            error.add_note(f"The changes could not be rolled back completely: {'; '.join(problems)}")
        raise


def has_journal(staging_root: str) -> bool:
    """Return whether ``staging_root`` has a journal of changes that are neither committed nor rolled back."""
    return os.path.lexists(os.path.join(staging_root, JOURNAL))


def recover(staging_root: str, owns: Callable[[str], bool]) -> tuple[str, ...]:
    """Roll back the changes of an interrupted process. Returns warnings; never raises.

    A journal that is damaged, or names a path for which ``owns`` is false, is not used: ``staging_root`` is kept under
    another name, with all files that were moved away. If the rollback fails, the journal stays.
    """
    if not has_journal(staging_root):
        return ()
    try:
        subject, changes = _decode(os.path.join(staging_root, JOURNAL), os.path.dirname(staging_root), owns)
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        return (_set_aside(staging_root, error),)
    if problems := _take_back(changes, os.path.join(staging_root, JOURNAL)):
        place = f"the files it moved away are in {staging_root}"
        return (f"{subject} was interrupted and could not be rolled back ({'; '.join(problems)}); {place}",)
    shutil.rmtree(staging_root, ignore_errors=True)
    return (f"{subject} was interrupted and has been rolled back",)


def _set_aside(staging_root: str, error: Exception) -> str:
    kept, number = f"{staging_root}-damaged", 1
    while os.path.lexists(kept):
        kept, number = f"{staging_root}-damaged-{number}", number + 1
    try:
        os.rename(staging_root, kept)
    except OSError:
        kept = staging_root
    return (
        f"A change was interrupted and its journal cannot be used ({error}); no file was touched. "
        f"The files it moved away are in {kept}; run wherry.check() to list the missing files"
    )


def _take(change: Change) -> None:
    if change.kind == "make":
        os.mkdir(change.path)
    elif change.kind == "empty":
        os.rmdir(change.path)
    elif change.kind == "away":
        _move(change.path, change.aside)
    else:
        _place(change)


def _take_back(changes: Sequence[Change], journal: str) -> list[str]:
    """Undo the ``changes`` that were made, then delete the journal; on failure keep it and return the problems."""
    problems = []
    replaced = {change.path for change in changes if change.kind == "away"}
    for change in reversed(changes):
        try:
            _undo(change, replaced)
        except OSError as error:
            # The other changes can still be undone.
            problems.append(str(error))
    if not problems:
        try:
            os.unlink(journal)
        except OSError as error:
            problems.append(str(error))
    return problems


def _undo(change: Change, replaced: Collection[str]) -> None:
    if change.kind == "place":
        _take_away(change, replaced)
    elif change.kind == "away":
        if os.path.lexists(change.aside):
            os.makedirs(os.path.dirname(change.path), exist_ok=True)
            _move(change.aside, change.path)
    elif change.kind == "empty":
        os.makedirs(change.path, exist_ok=True)
    # Another process may have added files to the folder.
    elif os.path.isdir(change.path) and not os.listdir(change.path):
        os.rmdir(change.path)


def _take_away(change: Change, replaced: Collection[str]) -> None:
    """Remove a placed file or folder, unless undoing an ``away`` change will overwrite it."""
    if os.path.lexists(half := _beside(change.path)):
        os.unlink(half) if change.contents is None else shutil.rmtree(half)
    if os.path.lexists(change.aside) or not os.path.lexists(change.path):
        return
    if change.contents is not None:
        take_away_folder(change.path, change.aside, change.contents)
        return
    if change.path in replaced:
        return
    try:
        os.rename(change.path, change.aside)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        os.unlink(change.path)


def _move(source: str, target: str) -> None:
    try:
        os.rename(source, target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        # Another file system: the target must be complete before it gets its name; the source stays until then.
        shutil.copy2(source, _beside(target), follow_symlinks=False)
        os.rename(_beside(target), target)
        os.unlink(source)


def _place(change: Change) -> None:
    source, target = change.aside, change.path
    try:
        os.rename(source, target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        # The source is removed first: a missing source must mean that the file at the target is the placed one.
        if change.contents is None:
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
    # Write under another name, then rename: a journal is complete as soon as it exists.
    with open(f"{journal}.part", "wb", 0) as file:
        file.write(text.encode("ascii"))
    os.rename(f"{journal}.part", journal)


def _encode(changes: Sequence[Change], root: str, subject: str) -> str:
    """Return the journal's text: one line each for the format, the changes, and the checksum of both."""
    lines = [
        [change.kind, _relative(change.path, root), _relative(change.aside, root), change.contents]
        for change in changes
    ]
    text = f"{HEADER}\n{json.dumps({'subject': subject, 'changes': lines})}\n"
    return text + hashlib.sha256(text.encode()).hexdigest()


def _decode(journal: str, root: str, owns: Callable[[str], bool]) -> tuple[str, list[Change]]:
    with open(journal, encoding="utf-8") as file:
        text = file.read()
    body, checksum = text[:-CHECKSUM], text[-CHECKSUM:]
    header, _, content = body.partition("\n")
    if header != HEADER or checksum != hashlib.sha256(body.encode()).hexdigest():
        raise ValueError("it is damaged")
    noted = json.loads(content)
    changes = [
        Change(kind, _absolute(path, root), _absolute(aside, root), contents)
        for kind, path, aside, contents in noted["changes"]
    ]
    for change in changes:
        if change.aside and not (owns(change.path) and owns(change.aside) and _stays_below(change.contents or {})):
            message = f"it names {change.path}, which is outside the installation"
            raise ValueError(message)
    return noted["subject"], changes


def _stays_below(contents: Mapping[str, Any]) -> bool:
    """Return whether all paths of ``contents`` stay inside their folder."""
    paths = (f"{folder[1:]}/{name}".lstrip("/") for folder, names in contents.items() for name in names)
    return all(folder[:1] in {"", "/"} for folder in contents) and not any(map(path_problem, paths))


def _relative(path: str, root: str) -> str:
    # Most paths are inside, and this is many times faster than relpath().
    inside = path.startswith(root + "/")
    return path[len(root) + 1 :] if inside or not path else os.path.relpath(path, root)


def _absolute(path: str, root: str) -> str:
    return os.path.normpath(os.path.join(root, path)) if path else ""

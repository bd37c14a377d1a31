"""Read the locks that a caller names or gives, and complete the files of a new one."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from wherry.errors import IntegrityError, InvalidLock, InvalidRequirement
from wherry.formats.nesting import load_json
from wherry.formats.pylock import read_lock, read_lock_document
from wherry.index.single_flight import together
from wherry.resolution.locks.lock import Lock
from wherry.resolution.locks.lock_file import LockFile

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection, Iterable, Sequence
    from os import PathLike

    from packaging.pylock import Pylock

    from wherry.index.client import IndexClient
    from wherry.index.documents import Document
    from wherry.model.project import ProjectFile

__all__ = ["GivenLock", "ReadLock", "open_lock", "with_hashes"]

GIVEN_TEXT = "the given lock"


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenLock:
    """A lock from JavaScript, ``lock``: its text, or its address.

    ``location`` is the address of a lock that is given as text. ``document_json`` is the text as parsed already, with
    neither dates nor times. ``begun`` are the URLs of transfers that have begun, and ``note`` is a warning.
    ``integrity`` is the SHA-256 that the lock must have, ``sha256-`` and the hash in Base64. It must meet
    ``requirements``, which ``asker`` has.
    """

    lock: str
    location: str = ""
    document_json: str = ""
    begun: Collection[str] = ()
    note: str = ""
    integrity: str = ""
    requirements: Sequence[str] = ()
    asker: str = ""


@dataclass(frozen=True, slots=True)
class ReadLock:
    """A lock that was read, the warnings of reading it, and how it was ``given``."""

    file: LockFile
    warnings: tuple[str, ...] = ()
    given: GivenLock | None = None


async def open_lock(
    lock: str | PathLike[str] | Lock | GivenLock, read: Callable[[str], Awaitable[Document]]
) -> ReadLock:
    """Read a lock that is given as text, by its path or by its URL, which ``read`` reads.

    A text has a line break, is empty, or is given with its location.

    Raises :class:`~wherry.errors.InvalidLock`, :class:`~wherry.errors.IntegrityError` and
    :class:`~wherry.errors.IndexUnavailable`.
    """
    if isinstance(lock, Lock):
        return ReadLock(lock.file)
    given = lock if isinstance(lock, GivenLock) else GivenLock(lock=_text(lock))
    text, name, location = given.lock, given.location or GIVEN_TEXT, given.location
    notes = [given.note] if given.note else []
    if text.strip() and "\n" not in text and not location:
        found = await read(text)
        name, location = found.name, found.address
        notes += [found.note] if found.note else []
        _compare(found.content, given.integrity, name)
        try:
            text = found.content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise InvalidLock(name, f"it is not text in UTF-8: {error.reason}") from error
    else:
        # A text that is not Unicode has another hash than any file.
        _compare(text.encode(errors="replace"), given.integrity, name)
    content, warnings = _parse(text, given.document_json, name)
    return ReadLock(LockFile(content, text, name, location), (*notes, *warnings), given)


def _compare(content: bytes, integrity: str, name: str) -> None:
    """Raise :class:`IntegrityError` if a lock has another hash than its caller gives."""
    if not integrity:
        return
    actual = f"sha256-{base64.b64encode(hashlib.sha256(content).digest()).decode()}"
    if actual != integrity:
        error = IntegrityError(name, integrity, actual)
        error.place = "its integrity in attach()"
        raise error


def _parse(text: str, document_json: str, name: str) -> tuple[Pylock, tuple[str, ...]]:
    if not document_json:
        return read_lock(text, name)
    try:
        document = load_json(document_json)
    except ValueError:
        # The text tells the line of the fault.
        return read_lock(text, name)
    return read_lock_document(document, text, name)


async def with_hashes(files: Iterable[ProjectFile], index: IndexClient) -> dict[str, ProjectFile]:
    """Return, by URL, the files that have no strong hash, with the hash and the size of what ``index`` downloads.

    Raises :class:`~wherry.errors.IndexUnavailable` and :class:`~wherry.errors.IntegrityError`.
    """
    found: dict[str, ProjectFile] = {}

    async def complete(file: ProjectFile) -> None:
        archive = await index.archive(file)
        hashes = {**file.hashes, "sha256": hashlib.sha256(archive).hexdigest()}
        found[file.url] = replace(file, hashes=hashes, size=len(archive))

    await together([complete(file) for file in files if file.strongest_hash is None])
    return found


def _text(lock: object) -> str:
    if isinstance(lock, str) or hasattr(lock, "__fspath__"):
        return str(lock)
    raise InvalidRequirement(f"lock={lock!r}", "give the text of a lock, its path or its URL")

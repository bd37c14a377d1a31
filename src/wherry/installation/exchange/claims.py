"""Files of installed distributions: their owners, and their changes since the installation."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING, NamedTuple

from wherry.errors import InvalidWheel, UninstallRefused
from wherry.formats.record import RecordEntry, digest_of, parse_record

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from wherry.installation.scheme import Scheme
    from wherry.model.distribution import InstalledDistribution

    ClaimsOn = Callable[[Collection[str]], Mapping[str, Sequence["Claim"]]]

__all__ = ["Claim", "changed_files", "claims_on", "differs", "files_of", "refuse_links"]


class Claim(NamedTuple):
    """The line for a file in the RECORD of ``owner``."""

    owner: InstalledDistribution
    entry: RecordEntry


def files_of(distribution: InstalledDistribution, scheme: Scheme) -> dict[str, RecordEntry]:
    """Return the distribution's files by absolute path: those of its RECORD, and all of its ``.dist-info`` folder.

    Raises :class:`UninstallRefused` if RECORD is missing, or names a path outside the installation's folders.
    """
    if distribution.location is None:
        raise UninstallRefused(str(distribution), "the runtime itself provides it")
    try:
        with open(os.path.join(distribution.location, "RECORD"), encoding="utf-8", newline="") as file:
            entries = parse_record(file.read(), filename=os.path.basename(distribution.location))
    except (OSError, UnicodeDecodeError, InvalidWheel) as error:
        raise UninstallRefused(str(distribution), f"its RECORD cannot be read ({error})") from error
    site_packages = os.path.dirname(distribution.location)
    files = {os.path.normpath(os.path.join(site_packages, entry.path)): entry for entry in entries}
    for path in files:
        if not scheme.owns(path):
            raise UninstallRefused(str(distribution), f"its RECORD points to {path}, outside the installation")
    # Pyodide's own installer adds files to this folder that it does not record. If they stayed, the folder would
    # look like a distribution.
    for folder, _, names in os.walk(distribution.location):
        for name in names:
            path = os.path.join(folder, name)
            files.setdefault(path, RecordEntry(path))
    return files


def claims_on(
    paths: Collection[str], installed: Iterable[InstalledDistribution], scheme: Scheme
) -> dict[str, list[Claim]]:
    """Return the lines for ``paths`` in the RECORDs of ``installed``, by path; unreadable RECORDs are skipped."""
    claims: dict[str, list[Claim]] = {}
    for distribution in installed if paths else ():
        try:
            files = files_of(distribution, scheme)
        except UninstallRefused:
            continue
        for path in files.keys() & paths:
            claims.setdefault(path, []).append(Claim(distribution, files[path]))
    return claims


def refuse_links(distribution: InstalledDistribution, files: Iterable[str], scheme: Scheme) -> None:
    """Raise :class:`UninstallRefused` if a folder of ``files`` is a link that leads out of the installation."""
    for folder in sorted({os.path.dirname(path) for path in files}):
        if (leads := scheme.leads_out(folder)) is not None:
            reason = f"{folder}, which its RECORD names, leads to {leads}, outside the installation"
            raise UninstallRefused(str(distribution), reason)


def changed_files(distribution: InstalledDistribution, files: Mapping[str, RecordEntry]) -> list[str]:
    """Return those of ``files`` that exist and were changed since the installation, by their hashes in RECORD.

    The ``.dist-info`` folder is left out, because none of it may stay; so is bytecode, which Python may have rewritten.
    """
    info = f"{distribution.location}/"
    return [
        path
        for path, entry in files.items()
        if entry.digest and not path.startswith(info) and not path.endswith(".pyc") and differs(path, entry)
    ]


def differs(path: str, entry: RecordEntry) -> bool:
    """Return whether the size or hash of the file at ``path`` differs from ``entry``; false if unreadable."""
    if entry.algorithm not in hashlib.algorithms_available:
        return False
    try:
        # Most changes alter the size; then the file need not be read.
        if entry.size is not None and os.stat(path).st_size != entry.size:
            return True
        with open(path, "rb", 0) as file:
            content = file.read()
    except OSError:
        return False
    return digest_of(content, entry) != entry.digest

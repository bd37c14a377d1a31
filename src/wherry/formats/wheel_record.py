"""Compare RECORD with its wheel: it must have one line with a strong hash for each file, and no others."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING

from wherry.errors import InvalidWheel
from wherry.formats.member_paths import path_problem
from wherry.formats.record import PROTECTING, parse_record
from wherry.formats.wording import shorten, some
from wherry.model.hashes import STRONGEST_FIRST

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from wherry.formats.record import RecordEntry

__all__ = ["match_record", "read_wheel_record"]

SHORTEST_DIGEST = 22  # characters, 16 bytes: for algorithms without a fixed length


def read_wheel_record(
    text: str, sizes: Mapping[str, int], unlisted: Collection[str], *, filename: str, warnings: list[str]
) -> dict[str, RecordEntry]:
    """Return the lines of RECORD by the path of their member.

    ``sizes`` maps the paths of all members to sizes in bytes, including folders, which end with a slash. ``unlisted``
    are members that need no line. ``warnings`` receives harmless faults. Raise :class:`~wherry.errors.InvalidWheel`
    with all other problems.
    """
    entries = parse_record(text, filename=filename, warnings=warnings)
    problems: list[str] = []
    record = match_record(entries, sizes, unlisted, problems, warnings)
    if problems:
        raise InvalidWheel(filename, problems)
    return record


def match_record(
    entries: Sequence[RecordEntry],
    sizes: Mapping[str, int],
    unlisted: Collection[str],
    problems: list[str],
    warnings: list[str],
) -> dict[str, RecordEntry]:
    """Match lines with members (see :func:`read_wheel_record`)."""
    files = {path: size for path, size in sizes.items() if path[-1:] != "/" and path not in unlisted}
    usual = [entry for entry in entries if entry.path not in unlisted]
    # Nearly all RECORDs are so, and this check takes a fraction of the time.
    is_same = len(usual) == len(files) and {entry.path: entry.size for entry in usual} == files
    if is_same and {entry.algorithm for entry in usual} <= {*STRONGEST_FIRST}:
        return {entry.path: entry for entry in usual}
    matching = _Matching(files, sorted(sizes), unlisted, problems)
    for entry in entries:
        matching.match(entry)
    problems += (f"{path} is not in RECORD" for path in files if path not in matching.listed)
    warnings += matching.warnings()
    return matching.listed


class _Matching:
    """The lines matched so far; ``paths`` are those of all members, sorted."""

    def __init__(
        self, files: Mapping[str, int], paths: Sequence[str], unlisted: Collection[str], problems: list[str]
    ) -> None:
        self.listed: dict[str, RecordEntry] = {}
        self._files = files
        self._paths = paths
        self._unlisted = unlisted
        self._problems = problems
        self._respelled: list[str] = []
        self._folders: list[str] = []

    def match(self, entry: RecordEntry) -> None:
        path = entry.path
        if path not in self._files and path not in self._unlisted:
            path = self._respell(entry)
        if path in self._unlisted:
            return
        if path not in self._files and self._is_folder(path):
            self._folders.append(entry.path)
            if entry.size:
                self._problems.append(f"RECORD gives the folder {shorten(entry.path)} a size")
            return
        entry = entry._replace(path=path)
        # Some backends list a file twice; both lines must be the same.
        if self.listed.setdefault(path, entry) != entry:
            self._problems.append(f"RECORD lists {shorten(path)} twice")
        elif problem := _problem(entry, self._files.get(path)):
            self._problems.append(problem)

    def warnings(self) -> list[str]:
        """Return a warning for each kind of harmless fault."""
        rare = sorted({entry.algorithm for entry in self.listed.values()}.difference(STRONGEST_FIRST))
        kinds = {
            "lists folders": self._folders,
            "has paths in another spelling": self._respelled,
            "has hashes of rare algorithms": rare,
        }
        return [f"its RECORD {kind}: {some(found)}" for kind, found in kinds.items() if found]

    def _respell(self, entry: RecordEntry) -> str:
        """Return the path of the member that the line means, or the line's own path if there is none."""
        parts = entry.path.replace("\\", "/").split("/")
        path = "/".join([part for part in parts if part not in {"", "."}])
        if (path in self._files and entry.digest) or path in self._unlisted:
            self._respelled.append(entry.path)
            return path
        return path if self._is_folder(path) else entry.path

    def _is_folder(self, path: str) -> bool:
        prefix = path.rstrip("/") + "/"
        index = bisect_left(self._paths, prefix)
        return index < len(self._paths) and self._paths[index].startswith(prefix)


def _problem(entry: RecordEntry, size: int | None) -> str | None:
    if size is None:
        escape = path_problem(entry.path)
        return (
            f"RECORD lists {shorten(entry.path)!r}, which {escape}"
            if escape
            else f"RECORD lists {shorten(entry.path)}, which is missing"
        )
    is_short = entry.algorithm.startswith("shake") and len(entry.digest) < SHORTEST_DIGEST
    if entry.algorithm not in PROTECTING or is_short:
        return f"RECORD has no SHA-256 or stronger hash of {entry.path}"
    if entry.size not in {None, size}:
        return f"{entry.path} is not the file that RECORD lists: it has {size} bytes instead of {entry.size}"
    return None

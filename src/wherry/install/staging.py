"""Unpacking wheels aside: every file verified and written, none of them visible yet."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from wherry.errors import InstallConflict, InvalidWheel
from wherry.formats.record import RecordEntry, write_record

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from wherry.formats.wheel_archive import WheelArchive
    from wherry.install.destination import Delivery
    from wherry.install.scheme import Scheme

__all__ = ["StagedFile", "stage"]

INSTALLER = "wherry"


@dataclass(frozen=True, slots=True)
class StagedFile:
    """A file written to ``path`` that belongs at ``target``; ``owner`` is the wheel's filename."""

    path: str
    target: str
    owner: str


def stage(deliveries: Sequence[Delivery], scheme: Scheme, folder: str) -> list[StagedFile]:
    """Unpack ``deliveries`` below ``folder``; raises :class:`InvalidWheel` and :class:`InstallConflict`."""
    staged: dict[str, StagedFile] = {}
    os.makedirs(folder, exist_ok=True)
    for delivery in deliveries:
        for target, content in _files(delivery, scheme):
            if target in staged:
                raise InstallConflict(target, staged[target].owner, delivery.wheel.filename)
            path = os.path.join(folder, str(len(staged)))
            _write(path, content, executable=target.startswith(scheme.scripts + "/"))
            staged[target] = StagedFile(path, target, delivery.wheel.filename)
    return list(staged.values())


def _write(path: str, content: bytes, *, executable: bool) -> None:
    # Unbuffered: the content is whole, and this is several times faster in Emscripten's file system.
    with open(path, "wb", 0) as file:
        file.write(content)
    if executable:
        os.chmod(path, 0o755)  # noqa: S103 - as the specification has it for scripts


def _files(delivery: Delivery, scheme: Scheme) -> Iterator[tuple[str, bytes]]:
    """Yield target paths and contents: the wheel's files, then what records the installation."""
    wheel = delivery.wheel
    entries = []
    for entry, content in wheel.contents():
        target = _target(entry.path, wheel, scheme)
        entries.append(_recorded(entry, target, scheme))
        yield target, content
    for name, text in _notes(delivery).items():
        path = f"{wheel.dist_info}/{name}"
        entries.append(RecordEntry(path, size=len(text)))
        yield os.path.join(scheme.site_packages, path), text.encode()
    record = f"{wheel.dist_info}/RECORD"
    entries.append(RecordEntry(record))
    yield os.path.join(scheme.site_packages, record), write_record(entries).encode()


def _target(path: str, wheel: WheelArchive, scheme: Scheme) -> str:
    """Return where a member belongs: site-packages, or where the scheme puts its ``.data`` part."""
    if not path.startswith(wheel.data_folder + "/"):
        return os.path.join(scheme.site_packages, path)
    part, _, rest = path.removeprefix(wheel.data_folder + "/").partition("/")
    folder = scheme.folder(part)
    if folder is None or not rest:
        raise InvalidWheel(wheel.filename, [f"{path} is of an unknown .data scheme"])
    return os.path.join(folder, rest)


def _recorded(entry: RecordEntry, target: str, scheme: Scheme) -> RecordEntry:
    path = os.path.relpath(target, scheme.site_packages)
    return RecordEntry(path, entry.algorithm, entry.digest, entry.size)


def _notes(delivery: Delivery) -> dict[str, str]:
    """Return the files that tell of the installation itself (PEP 376, 627)."""
    return {"INSTALLER": f"{INSTALLER}\n"} | ({"REQUESTED": ""} if delivery.requested else {})

"""Write a wheel again, without some of its files and with the bytecode of its modules.

Bytecode is either beside the source, where Python caches it (PEP 3147), or in its place, where Python imports it as a
module. RECORD lists the new files, so that any installer accepts the wheel. The same input gives the same bytes.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from wherry.formats.module_names import module_name
from wherry.formats.record import RecordEntry, encode_digest, write_record

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Generator, Mapping
    from typing import TypeAlias

    from wherry.formats.wheel_archive import WheelArchive

    # Takes source code and its path relative to site-packages; returns None for code that cannot be compiled.
    Compile: TypeAlias = Callable[[bytes, str], bytes | None]

__all__ = ["Bytecode", "Rewriting", "installed_paths"]

Bytecode = Literal["beside", "only", "none"]

CACHE = "__pycache__"
LIBRARIES = frozenset({"purelib", "platlib"})
# No time is recorded. This is the earliest that an archive can state.
NO_TIME = (1980, 1, 1, 0, 0, 0)
EXECUTABLE = 0o111 << 16
COMPILING = 0.6  # of the time; the rest is for compression


def installed_paths(wheel: WheelArchive) -> dict[str, str]:
    """Return the paths of a wheel's files relative to site-packages, by their paths in the archive.

    Paths of other ``.data`` parts than modules are relative to the folder of that part. The ``.dist-info`` folder is
    left out.
    """
    found = {}
    for path in wheel.archive.files:
        if not path.startswith(f"{wheel.dist_info}/"):
            part = wheel.data_part(path)
            found[path] = path if part is None else part[1]
    return found


@dataclass(slots=True)
class Rewriting:
    """The files of a new wheel. ``compiled_as`` is the tag of the bytecode, such as ``cpython-314``.

    ``compile`` is called with the sources that ``is_wanted`` accepts by their places. ``sources`` lists the files of
    source code without bytecode though it is wanted: they cannot be compiled, or not be imported by name.
    """

    wheel: WheelArchive
    bytecode: Bytecode
    compiled_as: str
    compile: Compile
    is_wanted: Callable[[str], bool] = lambda _: True
    sources: list[str] = field(default_factory=list)
    _contents: dict[str, bytes] = field(default_factory=dict)
    _made: list[str] = field(default_factory=list)

    def write(self, excluded: Collection[str]) -> Generator[float, None, bytes]:
        """Return the new archive, without the members ``excluded``; the given archive if nothing would change.

        Yield the share that is done (0 to 1) after each file. Raises :class:`~wherry.errors.InvalidWheel` for a file
        that differs from RECORD.
        """
        wheel = self.wheel
        places = installed_paths(wheel)
        for done, path in enumerate(wheel.record, 1):
            content = wheel.read(path)
            if path not in excluded:
                self._add(path, content, places.get(path, ""))
            yield COMPILING * done / len(wheel.record)
        if self._contents.keys() == wheel.record.keys() and all(map(self._is_old, self._made)):
            return wheel.archive.content
        return (yield from _archive(self._contents, f"{wheel.dist_info}/RECORD", wheel.archive.content))

    def _add(self, path: str, content: bytes, place: str) -> None:
        if self.bytecode == "none" or not place or not self._is_of_modules(path):
            self._contents[path] = content
            return
        folder, _, name = path.rpartition("/")
        if name.endswith(".pyc"):
            # Bytecode of the source that is there is made anew.
            source = _source_of(folder, name)
            if source not in self.wheel.record:
                self._contents[path] = content
        elif name.endswith(".py"):
            self._compile(path, content, place)
        else:
            self._contents[path] = content

    def _compile(self, path: str, source: bytes, place: str) -> None:
        if not self.is_wanted(place):
            self._contents[path] = source
            return
        # Other files than modules may be meant to be read.
        bytecode = self.compile(source, place) if module_name(place) else None
        if bytecode is not None and self.bytecode == "only":
            self._add_made(f"{path}c", bytecode)
            return
        self._contents[path] = source
        if bytecode is not None:
            folder, slash, name = path.rpartition("/")
            stem = name.removesuffix(".py")
            self._add_made(f"{folder}{slash}{CACHE}/{stem}.{self.compiled_as}.pyc", bytecode)
        else:
            self.sources.append(place)

    def _add_made(self, path: str, bytecode: bytes) -> None:
        self._contents[path] = bytecode
        self._made.append(path)

    def _is_old(self, path: str) -> bool:
        return self.wheel.read(path) == self._contents[path]

    def _is_of_modules(self, path: str) -> bool:
        part = self.wheel.data_part(path)
        return part is None or part[0] in LIBRARIES


def _source_of(folder: str, name: str) -> str:
    """Return the path of the source of the bytecode ``name`` in ``folder``."""
    stem = name.removesuffix(".pyc")
    if folder == CACHE or folder.endswith(f"/{CACHE}"):
        folder, stem = folder.removesuffix(CACHE).rstrip("/"), stem.partition(".")[0]
    return f"{folder}/{stem}.py" if folder else f"{stem}.py"


def _archive(contents: Mapping[str, bytes], record: str, before: bytes) -> Generator[float, None, bytes]:
    """Return an archive of ``contents`` and their ``record``; files that were executable ``before`` stay so."""
    entries = [_entry(path, content) for path, content in contents.items()]
    lines = write_record([*entries, RecordEntry(record)]).encode()
    with zipfile.ZipFile(io.BytesIO(before)) as archive:
        executable = {one.filename for one in archive.infolist() if one.external_attr & EXECUTABLE}
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for done, (path, content) in enumerate([*contents.items(), (record, lines)], 1):
            member = zipfile.ZipInfo(path, NO_TIME)
            member.create_system = 3  # so that the mode counts
            member.external_attr = (0o100755 if path in executable else 0o100644) << 16
            archive.writestr(member, content, zipfile.ZIP_DEFLATED, 9)
            yield COMPILING + (1 - COMPILING) * done / (len(contents) + 1)
    return buffer.getvalue()


def _entry(path: str, content: bytes) -> RecordEntry:
    return RecordEntry(path, "sha256", encode_digest(hashlib.sha256(content).digest()), len(content))

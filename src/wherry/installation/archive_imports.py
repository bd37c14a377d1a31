"""Import the modules of Python's own archive from kept code, and compile the others once.

``zipimport`` compiles each module twice: also to tell its filename, while its spec is made.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING
from zipimport import zipimporter

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import CodeType

    from wherry.installation.bytecode import Recorder

    FindCode = Callable[[str, bytes], CodeType | None]

__all__ = ["find_library", "import_from"]


def find_library() -> str | None:
    """Return the path of the archive with the standard library; ``None`` if Python has it in a folder."""
    known = sys.path_importer_cache
    return next((path for path in sys.path if isinstance(known.get(path), zipimporter)), None)


def import_from(archive: str, find_code: FindCode, recorder: Recorder) -> None:
    """Let Python import the modules of ``archive`` with code that ``find_code`` returns for a place and its source.

    What it does not return is compiled, and recorded.
    """

    def find(path: str) -> _ArchiveImporter:
        if path != archive and not path.startswith(f"{archive}/"):
            raise ImportError(path)
        return _ArchiveImporter(path, find_code, recorder)

    sys.path_hooks.insert(0, find)
    for path, finder in [*sys.path_importer_cache.items()]:
        if isinstance(finder, zipimporter) and finder.archive == archive:
            del sys.path_importer_cache[path]


class _ArchiveImporter(zipimporter):
    """Python's own importer, with other ways to a module's filename and code."""

    def __init__(self, path: str, find_code: FindCode, recorder: Recorder) -> None:
        super().__init__(path)
        self._find_code = find_code
        self._recorder = recorder
        self._last = ("", b"")

    def get_filename(self, fullname: str) -> str:
        """Return the path of a module's source."""
        path = self._path(fullname)
        return path if self._read(path) is not None else super().get_filename(fullname)

    def get_code(self, fullname: str) -> CodeType:
        """Return the code of a module."""
        path = self._path(fullname)
        source = self._read(path)
        if source is None:
            return super().get_code(fullname)
        self._last = ("", b"")
        code = self._find_code(path[len(self.archive) + 1 :], source)
        if code is None:
            code = compile(source, path, "exec", dont_inherit=True)
            self._recorder.record(path, source, code)
        return code

    def _path(self, fullname: str) -> str:
        stem = f"{self.archive}/{self.prefix}{fullname.rpartition('.')[2]}"
        return f"{stem}/__init__.py" if self.is_package(fullname) else f"{stem}.py"

    def _read(self, path: str) -> bytes | None:
        """Return a source, which is read once for the filename and the code; ``None`` if there is only bytecode."""
        if self._last[0] != path:
            try:
                self._last = (path, self.get_data(path))
            except OSError:
                return None
        return self._last[1]

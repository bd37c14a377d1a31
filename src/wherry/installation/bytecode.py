"""Record the bytecode of the modules that Python compiles, so that it can be kept.

A later visit finds it in ``__pycache__``: https://docs.python.org/3/reference/import.html#cached-bytecode-invalidation
"""

from __future__ import annotations

import hashlib
import marshal
import os
import sys
from functools import partial
from importlib.machinery import (
    BYTECODE_SUFFIXES,
    EXTENSION_SUFFIXES,
    SOURCE_SUFFIXES,
    ExtensionFileLoader,
    FileFinder,
    SourceFileLoader,
    SourcelessFileLoader,
)
from typing import TYPE_CHECKING, NamedTuple, cast

from wherry.formats.record import encode_digest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import CodeType
    from typing import Any

__all__ = ["CompiledModule", "Recorder"]


class CompiledModule(NamedTuple):
    """A module's bytecode.

    ``place`` is the path of its source relative to site-packages, ``digest`` the SHA-256 of its source in RECORD's
    notation, and ``code`` its marshalled code, without the header of a ``.pyc`` file.
    """

    place: str
    digest: str
    code: bytes


class Recorder:
    """Records what is compiled from the sources below ``folder``, and calls ``recorded`` each time."""

    def __init__(self, folder: str, recorded: Callable[[], object]) -> None:
        self._folder = folder
        self._recorded = recorded
        self._modules: dict[str, tuple[bytes, CodeType]] = {}

    def start(self) -> None:
        """Let Python import modules below the folder with a loader that records. A second call does nothing."""
        if self._find in sys.path_hooks:
            return
        sys.path_hooks.insert(0, self._find)
        # Finders that exist already have Python's own loader.
        for path, finder in [*sys.path_importer_cache.items()]:
            if self._covers(path) and (finder is None or isinstance(finder, FileFinder)):
                del sys.path_importer_cache[path]

    def take(self) -> Iterator[CompiledModule]:
        """Yield the modules recorded since the last call; those recorded meanwhile, too."""
        while self._modules:
            path, (source, code) = self._modules.popitem()
            digest = encode_digest(hashlib.sha256(source).digest())
            try:
                marshalled = marshal.dumps(code)
            except ValueError:
                continue  # It is too deep for that.
            yield CompiledModule(path[len(self._folder) + 1 :], digest, marshalled)

    def record(self, path: str, source: bytes, code: CodeType) -> None:
        """Record the code of the module at ``path``."""
        self._modules[path] = source, code
        self._recorded()

    def _find(self, path: str) -> FileFinder:
        """Return the finder of a folder. As a path hook, raise ``ImportError`` for others."""
        if not self._covers(path) or not os.path.isdir(path):
            raise ImportError(path)
        return FileFinder(
            path,
            (ExtensionFileLoader, EXTENSION_SUFFIXES),
            (cast("type[SourceFileLoader]", partial(_RecordingLoader, self)), SOURCE_SUFFIXES),
            (SourcelessFileLoader, BYTECODE_SUFFIXES),
        )

    def _covers(self, path: str) -> bool:
        return path == self._folder or path.startswith(f"{self._folder}/")


class _RecordingLoader(SourceFileLoader):
    """Python's own loader, which shows its code to a recorder."""

    def __init__(self, recorder: Recorder, fullname: str, path: str) -> None:
        super().__init__(fullname, path)
        self._recorder = recorder

    def source_to_code(  # type: ignore[override]  # Python calls it on the loader
        self,
        data: Any,  # noqa: ANN401 - as in Python's own
        path: Any,  # noqa: ANN401
        *arguments: Any,  # noqa: ANN401
        **options: Any,  # noqa: ANN401
    ) -> CodeType:
        """Compile a source."""
        code = super().source_to_code(data, path, *arguments, **options)
        # Tools may pass a changed tree, another path or another optimization.
        if isinstance(data, bytes) and path == self.path and not arguments and not options:
            self._recorder.record(path, data, code)
        return code

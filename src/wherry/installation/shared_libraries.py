"""Check that shared libraries will load, before any file is written: one failed import breaks the loader.

Emscripten's loader looks for a needed library in the folders that the module itself names, then along LD_LIBRARY_PATH.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from wherry.errors import UnsupportedWheel
from wherry.formats.dylink import head_size, read_linking
from wherry.installation.staging.targets import target_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from wherry.formats.dylink import Linking
    from wherry.formats.wheel_archive import WheelArchive
    from wherry.installation.destination import Delivery, SharedLibrary
    from wherry.installation.scheme import Scheme

__all__ = ["Loader", "find_unloadable", "library_folders", "library_paths"]

SHARED_LIBRARY = re.compile(r"\.so(\.\d+)*$")
EXTENSION_MODULE = re.compile(r"\.((cpython|pypy|graalpy)[\w-]*|abi3t?)\.so$")  # PEP 3149
HEAD = 4096  # bytes; the section is seldom longer
WEBASSEMBLY = b"\0asm"
FOREIGN = {
    b"\x7fELF": "is an ELF library, made for Linux",
    b"\xcf\xfa\xed\xfe": "is a Mach-O library, made for macOS",
    b"\xca\xfe\xba\xbe": "is a Mach-O library, made for macOS",
    b"MZ": "is a DLL, made for Windows",
    WEBASSEMBLY: "is WebAssembly, but does not begin as a shared library does (with a dylink.0 section)",
}


@dataclass(frozen=True, slots=True)
class Loader:
    """The runtime's loader, before the arriving files are in place.

    ``folders`` is its search path; ``suffixes`` are those of the extension modules that this interpreter imports.
    ``stays`` tells whether a path is a file that stays, ``is_loaded`` whether a library of this name is loaded.
    ``offer`` returns the name of a package that may provide a library, or ``None``.
    """

    folders: Sequence[str]
    suffixes: Sequence[str]
    stays: Callable[[str], bool]
    is_loaded: Callable[[str], bool]
    offer: Callable[[str], str | None]


@dataclass(frozen=True, slots=True)
class _Library:
    """A file with the name of a shared library: ``path`` in the archive of ``owner``, installed at ``target``.

    ``head`` returns the first bytes (their number is its argument). ``is_foreign`` marks an extension module of another
    interpreter, which no import will load; ``may_be_anything`` marks one that may be for another platform.
    """

    owner: str
    path: str
    target: str
    head: Callable[[int], bytes]
    is_foreign: bool = False
    may_be_anything: bool = False


def find_unloadable(
    arriving: Sequence[Delivery], libraries: Sequence[SharedLibrary], scheme: Scheme, loader: Loader
) -> Iterator[UnsupportedWheel]:
    """Yield an error for each arriving library that the loader cannot load, first for those of other platforms.

    Raises :class:`~wherry.errors.InvalidWheel` where one is malformed.
    """
    needy = []
    for library in _libraries(arriving, libraries, scheme, loader.suffixes):
        linking = _linking(library)
        if isinstance(linking, UnsupportedWheel):
            yield linking
        elif linking is not None and linking.needed:
            needy.append((library, linking))
    if not needy:
        return
    targets = frozenset(_targets(arriving, libraries, scheme))
    folders = (*loader.folders, *library_folders(targets, scheme))
    for library, linking in needy:
        missing = [
            name
            for name in linking.needed
            if not any(place in targets or loader.stays(place) for place in _places(name, library, linking, folders))
            and not loader.is_loaded(name)
        ]
        if missing:
            reason = f"{library.path} needs {', '.join(missing)}, which the loader cannot find; "
            hint = _hint(missing[0], targets, loader)
            yield UnsupportedWheel(library.owner, reason + hint, [(name, library.path) for name in missing])


def library_paths(
    arriving: Sequence[Delivery], libraries: Sequence[SharedLibrary], scheme: Scheme, suffixes: Sequence[str]
) -> list[str]:
    """Return the paths of the arriving shared libraries, without those of other interpreters."""
    return [library.target for library in _libraries(arriving, libraries, scheme, suffixes) if not library.is_foreign]


def library_folders(paths: Iterable[str], scheme: Scheme) -> list[str]:
    """Return the folders of ``paths`` that tools create beside a package for its shared libraries: ``<name>.libs``."""
    folders = dict.fromkeys(map(os.path.dirname, paths))
    return [
        folder for folder in folders if folder.endswith(".libs") and os.path.dirname(folder) == scheme.site_packages
    ]


def _targets(arriving: Sequence[Delivery], libraries: Sequence[SharedLibrary], scheme: Scheme) -> Iterator[str]:
    for delivery in arriving:
        for path in delivery.wheel.record:
            yield target_of(path, delivery.wheel, scheme)
    for library in libraries:
        for path in library.contents:
            yield os.path.join(scheme.libraries, path)


def _libraries(
    arriving: Sequence[Delivery], libraries: Sequence[SharedLibrary], scheme: Scheme, suffixes: Sequence[str]
) -> Iterator[_Library]:
    for delivery in arriving:
        for path in filter(_is_shared_library, delivery.wheel.record):
            yield _of_wheel(path, delivery.wheel, scheme, suffixes)
    for library in libraries:
        for path, content in library.contents.items():
            if _is_shared_library(path):
                head = partial(_first, content)
                yield _Library(library.name, path, os.path.join(scheme.libraries, path), head)


def _is_shared_library(path: str) -> bool:
    # Few files are shared libraries, and a search for the letters is much faster than the pattern.
    return ".so" in path and SHARED_LIBRARY.search(path) is not None


def _of_wheel(path: str, wheel: WheelArchive, scheme: Scheme, suffixes: Sequence[str]) -> _Library:
    may_be_anything = wheel.filename.endswith("-any.whl")
    is_foreign = False
    if tag := EXTENSION_MODULE.search(path):
        module = path[: tag.start()]
        is_foreign = tag[0] not in suffixes
        # A wheel for several platforms has the same module in other forms; a wheel with a wrong tag does not.
        may_be_anything = is_foreign and any(f"{module}{suffix}" in wheel.record for suffix in (*suffixes, ".py"))
    head = partial(wheel.head, path)
    return _Library(wheel.filename, path, target_of(path, wheel, scheme), head, is_foreign, may_be_anything)


def _first(content: bytes, size: int) -> bytes:
    return content[:size]


def _linking(library: _Library) -> Linking | UnsupportedWheel | None:
    """Read the names of the libraries that a library needs.

    Return an error for a file that is not a library, and ``None`` for one that will never be loaded.
    """
    head = library.head(HEAD)
    if library.is_foreign and head.startswith(WEBASSEMBLY):
        return None
    size = head_size(head)
    if size is None:
        if library.may_be_anything:
            return None
        found = (description for magic, description in FOREIGN.items() if head.startswith(magic))
        return UnsupportedWheel(library.owner, f"{library.path} {next(found, 'is not a shared library')}")
    if size > len(head):
        head = library.head(size)
    return read_linking(head, path=library.path, filename=library.owner)


def _places(name: str, library: _Library, linking: Linking, folders: Iterable[str]) -> Iterator[str]:
    """Yield the paths where the loader looks for ``name`` when it loads ``library``."""
    if name.startswith("/"):
        yield name
    if "/" in name:
        return
    origin = os.path.dirname(library.target)
    # The loader expands $ORIGIN only at the start of an entry, and before it splits entries.
    entries = [
        path.replace("$ORIGIN", origin, 1) if path.startswith("$ORIGIN") else path for path in linking.runtime_paths
    ]
    for folder in (*":".join(entries).split(":"), *folders):
        if folder.startswith("/"):
            yield os.path.normpath(os.path.join(folder, name))


def _hint(name: str, targets: Iterable[str], loader: Loader) -> str:
    base = os.path.basename(name)
    if misplaced := next((target for target in targets if os.path.basename(target) == base), None):
        return f"it would be at {misplaced}, outside of the RPATH: ask the project for a repaired wheel"
    if package := loader.offer(base):
        return f"install {package} first, which may provide it"
    return "install the package that provides it first, or ask the project for a wheel that includes it"

"""Whether shared libraries will load: asked before a byte is written, for one failed import spoils the loader.

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
    """What the runtime's loader finds besides what arrives.

    ``folders`` is its search path, ``suffixes`` are those of the extension modules that this interpreter imports.
    ``stays`` tells whether a path is a file and will be, ``is_loaded`` whether a library of this name is loaded, and
    ``offer`` names a package that may bring it, if any.
    """

    folders: Sequence[str]
    suffixes: Sequence[str]
    stays: Callable[[str], bool]
    is_loaded: Callable[[str], bool]
    offer: Callable[[str], str | None]


@dataclass(frozen=True, slots=True)
class _Library:
    """A file that is a shared library by its name: ``path`` in the archive ``owner``, ``target`` where it will be.

    ``head`` returns the first so many bytes. No import will look at what ``is_foreign``, an extension module of
    another interpreter; and what ``may_be_anything`` may be a library of another platform that some code carries along.
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
    """Yield an error for each arriving library that will not load, first for those that are made for something else.

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
            reason = f"{library.path} needs {', '.join(missing)}, which the loader would not find; "
            hint = _hint(missing[0], targets, loader)
            yield UnsupportedWheel(library.owner, reason + hint, [(name, library.path) for name in missing])


def library_paths(
    arriving: Sequence[Delivery], libraries: Sequence[SharedLibrary], scheme: Scheme, suffixes: Sequence[str]
) -> list[str]:
    """Return where the arriving shared libraries will be, those of other interpreters left out."""
    return [library.target for library in _libraries(arriving, libraries, scheme, suffixes) if not library.is_foreign]


def library_folders(paths: Iterable[str], scheme: Scheme) -> list[str]:
    """Return the folders of ``paths`` that tools put shared libraries into, beside the package: ``<name>.libs``."""
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
    # Few are, and looking for the letters first takes a fraction of the time.
    return ".so" in path and SHARED_LIBRARY.search(path) is not None


def _of_wheel(path: str, wheel: WheelArchive, scheme: Scheme, suffixes: Sequence[str]) -> _Library:
    may_be_anything = wheel.filename.endswith("-any.whl")
    is_foreign = False
    if tag := EXTENSION_MODULE.search(path):
        module = path[: tag.start()]
        is_foreign = tag[0] not in suffixes
        # A wheel for several platforms has the same module in other forms; one with a wrong tag has not.
        may_be_anything = is_foreign and any(f"{module}{suffix}" in wheel.record for suffix in (*suffixes, ".py"))
    head = partial(wheel.head, path)
    return _Library(wheel.filename, path, target_of(path, wheel, scheme), head, is_foreign, may_be_anything)


def _first(content: bytes, size: int) -> bytes:
    return content[:size]


def _linking(library: _Library) -> Linking | UnsupportedWheel | None:
    """Read what a library needs; return an error for what is none, ``None`` for what will never be loaded."""
    head = library.head(HEAD)
    if library.is_foreign and head.startswith(WEBASSEMBLY):
        return None
    size = head_size(head)
    if size is None:
        if library.may_be_anything:
            return None
        found = (what for magic, what in FOREIGN.items() if head.startswith(magic))
        return UnsupportedWheel(library.owner, f"{library.path} {next(found, 'is no shared library')}")
    if size > len(head):
        head = library.head(size)
    return read_linking(head, path=library.path, filename=library.owner)


def _places(name: str, library: _Library, linking: Linking, folders: Iterable[str]) -> Iterator[str]:
    """Yield where the loader will look for ``name``, on behalf of ``library``."""
    if name.startswith("/"):
        yield name
    if "/" in name:
        return
    origin = os.path.dirname(library.target)
    # Only at the beginning of an entry, and before entries are split.
    entries = [
        path.replace("$ORIGIN", origin, 1) if path.startswith("$ORIGIN") else path for path in linking.runtime_paths
    ]
    for folder in (*":".join(entries).split(":"), *folders):
        if folder.startswith("/"):
            yield os.path.normpath(os.path.join(folder, name))


def _hint(name: str, targets: Iterable[str], loader: Loader) -> str:
    base = os.path.basename(name)
    if misplaced := next((target for target in targets if os.path.basename(target) == base), None):
        return f"it would be {misplaced}, which no RPATH leads to: ask the project for a repaired wheel"
    if package := loader.offer(base):
        return f"install {package} first, which may bring it"
    return "install what brings it first, or ask the project for a wheel that does"

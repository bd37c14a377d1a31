"""Run the scripts of installed distributions inside the interpreter, because Pyodide has no processes."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from packaging.utils import canonicalize_name

from wherry.errors import InvalidWheel, UnknownScript
from wherry.formats.entry_points import parse_script_entry_points
from wherry.formats.record import parse_record
from wherry.installation.exchange.claims import differs
from wherry.installation.staging.scripts import is_python, script_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from wherry.formats.entry_points import ScriptEntryPoint
    from wherry.formats.record import RecordEntry
    from wherry.installation.scheme import Scheme
    from wherry.model.distribution import InstalledDistribution

__all__ = ["InstalledScript", "check_file", "choose", "exit_status", "find_scripts", "run"]


@dataclass(frozen=True, slots=True)
class InstalledScript:
    """A script of ``distribution`` at ``path``: an ``entry_point``, or a Python file if that is ``None``."""

    path: str
    distribution: InstalledDistribution
    entry_point: ScriptEntryPoint | None = None


def find_scripts(installed: Iterable[InstalledDistribution], scheme: Scheme) -> dict[str, InstalledScript]:
    """Return the scripts that can be run, by name: those of entry points, and Python files of RECORDs.

    Scripts count whichever program installed them, and entry points count even if their file was not made. If several
    distributions declare the same script, it belongs to the one that its file was made from.
    """
    found: dict[str, InstalledScript] = {}
    for distribution in installed:
        if distribution.location is None:
            continue
        for entry_point in _entry_points(distribution.location):
            path = os.path.join(scheme.scripts, entry_point.name)
            script = InstalledScript(path, distribution, entry_point)
            if entry_point.name not in found or _is_made_of(script, scheme):
                found[entry_point.name] = script
        for name, path, entry in _files(distribution.location, scheme):
            other = found.get(name)
            if other is None or (other.distribution is not distribution and not differs(path, entry)):
                found[name] = InstalledScript(path, distribution)
    return found


def _is_made_of(script: InstalledScript, scheme: Scheme) -> bool:
    """Return whether the file of a script that several distributions declare was made from this entry point."""
    try:
        with open(script.path, "rb") as file:
            content = file.read()
    except OSError:
        return False
    return script.entry_point is not None and content == script_of(script.entry_point, scheme.interpreter)


def choose(name: str, scripts: Mapping[str, InstalledScript]) -> InstalledScript:
    """Return the script of this name; raises :class:`UnknownScript`."""
    if name in scripts:
        return scripts[name]
    wanted = canonicalize_name(name)
    from wherry.resolution.conflicts.suggestions import similar_names

    slips = similar_names(wanted, map(canonicalize_name, scripts))
    similar = [
        script
        for script, found in scripts.items()
        if canonicalize_name(script) in {wanted, *slips} or found.distribution.name == wanted
    ]
    pairs = sorted((script, str(found.distribution)) for script, found in scripts.items())
    raise UnknownScript(name, tuple(sorted(similar)), tuple(pairs))


def run(name: str, script: InstalledScript, args: Sequence[str]) -> int:
    """Run a script with its path and ``args`` as ``sys.argv``; return the exit status that its process would have.

    Exceptions of the script other than ``SystemExit`` pass to the caller.
    """
    with _arguments([script.path, *args]):
        try:
            if script.entry_point is None:
                return _run_file(script.path)
            return _status_of(name, script.entry_point, _call(script.entry_point))
        except SystemExit as request:
            return exit_status(request.code)


def check_file(path: str, shown: str) -> None:
    """Raise :class:`~wherry.errors.InvalidSource`, which names ``shown``, where compiling a file could end Pyodide."""
    from importlib.util import decode_source

    from wherry.formats.source_depth import check_depth

    try:
        with open(path, "rb") as file:
            source = decode_source(file.read())
    except (OSError, SyntaxError, UnicodeDecodeError):
        # What runs it says so in the words of Python.
        return
    check_depth(source, file=shown)


def exit_status(code: object) -> int:
    """Return the status of a process that ends with ``sys.exit(code)``; write other codes than numbers to stderr."""
    if code is None:
        return 0
    if isinstance(code, int):
        return code & 0xFF
    sys.stderr.write(f"{code}\n")
    return 1


def _entry_points(location: str) -> tuple[ScriptEntryPoint, ...]:
    try:
        with open(os.path.join(location, "entry_points.txt"), encoding="utf-8") as file:
            return parse_script_entry_points(file.read(), filename=os.path.basename(location))
    except (OSError, UnicodeDecodeError, InvalidWheel):
        # Another installer may have accepted it; an unreadable file has no scripts to run.
        return ()


def _files(location: str, scheme: Scheme) -> Iterator[tuple[str, str, RecordEntry]]:
    """Yield the names, paths and RECORD lines of the Python files in the folder of scripts."""
    site_packages = os.path.dirname(location)
    prefix = os.path.relpath(scheme.scripts, site_packages) + "/"
    try:
        with open(os.path.join(location, "RECORD"), encoding="utf-8", newline="") as file:
            text = file.read()
        # Few RECORDs list scripts, and parsing is most of the cost.
        entries = parse_record(text, filename=os.path.basename(location)) if prefix in text else []
    except (OSError, UnicodeDecodeError, InvalidWheel):
        return
    for entry in entries:
        name = entry.path.removeprefix(prefix)
        path = os.path.join(scheme.scripts, name)
        if name != entry.path and "/" not in name and os.path.isfile(path) and is_python(path):
            yield name, path, entry


def _call(entry_point: ScriptEntryPoint) -> object:
    from importlib import import_module

    function: object = import_module(entry_point.module)
    for attribute in entry_point.attribute.split("."):
        function = getattr(function, attribute)
    if not callable(function):
        raise TypeError(f"{entry_point.module}:{entry_point.attribute} is not callable: {function!r}")
    return function()


def _status_of(name: str, entry_point: ScriptEntryPoint, result: object) -> int:
    if not hasattr(result, "__await__"):
        return exit_status(result)
    # A process would not await the result either, and exit with 1. The caller of wherry can await it, though.
    if hasattr(result, "close"):
        result.close()
    place = f"{entry_point.attribute} of {entry_point.module}"
    return exit_status(f"{name} is asynchronous and was not awaited: import {place} and await it")


def _run_file(path: str) -> int:
    import runpy

    check_file(path, path)
    runpy.run_path(path, run_name="__main__")
    return 0


@contextmanager
def _arguments(argv: list[str]) -> Iterator[None]:
    before = sys.argv
    sys.argv = argv
    try:
        yield
    finally:
        sys.argv = before

"""Read lock files (``pylock.toml``).

Follows https://packaging.python.org/en/latest/specifications/pylock-toml/ (PEP 751) by :mod:`packaging.pylock`, which
checks types, names and versions. Added here are limits.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from packaging.pylock import Pylock, PylockValidationError
from packaging.version import InvalidVersion, Version

from wherry.errors import InvalidLock
from wherry.formats.filenames import length_excess, wheel_name_excess
from wherry.formats.nesting import load_toml, toml_fault
from wherry.formats.requirement_text import requirement_excess
from wherry.formats.urls import last_segment
from wherry.formats.wording import shorten

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["SUPPORTED", "read_lock", "read_lock_document"]

SUPPORTED = Version("1.0")
# packaging parses these by recursion, or into numbers.
PARSED = frozenset({"marker", "environments", "requires-python", "version", "lock-version"})


def read_lock(text: str, name: str) -> tuple[Pylock, tuple[str, ...]]:
    """Read the ``text`` of a lock, which messages call ``name``; return it with warnings.

    Raises :class:`~wherry.errors.InvalidLock`.
    """
    try:
        document = load_toml(text)
    except (ValueError, RecursionError) as error:
        problem, line = toml_fault(error)
        raise InvalidLock(name, problem, line=line) from error
    return read_lock_document(document, text, name)


def read_lock_document(document: object, text: str, name: str) -> tuple[Pylock, tuple[str, ...]]:
    """Read a lock from its parsed ``text``; otherwise as :func:`read_lock`.

    Upload times may be missing, or strings in ISO 8601.
    """
    if not isinstance(document, Mapping):
        raise InvalidLock(name, "it is no table")
    version = _version(document.get("lock-version"), name)
    try:
        _check_limits(document)
        # packaging logs a warning for a newer minor version.
        lock = Pylock.from_dict({**document, "packages": _with_times(document.get("packages")), "lock-version": "1.0"})
    except PylockValidationError as error:
        from wherry.formats.pylock_faults import place_fault

        raise place_fault(name, text, document, error.message, error.context or "") from error
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise InvalidLock(name, f"it is not a lock: {shorten(str(error))}") from error
    if version <= SUPPORTED:
        return lock, ()
    lock = replace(lock, lock_version=version)
    return lock, (f"{name} has the format {version}; this wherry reads {SUPPORTED}, and ignores what is new in it",)


def _version(given: object, name: str) -> Version:
    if given is None:
        raise InvalidLock(name, "it has no lock-version, so it is no pylock.toml")
    try:
        version = Version(given) if isinstance(given, str) and len(given) <= len("1000000.1000000") else None
    except InvalidVersion:
        version = None
    if version is None or not Version("1") <= version < Version("2.dev0"):
        hint = "update wherry, or make the lock again with a tool that writes version 1.0"
        raise InvalidLock(name, f"lock-version {shorten(repr(given))} is not supported", hint=hint)
    return version


def _check_limits(document: Mapping[str, Any]) -> None:
    for path, excess in _excesses(document):
        raise PylockValidationError(excess, context=path)


def _excesses(document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the place and the excess of every text that is too long, or too deep, to be parsed."""
    yield from _texts_excesses(document, "")
    for place, package in _tables(document, "packages"):
        yield from _texts_excesses(package, f"{place}.")
        for key, excess_of in (("wheels", wheel_name_excess), ("sdist", length_excess)):
            for file_place, file in _tables(package, key):
                if excess := excess_of(_filename(file)):
                    yield f"{place}.{file_place}", excess


def _texts_excesses(table: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, str]]:
    for key in sorted(PARSED & table.keys()):
        value = table[key]
        for text in value if isinstance(value, list) else [value]:
            if isinstance(text, str) and (excess := requirement_excess(text)):
                yield f"{prefix}{key}", excess


def _tables(table: Mapping[str, Any], key: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the table at ``key``, or those of the array there, with their places."""
    value = table.get(key)
    if isinstance(value, Mapping):
        yield key, value
    elif isinstance(value, list):
        yield from ((f"{key}[{position}]", one) for position, one in enumerate(value) if isinstance(one, Mapping))


def _filename(file: Mapping[str, Any]) -> str:
    """Return the name of a file as packaging finds it; an empty string if there is none."""
    name, path, url = (value if isinstance(value := file.get(key), str) else "" for key in ("name", "path", "url"))
    return name or path.replace("\\", "/").rpartition("/")[2] or last_segment(url)


def _with_times(packages: object) -> object:
    """Turn the upload times of files, which JSON has as strings, into times."""
    if not isinstance(packages, list):
        return packages
    return [_of_package(package) if isinstance(package, dict) else package for package in packages]


def _of_package(package: dict[str, Any]) -> dict[str, Any]:
    single = [key for key in ("archive", "sdist") if isinstance(package.get(key), dict)]
    changed: dict[str, object] = {key: _timed(package[key]) for key in single}
    if isinstance(wheels := package.get("wheels"), list):
        changed["wheels"] = [_timed(wheel) if isinstance(wheel, dict) else wheel for wheel in wheels]
    return {**package, **changed}


def _timed(file: dict[str, Any]) -> dict[str, Any]:
    try:
        return {**file, "upload-time": datetime.fromisoformat(file["upload-time"])}
    except (KeyError, TypeError, ValueError):
        # packaging names the place of what is no time.
        return file

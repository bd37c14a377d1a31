"""Write lock files (``pylock.toml``): the same text for the same content.

The standard library reads TOML only, and a lock is made in a browser, where every dependency travels.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from packaging.pylock import Pylock

__all__ = ["write_lock"]

HEAD = (
    "lock-version",
    "created-by",
    "requires-python",
    "environments",
    "extras",
    "dependency-groups",
    "default-groups",
)
PACKAGE = (
    *("name", "version", "marker", "requires-python", "index", "dependencies"),
    *("vcs", "directory", "archive", "sdist", "wheels", "attestation-identities"),
)
FILE = ("name", "url", "path", "upload-time", "size", "hashes")
BARE = re.compile("[A-Za-z0-9_-]+")


def write_lock(lock: Pylock) -> str:
    """Return the text of ``lock``; the order of packages is kept."""
    document = lock.to_dict()
    return "\n".join(_lines(document)) + "\n"


def _lines(document: Mapping[str, Any]) -> Iterator[str]:
    yield from _pairs(document, HEAD)
    if not document["packages"]:
        # An array of tables that has none cannot be written table by table, and the key is required.
        yield "packages = []"
    for package in document["packages"]:
        yield from ("", "[[packages]]")
        yield from _pairs(package, PACKAGE)
        if "tool" in package:
            yield from _table("packages.tool", package["tool"])
    if "tool" in document:
        yield from _table("tool", document["tool"])


def _pairs(table: Mapping[str, Any], keys: Sequence[str]) -> Iterator[str]:
    for key in keys:
        if (value := table.get(key)) is not None:
            yield f"{_key(key)} = {_value(value)}"


def _table(path: str, table: Mapping[str, Any]) -> Iterator[str]:
    """Yield a table of tools: its values, then the tables in it, then its arrays of tables."""
    plain = {key: value for key, value in table.items() if not isinstance(value, Mapping) and not _has_tables(value)}
    if plain or not table:
        yield from ("", f"[{path}]")
        yield from _pairs(plain, list(plain))
    for key, value in table.items():
        if isinstance(value, Mapping):
            yield from _table(f"{path}.{_key(key)}", value)
        elif _has_tables(value):
            for one in value:
                yield from ("", f"[[{path}.{_key(key)}]]")
                yield from _pairs(one, list(one))


def _has_tables(value: object) -> bool:
    return isinstance(value, list | tuple) and bool(value) and all(isinstance(one, Mapping) for one in value)


def _value(value: object) -> str:
    if isinstance(value, Mapping):
        keys = [key for key in FILE if key in value] if value.keys() <= {*FILE} else sorted(value)
        return f"{{ {', '.join(f'{_key(key)} = {_value(value[key])}' for key in keys)} }}" if keys else "{}"
    if isinstance(value, datetime):
        return _time(value)
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, list | tuple):
        items = [_value(one) for one in value]
        return f"[\n{''.join(f'    {item},{chr(10)}' for item in items)}]" if items else "[]"
    if isinstance(value, bool | int | float):
        return str(value).lower()
    return _string(str(value))


def _key(key: str) -> str:
    return key if BARE.fullmatch(key) else _basic(key)


def _time(moment: datetime) -> str:
    """Return ``moment`` in UTC, as the specification asks; one without a time zone is in UTC."""
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    try:
        moment = moment.astimezone(UTC)
    except OverflowError:  # in UTC it is before the year 1, or after 9999
        moment = moment.replace(tzinfo=UTC)
    return moment.isoformat().replace("+00:00", "Z")


def _string(text: str) -> str:
    """Return a literal string where that is easier to read, else a basic one (https://toml.io/en/v1.0.0#string).

    A basic string has the escapes of JSON; TOML asks for one more.
    """
    if '"' in text and "'" not in text and text.isprintable():
        return f"'{text}'"
    return _basic(text)


def _basic(text: str) -> str:
    valid = text.encode(errors="replace").decode()
    return json.dumps(valid, ensure_ascii=False).replace("\x7f", "\\u007f")

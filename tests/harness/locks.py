"""Locks for tests: their text, written without wherry, and installers that use them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from tests.harness.environments import PYODIDE_314
from tests.harness.index_pages import file_path
from tests.harness.memory_fetcher import HOST, JSON_URL, MemoryFetcher
from wherry.formats.pylock import read_lock
from wherry.installation.scheme import Scheme
from wherry.installation.site_packages import SitePackages
from wherry.installer import Installer
from wherry.resolution.locks.lock_file import LockFile

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from packaging.utils import NormalizedName

    from tests.harness.index_files import IndexFile
    from wherry.index.cache import Cache
    from wherry.index.fetcher import Response
    from wherry.index.index import Index
    from wherry.model.locked_package import LockedPackage

FOLDERS = ("site", "bin", "include", "data", "lib")


def url_of(file: IndexFile, host: str = HOST) -> str:
    """Return the URL of ``file`` on a :class:`MemoryFetcher`."""
    return f"https://{host}{file_path(file)}"


def wheel_table(file: IndexFile, **changes: Any) -> dict[str, Any]:  # noqa: ANN401
    """Return the table of a wheel; a change of ``None`` leaves a key out."""
    table = {"url": url_of(file), "size": len(file.content), "hashes": {"sha256": file.sha256}, **changes}
    return {key: value for key, value in table.items() if value is not None}


def package_table(file: IndexFile, *more: IndexFile, **changes: Any) -> dict[str, Any]:  # noqa: ANN401
    """Return the table of a package with the wheels ``file`` and ``more``; keys have underscores for hyphens."""
    name, version = file.identity
    wheels = [wheel_table(wheel) for wheel in (file, *more)]
    table: dict[str, Any] = {"name": name, "version": version, "wheels": wheels}
    table |= {key.replace("_", "-"): value for key, value in changes.items()}
    return {key: value for key, value in table.items() if value is not None}


def lock_text(*packages: IndexFile | Mapping[str, Any], **head: Any) -> str:  # noqa: ANN401
    """Return the text of a lock of ``packages``: their tables, or wheels; ``head`` has the other keys.

    A key of ``None`` is left out.
    """
    keys = {"lock_version": "1.0", "created_by": "a test", **head}
    lines = [f"{key.replace('_', '-')} = {as_toml(value)}" for key, value in keys.items() if value is not None]
    for package in packages:
        table = package if isinstance(package, Mapping) else package_table(package)
        lines += ["", "[[packages]]", *(f"{key} = {as_toml(value)}" for key, value in table.items())]
    return "\n".join(lines if packages else ["packages = []", *lines]) + "\n"


def as_toml(value: object) -> str:
    """Return ``value`` as TOML, on one line."""
    if isinstance(value, Mapping):
        return f"{{ {', '.join(f'{json.dumps(key)} = {as_toml(item)}' for key, item in value.items())} }}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return f"[{', '.join(map(as_toml, value))}]"
    if isinstance(value, datetime):
        return value.isoformat()
    return json.dumps(value)


def lock_file(*packages: IndexFile | Mapping[str, Any], location: str = "", **head: Any) -> LockFile:  # noqa: ANN401
    """Return the lock that :func:`lock_text` writes, as it is read."""
    text = lock_text(*packages, **head)
    return LockFile(read_lock(text, "pylock.toml")[0], text, "pylock.toml", location)


def make_installer(  # noqa: PLR0913 - a test names those that it needs
    folder: Path,
    files: Iterable[IndexFile] = (),
    *,
    instead: Mapping[str, Response] | None = None,
    elsewhere: Mapping[str, Iterable[IndexFile]] | None = None,
    distribution: Mapping[NormalizedName, LockedPackage] | None = None,
    index_urls: Sequence[str | Index] = (JSON_URL,),
    cache: Cache | None = None,
    seed: int = 0,
) -> tuple[Installer, MemoryFetcher]:
    """Return an installer into ``folder``, and its fetcher."""
    (folder / "site").mkdir(exist_ok=True)
    fetcher = MemoryFetcher(files, instead=instead, elsewhere=elsewhere, seed=seed)
    installer = Installer(
        index_urls=index_urls,
        fetcher=fetcher,
        destination=SitePackages(Scheme(*(str(folder / name) for name in FOLDERS))),
        environment=PYODIDE_314,
        distribution=distribution or {},
        cache=cache,
    )
    return installer, fetcher


def tree(folder: Path) -> dict[str, str]:
    """Return every file below ``folder`` with its SHA-256; a folder has an empty string."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
        for path in folder.rglob("*")
    }

"""A recorded index in a folder: the listings of projects, and their requested files.

Listings are kept as the index gave them. Pages are written from them as PyPI writes its own (PEP 691 with the additions
of PEP 700, 714 and 740), so that they have the real size. If a listing lacks a size or a time, a value of the same
length stands in, which no client reads.
"""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
import json
from typing import TYPE_CHECKING, Any, Protocol

from packaging.utils import parse_wheel_filename

from tests.harness.environments import PYODIDE_314
from tests.harness.index_files import IndexFile

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

__all__ = ["Listed", "NothingFits", "Recorder", "Recording", "RecordingFailed"]

Listed = dict[str, Any]
"""A file of a listing: ``filename``, ``path`` (that of its URL), ``sha256``, ``size``, ``upload_time``,
``requires_python``, ``yanked`` and ``metadata`` (the hash of its metadata file, or whether there is one).

A value that the index does not give is ``None``."""

EPOCH = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)


class RecordingFailed(Exception):
    """The index does not have a requested page or file."""


class NothingFits(RecordingFailed):
    """The index has wheels of the project, but none for Pyodide."""


class Recorder(Protocol):
    """Fetches the listings and wheels that a recording lacks."""

    def listing(self, name: str) -> list[Listed] | None:
        """Return the files that the project lists; ``None`` if there is no such project."""
        ...

    def wheel(self, filename: str, folder: Path) -> None:
        """Download the wheel into ``folder``."""
        ...


class Recording:
    """The recording in ``folder``; with a ``recorder``, requested pages and files are added to it.

    ``elsewhere`` names projects that need no fitting wheel, because the distribution has one.
    """

    def __init__(self, folder: Path, recorder: Recorder | None = None) -> None:
        self.recorder = recorder
        self.elsewhere: Collection[str] = ()
        self._pages = folder / "pages"
        self._files = folder / "files"
        self._listings = functools.cache(self._read_listing)
        self._wheels = functools.cache(self._read_wheel)

    def page(self, name: str, server_url: str) -> bytes | None:
        """Return the project page, with files on ``server_url``; ``None`` if there is none.

        While recording, it raises :class:`NothingFits` if no wheel fits. Otherwise a client would try older releases of
        all projects that require this one, and each would be requested from the index.
        """
        listing = self._listing(name)
        if listing is None:
            return None
        if self.recorder is not None and name not in self.elsewhere and _lacks_fitting_wheel(listing):
            raise NothingFits(name)
        files = [self._entry(file, server_url) for file in listing]
        versions = sorted({file["filename"].removesuffix(".tar.gz").split("-")[1] for file in listing if "-" in file})
        page = {"files": files, "meta": {"_last-serial": 30_000_000, "api-version": "1.4"}, "name": name}
        page["project-status"] = {"status": "active"}
        page["versions"] = versions
        return json.dumps(page, separators=(",", ":")).encode()

    def wheel(self, filename: str) -> IndexFile | None:
        """Return a wheel; ``None`` if it was not recorded."""
        found = self._wheels(filename)
        if found is None and self.recorder is not None:
            self._files.mkdir(parents=True, exist_ok=True)
            self.recorder.wheel(filename, self._files)
            self._wheels.cache_clear()
            found = self._wheels(filename)
        return found

    def _listing(self, name: str) -> list[Listed] | None:
        path = self._pages / f"{name}.json"
        if not path.exists() and self.recorder is not None:
            self._pages.mkdir(parents=True, exist_ok=True)
            path.write_text(json.dumps(self.recorder.listing(name)), encoding="utf-8")
            self._listings.cache_clear()
        return self._listings(name)

    def _read_listing(self, name: str) -> list[Listed] | None:
        path = self._pages / f"{name}.json"
        listing: list[Listed] | None = json.loads(path.read_text(encoding="utf-8")) if path.exists() else None
        return listing

    def _read_wheel(self, filename: str) -> IndexFile | None:
        path = self._files / filename
        return IndexFile(filename, path.read_bytes()) if path.exists() else None

    def _entry(self, file: Listed, server_url: str) -> dict[str, Any]:
        offered = self._offered_metadata(file)
        return {
            "core-metadata": offered,
            "data-dist-info-metadata": offered,
            "filename": file["filename"],
            "hashes": {"sha256": file["sha256"]},
            "provenance": None,
            "requires-python": file["requires_python"],
            **self._size(file),
            "upload-time": file["upload_time"] or _time_like(file["sha256"]),
            "url": server_url + file["path"],
            "yanked": file["yanked"],
        }

    def _offered_metadata(self, file: Listed) -> dict[str, str] | bool:
        """Return the page's entry of the metadata file. PyPI has one for every wheel, and gives its hash."""
        if not file["filename"].endswith(".whl"):
            return False
        wheel = self._wheels(file["filename"])
        if wheel is not None and wheel.metadata is not None:
            return {"sha256": hashlib.sha256(wheel.metadata).hexdigest()}
        if isinstance(file["metadata"], str):
            return {"sha256": file["metadata"]}
        # A metadata file that is not recorded yet can be announced, but without its hash.
        return self.recorder is not None or {"sha256": hashlib.sha256(file["sha256"].encode()).hexdigest()}

    def _size(self, file: Listed) -> dict[str, int]:
        if file["size"] is not None:
            return {"size": file["size"]}
        wheel = self._wheels(file["filename"])
        if wheel is not None:
            return {"size": len(wheel.content)}
        # A file that is not recorded yet would be compared with the stand-in for its size.
        return {} if self.recorder is not None else {"size": int(file["sha256"][:5], 16)}


def _time_like(sha256: str) -> str:
    number = int(sha256[:16], 16)
    moment = EPOCH + dt.timedelta(seconds=number % (6 * 365 * 86_400), microseconds=number % 999_983)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _lacks_fitting_wheel(listing: list[Listed]) -> bool:
    wheels = [file["filename"] for file in listing if file["filename"].endswith(".whl")]
    return bool(wheels) and not any(map(_fits, wheels))


def _fits(filename: str) -> bool:
    try:
        tags = parse_wheel_filename(filename)[3]
    except ValueError:
        return False
    return not {str(tag) for tag in tags}.isdisjoint(PYODIDE_314.tags)

"""Parsing: the page of a project with 15,000 files, from its bytes to the releases that a resolver chooses among.

Imports only wherry and the standard library, so that it runs in CPython and over the bundle in Pyodide. In Pyodide
JavaScript reads the page first, as it does for all fetched pages.
"""

from __future__ import annotations

import hashlib
import json
import statistics
import time
from importlib.util import find_spec
from typing import TYPE_CHECKING

from wherry.formats.core_metadata import parse_core_metadata
from wherry.formats.simple_api import parse_project_page
from wherry.model.environment import Environment
from wherry.resolution.snapshot import Snapshot

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from wherry.formats.simple_json import PageListing

__all__ = ["LIMITS", "measure"]

LIMITS = {"JSON page, all": 80.0}
"""Limits in milliseconds, for Pyodide in Node."""

URL = "https://example.org/simple/big-core/"
RELEASES = 150
REPETITIONS = 7

INTERPRETERS = ("cp39", "cp310", "cp311", "cp312", "cp313", "cp314", "pp310")
PLATFORMS = (
    "macosx_10_12_x86_64",
    "macosx_11_0_arm64",
    "manylinux_2_17_aarch64.manylinux2014_aarch64",
    "manylinux_2_17_armv7l.manylinux2014_armv7l",
    "manylinux_2_17_i686.manylinux2014_i686",
    "manylinux_2_17_ppc64le.manylinux2014_ppc64le",
    "manylinux_2_17_s390x.manylinux2014_s390x",
    "manylinux_2_17_x86_64.manylinux2014_x86_64",
    "manylinux_2_31_riscv64",
    "musllinux_1_1_aarch64",
    "musllinux_1_1_armv7l",
    "musllinux_1_1_x86_64",
    "win32",
    "win_amd64",
)


def measure() -> dict[str, float]:
    """Return milliseconds by name of the measurement: medians, each over its own bytes and snapshot.

    *JSON alone* is the time of the standard library for the bytes, a part of *all*.
    """
    body = page()
    name = parse_core_metadata(b"Metadata-Version: 2.4\nName: big-core\nVersion: 1", subject="").name
    environment = Environment.current()
    read = _reader(body)

    def everything() -> Snapshot:
        snapshot = Snapshot(environment)
        content_type = "application/vnd.pypi.simple.v1+json"
        listing = read()
        snapshot.pages[name] = parse_project_page(body, content_type=content_type, url=URL, name=name, listing=listing)
        releases = snapshot.releases(name)
        if releases is None or not 0 < len(releases.entries) <= RELEASES:
            raise AssertionError(releases)
        return snapshot

    return {"JSON alone": _median(lambda: json.loads(body)), "JSON page, all": _median(everything)}


def _reader(body: bytes) -> Callable[[], PageListing | None]:
    """Return a function that reads the page in JavaScript; outside of Pyodide it returns ``None``."""
    if find_spec("wherry_js") is None:
        return lambda: None
    import wherry_js
    from pyodide.ffi import to_js

    from wherry.runtime.fetch import JsPageListing

    content = to_js(body)
    return lambda: JsPageListing(wherry_js.readListing(content))


def page() -> bytes:
    """Return the page as JSON, about 7.5 MB."""
    files = [_file(release, filename) for release in range(RELEASES) for filename in _filenames(release)]
    content = {"meta": {"api-version": "1.4"}, "name": "big_core", "files": files}
    return json.dumps(content, separators=(",", ":")).encode()


def _filenames(release: int) -> Iterator[str]:
    stem = f"big_core-2.{release}.{release % 4}"
    yield f"{stem}.tar.gz"
    for interpreter in INTERPRETERS:
        abi = "pypy310_pp73" if interpreter.startswith("pp") else interpreter
        yield from (f"{stem}-{interpreter}-{abi}-{platform}.whl" for platform in PLATFORMS)
    if release >= RELEASES - 10:
        yield f"{stem}-cp314-cp314-pyemscripten_2026_0_wasm32.whl"


def _file(release: int, filename: str) -> dict[str, object]:
    digest = hashlib.sha256(filename.encode()).hexdigest()
    return {
        "core-metadata": {"sha256": digest[::-1]},
        "filename": filename,
        "hashes": {"sha256": digest},
        "requires-python": ">=3.9",
        "size": 2_000_000 + release,
        "upload-time": f"2025-{1 + release % 12:02}-02T03:04:05.678901Z",
        "url": f"https://files.example.org/packages/{digest[:2]}/{digest[2:4]}/{digest[4:64]}/{filename}",
        "yanked": False,
    }


def _median(work: Callable[[], object]) -> float:
    def once() -> float:
        started = time.perf_counter()
        result = work()
        elapsed = (time.perf_counter() - started) * 1000
        del result  # Outside of the measured time: a resolver keeps its data.
        return elapsed

    return statistics.median(once() for _ in range(REPETITIONS))

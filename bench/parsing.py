"""Parsing: a project page as JSON, by the number of its files.

Imports nothing but wherry and the standard library, so that it runs in CPython and over the bundle in Pyodide alike.
"""

from __future__ import annotations

import json
import statistics
import time
from typing import TYPE_CHECKING, cast

from wherry.formats.simple_api import parse_project_page

if TYPE_CHECKING:
    from collections.abc import Iterator

    from packaging.utils import NormalizedName

__all__ = ["LIMITS", "listed_wheels", "measure"]

LIMITS: dict[str, float] = {}
"""Milliseconds that must not be exceeded in Pyodide in Node."""

SIZES = (10, 100, 1_000, 15_000, 20_000)
REPETITIONS = 5
NAME = cast("NormalizedName", "project")
CONTENT_TYPE = "application/vnd.pypi.simple.v1+json"
URL = "https://example.org/simple/project/"
PYTHONS = ("39", "310", "311", "312", "313", "314", "315")
PLATFORMS = ("win_amd64", "manylinux_2_17_x86_64.manylinux2014_x86_64", "macosx_11_0_arm64", "musllinux_1_1_aarch64")


def measure() -> dict[str, float]:
    """Return milliseconds by number of files; each is the median of some."""
    return {f"{count} files": _measure(count) for count in SIZES}


def _measure(count: int) -> float:
    body = _page(count)
    times = []
    for _ in range(REPETITIONS):
        started = time.perf_counter()
        page = parse_project_page(body, content_type=CONTENT_TYPE, url=URL, name=NAME)
        times.append((time.perf_counter() - started) * 1000)
        if page.name != NAME:
            raise AssertionError(page)
    return statistics.median(times)


def _page(count: int) -> bytes:
    page = {"meta": {"api-version": "1.4"}, "name": NAME, "files": list(listed_wheels(NAME, count))}
    return json.dumps(page, separators=(",", ":")).encode()


def listed_wheels(name: str, count: int) -> Iterator[dict[str, object]]:
    """Yield the entries of a page with ``count`` wheels, of which one in 28 fits Pyodide."""
    stem = name.replace("-", "_")
    for number in range(count):
        release, kind = divmod(number, len(PYTHONS) * len(PLATFORMS))
        python, platform = PYTHONS[kind // len(PLATFORMS)], PLATFORMS[kind % len(PLATFORMS)]
        tag = f"cp{python}-cp{python}-{platform}" if kind else "py3-none-any"
        filename = f"{stem}-{1 + release // 100}.{release // 10 % 10}.{release % 10}-{tag}.whl"
        digest = f"{number:064x}"
        yield {
            "core-metadata": {"sha256": digest},
            "data-dist-info-metadata": {"sha256": digest},
            "filename": filename,
            "hashes": {"sha256": digest},
            "provenance": None,
            "requires-python": ">=3.9",
            "size": 2_000_000 + number,
            "upload-time": "2026-01-01T00:00:00.000000Z",
            "url": f"https://files.example.org/packages/{digest[:2]}/{digest[2:4]}/{digest[4:]}/{filename}",
            "yanked": False,
        }

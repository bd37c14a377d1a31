"""A project page of any length."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["listed_wheels"]

PYTHONS = ("39", "310", "311", "312", "313", "314", "315")
PLATFORMS = ("win_amd64", "manylinux_2_17_x86_64.manylinux2014_x86_64", "macosx_11_0_arm64", "musllinux_1_1_aarch64")


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

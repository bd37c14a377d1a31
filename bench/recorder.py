"""Records from the default index: listings through pypi-simple, wheels through pip, as pip is configured here."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from packaging.utils import parse_wheel_filename
from pypi_simple import NoSuchProjectError, PyPISimple

from bench.recording import RecordingFailed
from tests.harness.wheelhouse import TARGET
from wherry._default_index import DEFAULT_INDEX_URL

if TYPE_CHECKING:
    from pathlib import Path

    from pypi_simple import DistributionPackage

    from bench.recording import Listed

__all__ = ["IndexRecorder", "download"]

LINUX = tuple(option for option in TARGET if not option.startswith("--platform=")) + tuple(
    f"--platform={platform}_x86_64" for platform in ("manylinux_2_28", "manylinux_2_17", "manylinux2014")
)
"""What pip is told where Pyodide has a wheel of its own, and another platform's stands in for it."""

MOST_RELEASES = 10
"""So many of one project are got; a search through more of them would be a burden to the index, and no workload."""


class IndexRecorder:
    """Asks the index once for whatever a recording lacks."""

    def __init__(self) -> None:
        self._wheels: Counter[str] = Counter()

    def listing(self, name: str) -> list[Listed] | None:
        """Return what the project lists; ``None`` where there is no such project."""
        print(f"recording the page of {name}", file=sys.stderr)
        with PyPISimple(DEFAULT_INDEX_URL) as index:
            try:
                page = index.get_project_page(name)
            except NoSuchProjectError:
                return None
        # Without a hash nothing could be verified, and PyPI has one of every file.
        return [_listed(package) for package in page.packages if "sha256" in package.digests]

    def wheel(self, filename: str, folder: Path) -> None:
        """Put the wheel into ``folder``; raises :class:`RecordingFailed`."""
        print(f"recording {filename}", file=sys.stderr)
        name, version, _, _ = parse_wheel_filename(filename)
        self._wheels[name] += 1
        if self._wheels[name] > MOST_RELEASES:
            raise RecordingFailed(f"{name}: a client goes back further than is worth recording")
        download(f"{name}=={version}", folder)
        if not (folder / filename).exists():
            raise RecordingFailed(f"pip prefers another wheel of {name} {version} to {filename}")


def download(requirement: str, folder: Path, target: tuple[str, ...] = TARGET) -> None:
    """Put the wheel of ``requirement`` for ``target`` into ``folder``; raises :class:`RecordingFailed`."""
    pip = (sys.executable, "-m", "pip", "download", "-qq", "--no-deps", *target)
    finished = subprocess.run([*pip, "--dest", folder, requirement], check=False)  # noqa: S603 - our own arguments
    if finished.returncode:
        raise RecordingFailed(f"pip could not get {requirement}")


def _listed(package: DistributionPackage) -> Listed:
    return {
        "filename": package.filename,
        "path": urlsplit(package.url).path,
        "sha256": package.digests["sha256"],
        "size": package.size,
        "upload_time": package.upload_time and package.upload_time.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "requires_python": package.requires_python,
        "yanked": package.yanked_reason or package.is_yanked,
        "metadata": (package.metadata_digests or {}).get("sha256", package.has_metadata),
    }

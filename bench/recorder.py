"""Record from the default index: listings by pypi-simple, wheels by pip with its own configuration."""

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
"""Options of pip for packages of Pyodide's distribution, which the wheel of another platform stands in for."""

MOST_RELEASES = 10
"""Number of wheels recorded of one project; a client that needs more would burden the index, and is no workload."""


class IndexRecorder:
    """Requests each listing and wheel that a recording lacks once from the index."""

    def __init__(self) -> None:
        self._wheels: Counter[str] = Counter()

    def listing(self, name: str) -> list[Listed] | None:
        """Return the files that the project lists; ``None`` if there is no such project."""
        print(f"recording the page of {name}", file=sys.stderr)
        with PyPISimple(DEFAULT_INDEX_URL) as index:
            try:
                page = index.get_project_page(name)
            except NoSuchProjectError:
                return None
        # Files without a hash could not be verified; PyPI has a hash of every file.
        return [_listed(package) for package in page.packages if "sha256" in package.digests]

    def wheel(self, filename: str, folder: Path) -> None:
        """Download the wheel into ``folder``; raises :class:`RecordingFailed`."""
        print(f"recording {filename}", file=sys.stderr)
        name, version, _, _ = parse_wheel_filename(filename)
        self._wheels[name] += 1
        if self._wheels[name] > MOST_RELEASES:
            raise RecordingFailed(f"{name}: a client goes back by too many releases to record")
        download(f"{name}=={version}", folder)
        if not (folder / filename).exists():
            raise RecordingFailed(f"pip prefers another wheel of {name} {version} to {filename}")


def download(requirement: str, folder: Path, target: tuple[str, ...] = TARGET) -> None:
    """Download the wheel of ``requirement`` for ``target`` into ``folder``; raises :class:`RecordingFailed`."""
    pip = (sys.executable, "-m", "pip", "download", "-qq", "--no-deps", *target)
    finished = subprocess.run([*pip, "--dest", folder, requirement], check=False)  # noqa: S603 - our own arguments
    if finished.returncode:
        raise RecordingFailed(f"pip could not download {requirement}")


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

"""Files of a test's index: real wheels from a folder, and tiny made-up ones."""

from __future__ import annotations

import base64
import hashlib
import io
import zipfile
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from packaging.metadata import parse_email
from packaging.utils import InvalidWheelFilename, NormalizedName, parse_sdist_filename, parse_wheel_filename

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

UPLOAD_TIME = "2026-01-01T00:00:00Z"


@dataclass(frozen=True)
class IndexFile:
    """A file of a release, with its attributes on the index.

    ``yanked`` is False, True or the reason; ``upload_time`` is ISO 8601 as in PEP 700. ``beside`` is the metadata file
    that the index serves in place of the wheel's own METADATA.
    """

    filename: str
    content: bytes
    yanked: bool | str = False
    upload_time: str = UPLOAD_TIME
    beside: bytes | None = None

    @cached_property
    def identity(self) -> tuple[NormalizedName, str]:
        """The normalized name and the version that the filename states."""
        try:
            name, version, *_ = parse_wheel_filename(self.filename)
        except InvalidWheelFilename:
            name, version = parse_sdist_filename(self.filename)
        return name, str(version)

    @cached_property
    def sha256(self) -> str:
        """The hash of the whole file, in hexadecimal."""
        return hashlib.sha256(self.content).hexdigest()

    @cached_property
    def metadata(self) -> bytes | None:
        """The metadata file of a wheel; None for anything else."""
        if self.beside is not None:
            return self.beside
        if not self.filename.endswith(".whl"):
            return None
        with zipfile.ZipFile(io.BytesIO(self.content)) as archive:
            return archive.read(next(name for name in archive.namelist() if name.endswith(".dist-info/METADATA")))

    @cached_property
    def requires_python(self) -> str | None:
        """The Requires-Python of the metadata, as it is written."""
        if self.metadata is None:
            return None
        return parse_email(self.metadata)[0].get("requires_python")


def read_wheels(*folders: Path) -> tuple[IndexFile, ...]:
    """Return the wheels in ``folders``."""
    return tuple(IndexFile(path.name, path.read_bytes()) for folder in folders for path in sorted(folder.glob("*.whl")))


def make_wheel(  # noqa: PLR0913 - each is a property of the wheel, and a test names those that it needs
    name: str,
    version: str,
    *,
    requires: Iterable[str] = (),
    files: Mapping[str, str | bytes] | None = None,
    requires_python: str | None = None,
    extras: Iterable[str] = (),
    tag: str = "py3-none-any",
    build: str = "",
    yanked: bool | str = False,
    upload_time: str = UPLOAD_TIME,
    headers: Iterable[str] = (),
    description: str = "",
) -> IndexFile:
    """Return a valid wheel of ``name``; without ``files`` it has one module with its version.

    ``headers`` are further lines of METADATA, and ``description`` is its body.
    """
    stem = f"{name.replace('-', '_')}-{version}"
    if files is None:
        files = {f"{name.replace('-', '_')}.py": f"__version__ = {version!r}\n"}
    metadata = [
        "Metadata-Version: 2.4",
        f"Name: {name}",
        f"Version: {version}",
        *([f"Requires-Python: {requires_python}"] if requires_python else []),
        *headers,
        *(f"Provides-Extra: {extra}" for extra in extras),
        *(f"Requires-Dist: {requirement}" for requirement in requires),
        *(["", description] if description else []),
    ]
    wheel = ["Wheel-Version: 1.0", "Generator: wherry-tests", "Root-Is-Purelib: true", f"Tag: {tag}"]
    members = {path: text.encode() if isinstance(text, str) else text for path, text in files.items()}
    members[f"{stem}.dist-info/METADATA"] = _lines(metadata)
    members[f"{stem}.dist-info/WHEEL"] = _lines(wheel + ([f"Build: {build}"] if build else []))
    filename = "-".join(filter(None, (stem, build, tag))) + ".whl"
    return IndexFile(filename, zip_wheel(members, f"{stem}.dist-info/RECORD"), yanked, upload_time)


def zip_wheel(members: Mapping[str, bytes], record: str) -> bytes:
    """Return the archive of a wheel with ``members`` and their RECORD, whose path is ``record``."""
    return _archive({**members, record: _record(members, record)})


def _lines(lines: list[str]) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()


def _record(members: Mapping[str, bytes], record: str) -> bytes:
    rows = [f"{path},sha256={_urlsafe_digest(content)},{len(content)}" for path, content in members.items()]
    return _lines([*rows, f"{record},,"])


def _urlsafe_digest(content: bytes) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()


def _archive(members: Mapping[str, bytes]) -> bytes:
    """Zip ``members``; equal members give equal bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in members.items():
            entry = zipfile.ZipInfo(path, (2020, 2, 2, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content)
    return buffer.getvalue()

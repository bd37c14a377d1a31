"""Read the older JSON of PyPI, which lists the files of a project by release ("JSON API" in its documentation)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from wherry.formats.simple_json import load_mapping, read_page

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from packaging.utils import NormalizedName

    from wherry.model.project import ProjectPage

__all__ = ["files_page", "parse_plain_json"]


def parse_plain_json(body: bytes, *, url: str, name: NormalizedName) -> ProjectPage:
    """Read a page of the older JSON, or one of PEP 691 that a server calls plain JSON.

    Raise :class:`~wherry.errors.InvalidIndexPage` if it is neither.
    """
    document = load_mapping(body, url)
    releases = document.get("releases")
    if isinstance(releases, dict):
        files = [file for release in releases.values() if isinstance(release, list) for file in release]
    elif isinstance(document.get("urls"), list):  # the page of one version has no others
        files = document["urls"]
    else:
        return read_page(document, url=url, name=name)
    about = document.get("info")
    title = about.get("name") if isinstance(about, dict) else None
    return files_page(files, url=url, name=name, title=title)


def files_page(
    files: Iterable[Mapping[str, Any]], *, url: str, name: NormalizedName, title: str | None = None
) -> ProjectPage:
    """Return the page with ``files``, each in the older JSON or in that of PEP 691; ``title`` is its own name."""
    entries = [_entry(file) if isinstance(file, dict) else file for file in files]
    page = {"meta": {"api-version": "1.0"}, "name": title or name, "files": entries}
    return read_page(page, url=url, name=name)


def _entry(file: Mapping[str, Any]) -> Mapping[str, Any]:
    if "digests" not in file:
        return file
    return {
        "filename": file.get("filename"),
        "url": file.get("url"),
        "hashes": file["digests"],
        "size": file.get("size"),
        "requires-python": file.get("requires_python"),
        "yanked": file.get("yanked") and (file.get("yanked_reason") or True),
        "upload-time": file.get("upload_time_iso_8601"),
    }

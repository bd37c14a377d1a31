"""Project pages as JSON (PEP 691, 700, 714, 792)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from packaging.utils import canonicalize_name

from wherry.errors import InvalidIndexPage
from wherry.formats.filenames import check_filename
from wherry.formats.urls import absolute
from wherry.model.project import ProjectFile, ProjectPage

if TYPE_CHECKING:
    from collections.abc import Mapping

    from packaging.utils import NormalizedName

__all__ = ["parse_json_page"]


def parse_json_page(body: bytes, *, url: str, name: NormalizedName) -> ProjectPage:
    """Read a JSON project page; raises :class:`InvalidIndexPage`."""
    page = _load(body, url)
    # "Clients […] MUST fail if they encounter a major version that they do not support" (PEP 629)
    version = str(_mapping(page.get("meta"), "meta", url).get("api-version", ""))
    if version.partition(".")[0] != "1":
        raise InvalidIndexPage(url, f"its API version is {version!r}; this wherry reads version 1")
    if canonicalize_name(str(page.get("name", name))) != name:
        raise InvalidIndexPage(url, f"it is the page of {page['name']!r}, not of {name!r}")
    files = page.get("files")
    if not isinstance(files, list):
        raise InvalidIndexPage(url, "it has no list of files")
    status = _mapping(page.get("project-status") or {}, "project-status", url)
    return ProjectPage(
        name=name,
        url=url,
        files=tuple(_file(entry, url) for entry in files),
        status=str(status.get("status", "active")),
        status_reason=str(status.get("reason") or ""),
    )


def _load(body: bytes, url: str) -> Mapping[str, Any]:
    try:
        page = json.loads(body)
    except ValueError as error:
        raise InvalidIndexPage(url, f"it is not JSON ({error})") from error
    return _mapping(page, "page", url)


def _mapping(value: object, what: str, url: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise InvalidIndexPage(url, f"its {what} is not a JSON object")
    return value


def _file(entry: object, url: str) -> ProjectFile:
    data = _mapping(entry, "file", url)
    filename = check_filename(data.get("filename"), url=url)
    size = data.get("size")
    return ProjectFile(
        filename=filename,
        url=absolute(str(data.get("url", filename)), url),
        hashes=_hashes(data.get("hashes")),
        size=size if isinstance(size, int) else None,
        requires_python=data.get("requires-python") or None,
        yanked=_yanked(data.get("yanked")),
        upload_time=data.get("upload-time") or None,
        metadata_hashes=_metadata_hashes(data),
    )


def _hashes(value: object) -> Mapping[str, str]:
    return {str(key).lower(): str(digest).lower() for key, digest in value.items()} if isinstance(value, dict) else {}


def _yanked(value: object) -> str | None:
    if isinstance(value, str):
        return value
    return "" if value else None


def _metadata_hashes(data: Mapping[str, Any]) -> Mapping[str, str] | None:
    # "core-metadata" of PEP 714; "dist-info-metadata" is what PEP 658 first called it.
    offered = data.get("core-metadata", data.get("dist-info-metadata"))
    return _hashes(offered) if offered else None

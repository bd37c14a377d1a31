"""Project pages as JSON (PEP 691, 700, 714, 792)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from packaging.utils import canonicalize_name

from wherry.errors import InvalidIndexPage
from wherry.formats.filenames import check_filename
from wherry.formats.urls import file_location
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
    except (ValueError, RecursionError) as error:
        raise InvalidIndexPage(url, f"it is not JSON ({error})") from error
    return _mapping(page, "page", url)


def _mapping(value: object, what: str, url: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise InvalidIndexPage(url, f"its {what} is not a JSON object")
    return value


def _file(entry: object, url: str) -> ProjectFile:
    data = _mapping(entry, "file", url)
    filename = check_filename(data.get("filename"), url=url)
    location = _text(data, "url", url)
    if location is None:
        raise InvalidIndexPage(url, f"it gives {filename} no url")
    return ProjectFile(
        filename=filename,
        url=file_location(location, url, page_url=url),
        hashes=_hashes(data.get("hashes")),
        size=_size(data.get("size")),
        requires_python=_text(data, "requires-python", url),
        yanked=_yanked(data.get("yanked")),
        upload_time=_text(data, "upload-time", url),
        metadata_hashes=_metadata_hashes(data),
    )


def _text(data: Mapping[str, Any], key: str, url: str) -> str | None:
    value = data.get(key)
    if value is not None and not isinstance(value, str):
        raise InvalidIndexPage(url, f"it gives {data['filename']} the {key} of {value!r}")
    return value or None


def _size(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _hashes(value: object) -> Mapping[str, str]:
    return {str(key).lower(): str(digest).lower() for key, digest in value.items()} if isinstance(value, dict) else {}


def _yanked(value: object) -> str | None:
    # "a boolean […] or a non empty, but otherwise arbitrary, string […] a truthy value" (PEP 691)
    if not value:
        return None
    return value if isinstance(value, str) else ""


def _metadata_hashes(data: Mapping[str, Any]) -> Mapping[str, str] | None:
    # "core-metadata" of PEP 714; "dist-info-metadata" is what PEP 658 first called it.
    offered = data.get("core-metadata", data.get("dist-info-metadata"))
    return _hashes(offered) if offered else None

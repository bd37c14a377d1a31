"""Project pages of an index: JSON with all optional fields, HTML with the required minimum."""

from __future__ import annotations

import hashlib
import html
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from tests.harness.index_files import IndexFile

JSON_TYPE = "application/vnd.pypi.simple.v1+json"
HTML_TYPE = "text/html"


def file_path(file: IndexFile) -> str:
    """Return the path of ``file`` below the root of the server; files of one name may differ in content."""
    return f"/files/{file.sha256[:16]}/{file.filename}"


def json_page(name: str, files: Iterable[IndexFile], *, status: Mapping[str, str] | None = None) -> str:
    """Return the project page of PEP 691, with the fields of PEP 700 and 714; ``status`` is that of PEP 792."""
    files = tuple(files)
    page: dict[str, Any] = {
        "meta": {"api-version": "1.4" if status else "1.1"},
        "name": name,
        "versions": sorted({file.identity[1] for file in files}),
        "files": [_json_file(file) for file in files],
    }
    if status:
        page["project-status"] = status
    return json.dumps(page)


def _json_file(file: IndexFile) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "filename": file.filename,
        "url": f"../..{file_path(file)}",
        "hashes": {"sha256": file.sha256},
        "size": len(file.content),
        "upload-time": file.upload_time,
        "yanked": file.yanked,
    }
    if file.requires_python:
        entry["requires-python"] = file.requires_python
    if file.metadata is not None:
        entry["core-metadata"] = {"sha256": hashlib.sha256(file.metadata).hexdigest()}
    return entry


def html_page(name: str, files: Iterable[IndexFile], *, status: Mapping[str, str] | None = None) -> str:
    """Return the project page of PEP 503, 592 and 792: links, without hashes and without metadata files."""
    links = "".join(f"<a {_attributes(file)}>{file.filename}</a><br>\n" for file in files)
    names = {"status": "pypi:project-status", "reason": "pypi:project-status-reason"}
    said = "".join(
        f'<meta name="{names[key]}" content="{html.escape(value)}">' for key, value in (status or {}).items()
    )
    return f"<!DOCTYPE html>\n<html><head><title>Links for {name}</title>{said}</head>\n<body>\n{links}</body></html>\n"


def _attributes(file: IndexFile) -> str:
    attributes = {"href": f"../..{file_path(file)}"}
    if file.requires_python:
        attributes["data-requires-python"] = file.requires_python
    if file.yanked:
        attributes["data-yanked"] = file.yanked if isinstance(file.yanked, str) else ""
    return " ".join(f'{key}="{html.escape(value)}"' for key, value in attributes.items())

"""Read project pages in HTML (PEP 503, 592, 629, 658, 714, 792)."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import TYPE_CHECKING

from wherry.errors import InvalidIndexPage
from wherry.formats.filenames import check_filename, shown_filename
from wherry.formats.urls import absolute, file_location, is_web, last_segment, split_hash, without_credentials
from wherry.model.project import ProjectFile, ProjectPage

if TYPE_CHECKING:
    from collections.abc import Mapping

    from packaging.utils import NormalizedName

__all__ = ["parse_html_page"]

MOST_TAGS = 1_000_000
FILE_SUFFIXES = (".whl", ".tar.gz", ".zip", ".egg", ".tar.bz2", ".tgz", ".exe", ".msi", ".rpm", ".deb", ".dmg")


def parse_html_page(body: bytes, *, url: str, name: NormalizedName) -> ProjectPage:
    """Read an HTML project page. Raise :class:`InvalidIndexPage` if it is none."""
    tags = body.count(b"<")
    if tags > MOST_TAGS:
        raise InvalidIndexPage(url, f"it has about {tags} tags, above the limit of {MOST_TAGS}")
    reader = _LinkReader()
    try:
        reader.feed(body.decode("utf-8", errors="replace"))
        reader.close()
    except AssertionError as error:  # HTMLParser before Python 3.14 raises it at an unknown declaration such as "<![x["
        raise InvalidIndexPage(url, f"it is not HTML ({error})") from error
    version = reader.meta.get("pypi:repository-version")
    if version is not None and version.partition(".")[0] != "1":
        raise InvalidIndexPage(url, f"its API version is {version!r}; this wherry reads version 1")
    base = _base(reader.base, url)
    files = tuple(file for link in reader.links if (file := _file(link, base, url)) is not None)
    # A login page or a proxy's error page is HTML with status 200, too, and says nothing about the project.
    if not files and version is None:
        raise InvalidIndexPage(
            url,
            "it is an HTML page without links to distribution files",
            hint="if it asks to sign in to a network or to the index, do that in a browser",
        )
    return ProjectPage(
        name=name,
        url=url,
        files=files,
        status=reader.meta.get("pypi:project-status", "active"),
        status_reason=reader.meta.get("pypi:project-status-reason", ""),
    )


class _LinkReader(HTMLParser):
    """A collector of the attributes of links, ``<base href>`` and the ``pypi:`` meta elements."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.base = ""
        self.meta: dict[str, str] = {}
        self.links: list[dict[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {key: value or "" for key, value in attrs}
        if tag == "a" and "href" in attributes:
            self.links.append(attributes)
        elif tag == "base" and not self.base:
            self.base = attributes.get("href", "")
        elif tag == "meta" and attributes.get("name", "").startswith("pypi:"):
            self.meta[attributes["name"]] = attributes.get("content", "")


def _base(href: str, url: str) -> str:
    # "The result of parsing [...] if that didn't return failure", else the fallback base URL (HTML).
    try:
        base = absolute(href.strip(), url)
    except ValueError:
        return url
    return url if base.startswith(("https://", "http://")) and not is_web(without_credentials(base)) else base


def _file(link: Mapping[str, str], base: str, page_url: str) -> ProjectFile | None:
    href = link["href"].strip()
    location, hashes = split_hash(href)
    filename = last_segment(location)
    if not filename.endswith(FILE_SUFFIXES):
        return None
    try:
        check_filename(filename)
        url = file_location(location, base, page_url=page_url)
    except ValueError as error:
        return ProjectFile(shown_filename(filename), "", fault=str(error))
    return ProjectFile(
        filename=filename,
        url=url,
        hashes=hashes,
        fragment="" if hashes else href.partition("#")[2],
        requires_python=link.get("data-requires-python") or None,
        yanked=link.get("data-yanked"),
        metadata_hashes=_metadata_hashes(link),
    )


def _metadata_hashes(link: Mapping[str, str]) -> Mapping[str, str] | None:
    # PEP 714: the new name counts if both are given. The value is a hash, or "true" without one.
    offered = link.get("data-core-metadata", link.get("data-dist-info-metadata"))
    if offered is None or offered.lower() == "false":
        return None
    return split_hash(f"#{offered}")[1]

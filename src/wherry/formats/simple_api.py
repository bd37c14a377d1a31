"""Read project pages of the Simple repository API, in either of its two formats, or in the older JSON of PyPI.

https://packaging.python.org/en/latest/specifications/simple-repository-api/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from wherry.errors import InvalidIndexPage
from wherry.formats.simple_json import parse_json_page

if TYPE_CHECKING:
    from packaging.utils import NormalizedName

    from wherry.formats.simple_json import PageListing
    from wherry.model.project import ProjectPage

__all__ = ["ACCEPT", "ACCEPT_ANY", "parse_project_page"]

JSON_TYPES = frozenset({"application/vnd.pypi.simple.v1+json", "application/vnd.pypi.simple.latest+json"})
HTML_TYPES = frozenset(
    {
        "application/vnd.pypi.simple.v1+html",
        "application/vnd.pypi.simple.latest+html",
        "text/html",
    }
)

PLAIN_JSON = "application/json"

ACCEPT = "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.01"
"""The ``Accept`` header: JSON if possible, else HTML."""

ACCEPT_ANY = f"{ACCEPT}, */*;q=0.001"
"""The same for a page of any form, which may be the older JSON."""


def parse_project_page(
    body: bytes, *, content_type: str, url: str, name: NormalizedName, listing: PageListing | None = None
) -> ProjectPage:
    """Read the project page of ``name``.

    ``url`` is the page's own, after redirects: relative URLs start there. ``listing`` is the part of a JSON page that
    has been read already, if any. Raise :class:`InvalidIndexPage` if it is no project page.
    """
    media_type = _media_type(content_type)
    if media_type in JSON_TYPES:
        return parse_json_page(body, url=url, name=name, listing=listing)
    if media_type in HTML_TYPES:
        # The HTML parser is slow to import, and most indexes answer with JSON.
        from wherry.formats.simple_html import parse_html_page

        return parse_html_page(body, url=url, name=name)
    if media_type == PLAIN_JSON:
        from wherry.formats.legacy_json import parse_plain_json

        return parse_plain_json(body, url=url, name=name)
    raise InvalidIndexPage(url, f"its content type is {content_type!r}")


def _media_type(content_type: str) -> str:
    return content_type.partition(";")[0].strip().lower()

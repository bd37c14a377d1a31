from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from packaging.utils import canonicalize_name

from tests.harness.index_files import make_wheel
from tests.harness.index_pages import html_page, json_page
from wherry.errors import InvalidIndexPage
from wherry.formats.simple_api import parse_project_page

if TYPE_CHECKING:
    from wherry.model.project import ProjectPage

URL = "https://example.org/simple/app/"
WHEEL = make_wheel("app", "1", requires_python=">=3.9", yanked="why")
JSON, HTML = json_page("app", [WHEEL]), html_page("app", [WHEEL])


def read(body: str, content_type: str) -> ProjectPage:
    return parse_project_page(body.encode(), content_type=content_type, url=URL, name=canonicalize_name("app"))


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (JSON, "application/vnd.pypi.simple.v1+json"),
        (JSON, "application/vnd.pypi.simple.latest+json"),
        (JSON, "Application/vnd.pypi.simple.v1+JSON ; charset=utf-8"),
        (HTML, "application/vnd.pypi.simple.v1+html"),
        (HTML, "application/vnd.pypi.simple.latest+html;charset=UTF-8"),
        (HTML, "text/html"),
        (HTML, "text/html; charset=utf-8"),
    ],
)
def test_the_content_type_chooses_the_format(body, content_type):
    (file,) = read(body, content_type).files
    assert (file.filename, file.requires_python, file.yanked) == (WHEEL.filename, ">=3.9", "why")


@pytest.mark.parametrize("content_type", ["", "text/plain", "application/vnd.pypi.simple.v2+json"])
def test_another_content_type_is_refused(content_type):
    with pytest.raises(InvalidIndexPage, match="its content type is"):
        read(JSON, content_type)


def test_html_with_the_content_type_of_json_is_refused():
    with pytest.raises(InvalidIndexPage, match="not JSON"):
        read(HTML, "application/vnd.pypi.simple.v1+json")

"""The older JSON of PyPI, and other plain JSON."""

from __future__ import annotations

import json

import pytest
from packaging.utils import canonicalize_name

from wherry.errors import InvalidIndexPage
from wherry.formats.simple_api import parse_project_page

URL = "https://example.org/pypi/app/json"
WHEEL = {
    "filename": "app-1-py3-none-any.whl",
    "url": "https://files.example.org/app-1-py3-none-any.whl",
    "digests": {"md5": "00", "sha256": "11"},
    "size": 7,
    "requires_python": ">=3.8",
    "yanked": True,
    "yanked_reason": "broken",
    "upload_time_iso_8601": "2026-01-01T00:00:00Z",
}


def page(document, content_type="application/json"):
    return parse_project_page(
        json.dumps(document).encode(), content_type=content_type, url=URL, name=canonicalize_name("app")
    )


def test_the_files_of_all_releases_are_read_with_their_facts():
    sdist = {"filename": "app-2.tar.gz", "url": "../app-2.tar.gz", "digests": {}}
    read = page({"info": {"name": "App"}, "releases": {"1": [WHEEL], "2": [sdist], "3": [], "4": None}, "urls": []})
    wheel, other = read.files
    assert (wheel.filename, wheel.url, wheel.hashes) == (WHEEL["filename"], WHEEL["url"], {"md5": "00", "sha256": "11"})
    assert (wheel.size, wheel.requires_python, wheel.yanked) == (7, ">=3.8", "broken")
    assert wheel.upload_time == "2026-01-01T00:00:00Z"
    assert (other.url, other.yanked) == ("https://example.org/pypi/app-2.tar.gz", None)


def test_a_page_of_one_version_has_its_files_alone():
    assert [file.filename for file in page({"info": {}, "urls": [WHEEL]}).files] == [WHEEL["filename"]]


def test_a_page_of_the_simple_api_may_be_called_plain_json():
    simple = {"meta": {"api-version": "1.0"}, "name": "app", "files": [{"filename": "a.whl", "url": URL, "hashes": {}}]}
    assert [file.filename for file in page(simple).files] == ["a.whl"]


@pytest.mark.parametrize(
    "document", [[], {}, {"releases": None}, {"releases": {"1": ["x"]}, "info": {"name": "other"}}]
)
def test_other_documents_are_refused(document):
    with pytest.raises(InvalidIndexPage):
        page(document)


def test_a_broken_entry_costs_one_file():
    files = page({"releases": {"1": [WHEEL, "x", {"digests": None}]}}).files
    assert [bool(file.fault) for file in files] == [False, True, True]

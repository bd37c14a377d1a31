"""The first pages, which JavaScript's install() requests before the rest of wherry is imported."""

from __future__ import annotations

import json

import pytest
from pytest_pyodide import run_in_pyodide

from tests.harness.runtime import settle

URL = "https://index.example.org/simple/"


@run_in_pyodide
def pages(selenium, requirements, index_urls, **options):
    from wherry.index.index import read_indexes
    from wherry.runtime.first_pages import first_pages

    arguments = {"requirements": requirements, **options}
    return [request.url for request in first_pages(arguments, read_indexes(index_urls))]


@pytest.mark.parametrize("requirement", ["My.App", " my-app >= 1, < 2 ", "my_app==1.*", "my_app~=1.0"])
def test_the_page_of_a_plain_requirement_is_requested_early(wherry_runtime, requirement):
    assert pages(wherry_runtime, [requirement], [URL]) == [f"{URL}my-app/"]


@pytest.mark.parametrize(
    "requirement",
    [
        'app; sys_platform == "win32"',
        "app @ https://example.org/app-1-py3-none-any.whl",
        "https://example.org/app-1-py3-none-any.whl",
        "./app-1-py3-none-any.whl",
        "app-1-py3-none-any.whl",
        "app !",
        "",
        ["app"],
        "six",
        "pyodide",
        "pyodide-py",
        "wherry",
        "json>=1",
    ],
)
def test_projects_that_may_come_from_elsewhere_are_not_requested_early(wherry_runtime, requirement):
    assert pages(wherry_runtime, [requirement], [URL]) == []


def test_packages_of_the_distribution_are_requested_early_if_the_index_is_preferred(wherry_runtime):
    assert pages(wherry_runtime, ["six"], [URL], prefer="index") == [f"{URL}six/"]
    assert pages(wherry_runtime, ["six"], [URL], prefer="distribution") == []


def test_requirements_of_the_distribution_are_requested_afterwards(wherry_runtime):
    expected = [f"{URL}{name}/" for name in ("python-dateutil", "app", "six")]
    assert pages(wherry_runtime, ["python-dateutil", "app"], [URL], prefer="index") == expected
    assert pages(wherry_runtime, ["python-dateutil", "app"], [URL], prefer="index", deps=False) == expected[:2]
    assert pages(wherry_runtime, ["python-dateutil", "six; python_version < '3'"], [URL], prefer="index") == [
        expected[0],
        expected[2],
    ]


def test_no_pages_are_requested_early_if_an_index_is_for_some_projects_only(wherry_runtime):
    assert pages(wherry_runtime, ["app"], [URL, "torch @ https://torch.example.org/"]) == []


def install(runtime, requirements, index_url):
    runtime.run_js(f"await self.wherry.install({json.dumps(requirements)}, {{ indexUrls: [{json.dumps(index_url)}] }})")


def test_pages_are_requested_once_and_not_for_installed_projects(fresh_wherry_runtime, index_server):
    install(fresh_wherry_runtime, ["idna"], index_server.json_url)
    assert index_server.requests["/json/idna/"] == 1
    index_server.requests.clear()
    install(fresh_wherry_runtime, ["idna>=1"], index_server.json_url)
    assert not index_server.requests


def test_unused_early_requests_are_aborted_at_the_end_of_the_call(fresh_wherry_runtime, index_server):
    index_server.held = "/json/idna/"
    with pytest.raises(fresh_wherry_runtime.JavascriptException, match="InvalidRequirement"):
        install(fresh_wherry_runtime, ["idna", "no requirement"], index_server.json_url)
    settle(fresh_wherry_runtime, index_server)
    # A browser may not have sent the request yet.
    begun = index_server.requests["/json/idna/"]
    assert begun == 1 or (begun == 0 and fresh_wherry_runtime.browser != "node")
    index_server.held = ""
    install(fresh_wherry_runtime, ["idna"], index_server.json_url)
    assert index_server.requests["/json/idna/"] == begun + 1

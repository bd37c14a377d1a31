"""The first pages, which JavaScript's install() asks for before the rest of wherry is imported."""

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
def test_the_page_of_a_plain_requirement_is_sure_to_be_asked_for(wherry_runtime, requirement):
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
def test_what_may_come_from_elsewhere_or_never_is_left_alone(wherry_runtime, requirement):
    assert pages(wherry_runtime, [requirement], [URL]) == []


def test_what_the_distribution_has_is_sure_to_be_asked_for_where_the_index_is_preferred(wherry_runtime):
    assert pages(wherry_runtime, ["six"], [URL], prefer="index") == [f"{URL}six/"]
    assert pages(wherry_runtime, ["six"], [URL], prefer="distribution") == []


def test_what_the_distribution_requires_for_it_comes_after_that(wherry_runtime):
    expected = [f"{URL}{name}/" for name in ("python-dateutil", "app", "six")]
    assert pages(wherry_runtime, ["python-dateutil", "app"], [URL], prefer="index") == expected
    assert pages(wherry_runtime, ["python-dateutil", "app"], [URL], prefer="index", deps=False) == expected[:2]
    assert pages(wherry_runtime, ["python-dateutil", "six; python_version < '3'"], [URL], prefer="index") == [
        expected[0],
        expected[2],
    ]


def test_where_an_index_is_for_some_projects_alone_nothing_is_sure(wherry_runtime):
    assert pages(wherry_runtime, ["app"], [URL, "torch @ https://torch.example.org/"]) == []


def install(runtime, requirements, index_url):
    runtime.run_js(f"await self.wherry.install({json.dumps(requirements)}, {{ indexUrls: [{json.dumps(index_url)}] }})")


def test_no_page_is_asked_for_twice_nor_for_what_is_installed(fresh_wherry_runtime, index_server):
    install(fresh_wherry_runtime, ["idna"], index_server.json_url)
    assert index_server.requests["/json/idna/"] == 1
    index_server.requests.clear()
    install(fresh_wherry_runtime, ["idna>=1"], index_server.json_url)
    assert not index_server.requests


def test_what_was_asked_for_in_vain_is_ended_with_the_call(fresh_wherry_runtime, index_server):
    index_server.held = "/json/idna/"
    with pytest.raises(fresh_wherry_runtime.JavascriptException, match="InvalidRequirement"):
        install(fresh_wherry_runtime, ["idna", "no requirement"], index_server.json_url)
    settle(fresh_wherry_runtime, index_server)
    # A browser may not even have sent it by then.
    in_vain = index_server.requests["/json/idna/"]
    assert in_vain == 1 or (in_vain == 0 and fresh_wherry_runtime.browser != "node")
    index_server.held = ""
    install(fresh_wherry_runtime, ["idna"], index_server.json_url)
    assert index_server.requests["/json/idna/"] == in_vain + 1

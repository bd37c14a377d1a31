"""JavaScript and Python read the same from project pages."""

from __future__ import annotations

import json

from pytest_pyodide import run_in_pyodide

PLAIN = {"filename": "app-1.0-py3-none-any.whl", "url": "https://files.example.org/app-1.0-py3-none-any.whl"}
FILES = [
    PLAIN | {"size": 2**53 - 1, "hashes": {"sha256": "ab"}, "yanked": "\u2028 \U0001f6a2", "core-metadata": True},
    PLAIN | {"filename": "app-1.1.tar.gz", "requires-python": ">=3.9", "upload-time": "2026-01-01T00:00:00Z"},
]


def page(files):
    return json.dumps({"meta": {"api-version": "1.4"}, "name": "app", "versions": ["1"], "files": files}).encode()


@run_in_pyodide
def read_both_ways(selenium, body):
    import wherry_js
    from pyodide.ffi import to_js

    from wherry.formats.core_metadata import parse_core_metadata
    from wherry.formats.simple_json import parse_json_page
    from wherry.runtime.fetch import JsPageListing

    page = wherry_js.readListing(to_js(body))
    if page is None:
        return None
    listing = JsPageListing(page)
    url = "https://example.org/simple/app/"
    name = parse_core_metadata(b"Metadata-Version: 2.4\nName: app\nVersion: 1", subject="").name
    read = parse_json_page(body, url=url, name=name, listing=listing)
    whole = parse_json_page(body, url=url, name=name)
    wheels = read.wheels(["any", "win32"])
    return read == whole and wheels == whole.wheels(["any", "win32"]), len(read.files), len(wheels)


def test_javascript_and_python_read_the_same_from_pages(wherry_runtime):
    assert read_both_ways(wherry_runtime, page(FILES)) == (True, 2, 1)
    assert read_both_ways(wherry_runtime, page([])) == (True, 0, 0)
    assert read_both_ways(wherry_runtime, page([PLAIN | {"url": "../app"}])) == (True, 1, 1)
    endings = ["-x.ANY.whl", "-any.WHL", "-anywhl", "-.whl", ".whl", "-win32.any.whl", "-win64.whl", "whl", "any.whl"]
    files = [PLAIN | {"filename": f"app{ending}"} for ending in endings]
    assert read_both_ways(wherry_runtime, page(files)) == (True, len(files), 2)


def test_unusual_pages_are_left_to_python(wherry_runtime):
    proxies = wherry_runtime.get_num_proxies()
    assert read_both_ways(wherry_runtime, page([PLAIN | {"filename": "../app"}])) is None
    assert read_both_ways(wherry_runtime, b"{") is None
    assert wherry_runtime.get_num_proxies() == proxies

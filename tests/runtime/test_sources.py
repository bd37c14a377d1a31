"""Where packages come from besides an index: the distribution, and wheels that lie nearby."""

from __future__ import annotations

import pytest
from pytest_pyodide import run_in_pyodide

from tests.harness.index_files import make_wheel
from tests.harness.index_server import dead_url

NEARBY = make_wheel("nearby", "1", requires=["six"])


@run_in_pyodide
async def install(selenium, requirement, index_url):
    import pyodide_js
    from js import Object

    import wherry

    report = await wherry.install(requirement, index_urls=[index_url])
    return {
        "installed": {item.name: item.version for item in report.installed},
        "unchanged": {item.name: item.version for item in report.unchanged},
        "from_distribution": [item.name for item in wherry.installed() if item.from_distribution],
        "loaded_names": list(Object.keys(pyodide_js.loadedPackages)),
    }


@run_in_pyodide
async def load_and_use(selenium, name):
    import pyodide_js

    loaded = await pyodide_js.loadPackage(name)
    from dateutil.parser import isoparse

    return len(loaded), isoparse("2026-01-01").year


@run_in_pyodide
def write(selenium, path, content):
    from pathlib import Path

    Path(path).write_bytes(content)


def test_the_distributions_packages_come_from_the_distribution(fresh_wherry_runtime):
    outcome = install(fresh_wherry_runtime, "python-dateutil", dead_url())
    assert outcome["installed"] == {"python-dateutil": "2.9.0.post0", "six": "1.17.0"}
    assert outcome["from_distribution"] == ["python-dateutil", "six"]
    assert sorted(outcome["loaded_names"]) == ["python-dateutil", "six"]
    # Pyodide's own loader takes them for loaded, and what wherry placed is what imports.
    assert load_and_use(fresh_wherry_runtime, "python-dateutil") == (0, 2026)


def test_what_pyodide_has_loaded_is_installed(fresh_wherry_runtime):
    load_and_use(fresh_wherry_runtime, "python-dateutil")
    outcome = install(fresh_wherry_runtime, "six", dead_url())
    assert (outcome["installed"], outcome["unchanged"]) == ({}, {"six": "1.17.0"})
    assert outcome["from_distribution"] == ["python-dateutil", "six"]


@pytest.mark.parametrize("form", ["emfs:/home/{}", "/home/{}", "../{}", "nearby @ emfs:/home/{}"])
def test_a_wheel_in_the_virtual_filesystem_is_installed(fresh_wherry_runtime, form):
    write(fresh_wherry_runtime, f"/home/{NEARBY.filename}", NEARBY.content)
    outcome = install(fresh_wherry_runtime, form.format(NEARBY.filename), dead_url())
    assert outcome["installed"] == {"nearby": "1", "six": "1.17.0"}


def test_a_wheel_on_this_computer_is_installed_in_node(fresh_wherry_runtime, tmp_path):
    if fresh_wherry_runtime.browser != "node":
        pytest.skip("a page sees no files of its computer")
    (tmp_path / NEARBY.filename).write_bytes(NEARBY.content)
    outcome = install(fresh_wherry_runtime, (tmp_path / NEARBY.filename).as_uri(), dead_url())
    assert outcome["installed"] == {"nearby": "1", "six": "1.17.0"}


def test_a_wheel_by_url_is_installed(fresh_wherry_runtime, index_server):
    index_server.files.append(NEARBY)
    url = f"{index_server.url}/files/{NEARBY.sha256[:16]}/{NEARBY.filename}#sha256={NEARBY.sha256}"
    outcome = install(fresh_wherry_runtime, url, index_server.json_url)
    assert outcome["installed"] == {"nearby": "1", "six": "1.17.0"}

"""Sources of packages besides an index: the distribution, and local wheels."""

from __future__ import annotations

import os
from pathlib import Path
from shutil import rmtree

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
    # Pyodide's own loader counts them as loaded, and imports find the files that wherry placed.
    assert load_and_use(fresh_wherry_runtime, "python-dateutil") == (0, 2026)


def test_packages_that_pyodide_loaded_count_as_installed(fresh_wherry_runtime):
    load_and_use(fresh_wherry_runtime, "python-dateutil")
    outcome = install(fresh_wherry_runtime, "six", dead_url())
    assert (outcome["installed"], outcome["unchanged"]) == ({}, {"six": "1.17.0"})
    assert outcome["from_distribution"] == ["python-dateutil", "six"]


@pytest.mark.parametrize("form", ["emfs:/home/{}", "/home/{}", "../{}", "nearby @ emfs:/home/{}"])
def test_a_wheel_in_the_virtual_filesystem_is_installed(fresh_wherry_runtime, form):
    write(fresh_wherry_runtime, f"/home/{NEARBY.filename}", NEARBY.content)
    outcome = install(fresh_wherry_runtime, form.format(NEARBY.filename), dead_url())
    assert outcome["installed"] == {"nearby": "1", "six": "1.17.0"}


@pytest.mark.parametrize("is_relative", [True, False])
def test_a_wheel_on_this_computer_is_installed_in_node(fresh_wherry_runtime, tmp_path, is_relative):
    if fresh_wherry_runtime.browser != "node":
        pytest.skip("a page sees no files of its computer")
    path = tmp_path / NEARBY.filename
    path.write_bytes(NEARBY.content)
    working_directory = fresh_wherry_runtime.run_js("return process.cwd();")
    address = f"file:{os.path.relpath(path, working_directory)}" if is_relative else path.as_uri()
    outcome = install(fresh_wherry_runtime, address, dead_url())
    assert outcome["installed"] == {"nearby": "1", "six": "1.17.0"}


def test_a_wheel_by_url_is_installed(fresh_wherry_runtime, index_server):
    index_server.files.append(NEARBY)
    url = f"{index_server.url}/files/{NEARBY.sha256[:16]}/{NEARBY.filename}#sha256={NEARBY.sha256}"
    outcome = install(fresh_wherry_runtime, url, index_server.json_url)
    assert outcome["installed"] == {"nearby": "1", "six": "1.17.0"}


@run_in_pyodide
async def try_to_install(selenium, requirement, index_urls):
    import wherry

    try:
        report = await wherry.install(requirement, index_urls=index_urls)
    except wherry.WherryError as error:
        return type(error).__name__, str(error)
    return [[item.name, item.source] for item in report.installed if item.requested]


@run_in_pyodide
def make_index(selenium, folder, name, filename, content):
    from pathlib import Path

    project = Path(folder, name)
    project.mkdir(parents=True)
    (project / filename).write_bytes(content)
    (project / "index.html").write_text(f'<a href="{filename}">{filename}</a>')


@pytest.fixture
def beside(fresh_wherry_runtime, tmp_path):
    """Return a function that puts a file beside the page and returns its URL; skip the test in Node."""
    made = []

    def beside(name: str, content: bytes) -> str:
        if fresh_wherry_runtime.browser == "node":
            pytest.skip("there is no page")
        folder = Path(fresh_wherry_runtime.dist_dir)
        path = folder / name
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_bytes(content)
        made.append(folder / Path(name).parts[0])
        return f"{fresh_wherry_runtime.base_url}/{name}"

    yield beside
    for path in set(made):
        path.unlink() if path.is_file() else rmtree(path)


SMALL = make_wheel("small", "1")
BROKEN = "broken-1-py3-none-any.whl"


def test_a_relative_path_that_does_not_exist_is_relative_to_the_page(fresh_wherry_runtime, beside):
    url = beside(SMALL.filename, SMALL.content)
    for path in (f"./{SMALL.filename}", f"/{SMALL.filename}?v=1"):
        assert try_to_install(fresh_wherry_runtime, path, [dead_url()])[0][0] == "small"
    assert try_to_install(fresh_wherry_runtime, f"./{SMALL.filename}", [dead_url()]) == [["small", url]]


def test_the_file_system_comes_before_the_page(fresh_wherry_runtime, beside):
    beside(SMALL.filename, b"no wheel")
    write(fresh_wherry_runtime, f"/home/pyodide/{SMALL.filename}", SMALL.content)
    found = try_to_install(fresh_wherry_runtime, SMALL.filename, [dead_url()])
    assert found == [["small", f"emfs:/home/pyodide/{SMALL.filename}"]]


def test_the_error_for_a_missing_file_names_both_places(fresh_wherry_runtime):
    error, sentence = try_to_install(fresh_wherry_runtime, f"wheels/{SMALL.filename}", [dead_url()])
    if fresh_wherry_runtime.browser == "node":
        assert error == "IndexUnreachable"
        assert f"emfs:/home/pyodide/wheels/{SMALL.filename}" in sentence
        assert (
            f"write its URL, such as {Path(fresh_wherry_runtime.dist_dir, 'wheels', SMALL.filename).resolve().as_uri()}"
            in sentence
        )
    else:
        assert error == "RefusedByIndex"
        assert f"{fresh_wherry_runtime.base_url}/wheels/{SMALL.filename} answered with HTTP status 404" in sentence
        assert f"/home/pyodide/wheels/{SMALL.filename} is not in Pyodide's file system either" in sentence


def test_emfs_urls_are_not_relative_to_the_page(fresh_wherry_runtime, beside):
    beside(SMALL.filename, SMALL.content)
    error, sentence = try_to_install(fresh_wherry_runtime, f"emfs:{SMALL.filename}", [dead_url()])
    assert error == "IndexUnreachable"
    assert sentence.endswith("for a file beside the page, write a path without 'emfs:'")


def test_an_index_can_be_a_folder_in_the_file_system(fresh_wherry_runtime):
    make_index(fresh_wherry_runtime, "/home/pyodide/simple", "small", SMALL.filename, SMALL.content)
    found = try_to_install(fresh_wherry_runtime, "small", "./simple/")
    assert found[0][0] == "small"
    error, sentence = try_to_install(fresh_wherry_runtime, "unheard-of", "./simple/")
    assert error == "UnknownProject"
    assert "emfs:/home/pyodide/simple/" in sentence


def test_an_index_can_be_a_folder_beside_the_page(fresh_wherry_runtime, beside):
    url = beside(f"pages/small/{SMALL.filename}", SMALL.content)
    beside("pages/small/index.html", f'<a href="{SMALL.filename}">{SMALL.filename}</a>'.encode())
    assert url.endswith(SMALL.filename)
    assert try_to_install(fresh_wherry_runtime, "small", "./pages/")[0][0] == "small"
    error, sentence = try_to_install(fresh_wherry_runtime, "unheard-of", "./pages/")
    assert error == "UnknownProject"
    assert f"{fresh_wherry_runtime.base_url}/pages/ (or in /home/pyodide/pages)" in sentence


def test_an_index_of_this_computer_is_a_url_in_node(fresh_wherry_runtime, tmp_path):
    if fresh_wherry_runtime.browser != "node":
        pytest.skip("a page sees no files of its computer")
    (tmp_path / "small").mkdir()
    (tmp_path / "small" / SMALL.filename).write_bytes(SMALL.content)
    page = f'<a href="{SMALL.filename}">{SMALL.filename}</a>'
    (tmp_path / "small" / "index.html").write_text(page, encoding="utf-8")
    assert try_to_install(fresh_wherry_runtime, "small", tmp_path.as_uri())[0][0] == "small"


def test_a_text_file_with_the_name_of_a_wheel_is_refused(fresh_wherry_runtime):
    write(fresh_wherry_runtime, f"/home/{BROKEN}", b"no archive")
    error, sentence = try_to_install(fresh_wherry_runtime, f"/home/{BROKEN}", [dead_url()])
    assert error == "InvalidWheel"
    assert sentence.startswith(f"{BROKEN} is not a valid wheel: ")

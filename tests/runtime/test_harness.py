"""The harness itself, in each runtime: it starts, reaches the index across origins, and leaves no traces."""

from __future__ import annotations

from pytest_pyodide import run_in_pyodide

from tests.harness.runtime import snapshot


@run_in_pyodide
def python_version(selenium):
    import sys

    return sys.version_info[:2]


@run_in_pyodide
def distributions(selenium):
    from importlib import metadata

    return [distribution.name for distribution in metadata.distributions()]


@run_in_pyodide
async def fetched(selenium, url):
    from js import fetch

    response = await fetch(url)
    return response.status, response.headers.get("content-type"), (await response.arrayBuffer()).to_bytes()


@run_in_pyodide
async def loaded_from_the_distribution(selenium):
    import pyodide_js

    await pyodide_js.loadPackage("python-dateutil")
    from dateutil.parser import isoparse

    return isoparse("2026-01-01").year


def test_the_runtime_has_no_packages(selenium):
    assert python_version(selenium) == (3, 14)
    assert distributions(selenium) == []


def test_the_index_answers_across_origins(selenium, index_server):
    status, kind, body = fetched(selenium, index_server.json_url + "msgpack/")
    assert (status, kind.split(";")[0]) == (200, "application/vnd.pypi.simple.v1+json")
    assert b"msgpack-1.2.4-cp314-cp314-pyemscripten_2026_0_wasm32.whl" in body


def test_the_distribution_is_our_own(selenium_standalone):
    assert loaded_from_the_distribution(selenium_standalone) == 2026


@run_in_pyodide
def write(selenium, path, text):
    from pathlib import Path

    Path(path).write_text(text)


def test_a_snapshot_sees_every_change(selenium_standalone):
    before = snapshot(selenium_standalone)
    assert snapshot(selenium_standalone) == before
    write(selenium_standalone, "/tmp/left-behind", "x")  # noqa: S108 - in Pyodide
    after = snapshot(selenium_standalone)
    assert {path for path in after if after[path] != before.get(path)} == {"/tmp/left-behind"}  # noqa: S108

"""Real wheels, two of them compiled, from an index into Pyodide: installed, imported, used."""

from __future__ import annotations

from collections import Counter

import pytest
from pytest_pyodide import run_in_pyodide

from tests.harness.runtime import BOTH_HALVES, snapshot

pytestmark = BOTH_HALVES

INDEXES = pytest.mark.parametrize("form", ["json", "html"])


@run_in_pyodide
async def install_and_use(selenium, index_url):
    from importlib import metadata

    import wherry

    report = await wherry.install("pydantic", "msgpack", index_urls=[index_url])

    import msgpack
    import pydantic

    return {
        "reported": {str(item.name): str(item.version) for item in report.installed},
        "found": {item.name.lower().replace("_", "-"): item.version for item in metadata.distributions()},
        "validated": pydantic.TypeAdapter(list[int]).validate_python(["1"]),
        "packed": msgpack.packb([1]),
    }


@INDEXES
def test_compiled_packages_install_and_work(fresh_wherry_runtime, index_server, form):
    outcome = install_and_use(fresh_wherry_runtime, f"{index_server.url}/{form}/")
    assert outcome["reported"] == outcome["found"]
    assert outcome["found"] == {
        "annotated-types": "0.8.0",
        "msgpack": "1.2.4",
        "pydantic": "2.14.3",
        "pydantic-core": "2.50.4",
        "typing-extensions": "4.16.0",
        "typing-inspection": "0.4.5",
    }
    assert outcome["validated"] == [1]
    assert outcome["packed"] == b"\x91\x01"
    assert set(index_server.requests.values()) == {1}


@run_in_pyodide
async def look_before_and_after(selenium, index_url):
    import importlib
    from importlib import metadata

    import wherry

    found = []
    for _ in range(2):
        try:
            found.append(metadata.version("idna") == importlib.import_module("idna").__version__)
        except ImportError as error:
            found.append(type(error).__name__)
        await wherry.install("idna", index_urls=[index_url])
    return found


def test_modules_that_were_missing_are_found_after_their_installation(fresh_wherry_runtime, index_server):
    assert look_before_and_after(fresh_wherry_runtime, index_server.json_url) == ["PackageNotFoundError", True]


@run_in_pyodide
async def install(selenium, requirements, index_url):
    import wherry

    report = await wherry.install(requirements, index_urls=[index_url])
    return {str(item.name): str(item.version) for item in report.installed}


@run_in_pyodide
async def install_over_imported(selenium, index_url):
    from importlib import import_module

    import wherry

    await wherry.install("msgpack<1.2.4", index_urls=[index_url])
    loaded = import_module("msgpack._cmsgpack").__file__
    upgraded = await wherry.install("msgpack", upgrade=True, index_urls=[index_url])
    removed = wherry.uninstall("msgpack")
    anew = await wherry.install("msgpack", index_urls=[index_url])
    return loaded, upgraded.warnings, removed.warnings, anew.warnings


def test_a_loaded_compiled_module_that_is_replaced_is_warned_about(fresh_wherry_runtime, index_server):
    loaded, *said = install_over_imported(fresh_wherry_runtime, index_server.json_url)
    assert loaded.endswith(".so")
    assert said == [
        ("msgpack 1.2.3 is imported (msgpack): restart the runtime to use another",),
        ("msgpack 1.2.4 is imported (msgpack): it stays in memory until the runtime restarts",),
        ("An earlier version of msgpack is imported; restart the runtime to use the new one",),
    ]


@run_in_pyodide
def uninstall(selenium, names):
    import wherry

    return [str(item.name) for item in wherry.uninstall(*names)]


@run_in_pyodide
def imported(selenium, module):
    from importlib import import_module

    found = import_module(module)
    return found.__version__, found.__file__


def test_no_request_is_made_twice(wherry_runtime, index_server):
    before = snapshot(wherry_runtime)
    installed = install(wherry_runtime, ["fastapi"], index_server.json_url)
    assert len(installed) == 11
    kinds = Counter(path.rpartition(".")[2] for path in index_server.requests.elements())
    assert kinds == {f"/json/{name}/": 1 for name in installed} | {"metadata": 11, "whl": 11}
    uninstall(wherry_runtime, list(installed))
    assert snapshot(wherry_runtime) == before


def test_users_can_install_another_version_of_packaging(fresh_wherry_runtime, index_server):
    assert install(fresh_wherry_runtime, ["packaging==24.0"], index_server.json_url) == {"packaging": "24.0"}
    version, file = imported(fresh_wherry_runtime, "packaging")
    assert version == "24.0"
    assert "site-packages" in file
    assert install(fresh_wherry_runtime, ["idna"], index_server.json_url) == {"idna": "3.20"}


def test_an_upgrade_replaces_an_older_release(wherry_runtime, index_server):
    before = snapshot(wherry_runtime)
    assert install(wherry_runtime, ["msgpack<1.2.4"], index_server.json_url) == {"msgpack": "1.2.3"}
    assert install(wherry_runtime, ["msgpack>=1.2.4"], index_server.json_url) == {"msgpack": "1.2.4"}
    uninstall(wherry_runtime, ["msgpack"])
    assert snapshot(wherry_runtime) == before

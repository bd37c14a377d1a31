"""Locks in Pyodide: made in one runtime, installed in another, and used by plain Pyodide without wherry."""

from __future__ import annotations

import json
import tomllib

import pytest
from pytest_pyodide import run_in_pyodide

from tests.harness.distributed import WHEEL, distribute, shared_library
from tests.harness.foreign_locks import pip_on_linux
from tests.harness.index_files import make_wheel
from tests.harness.index_pages import file_path
from tests.harness.index_server import dead_url
from tests.harness.locks import lock_text, package_table, wheel_table
from tests.harness.paths import BUNDLE, DISTRIBUTION
from tests.harness.runtime import settle, snapshot

PINS = {
    "annotated-types": "0.8.0",
    "msgpack": "1.2.4",
    "pydantic": "2.14.3",
    "pydantic-core": "2.50.4",
    "typing-extensions": "4.16.0",
    "typing-inspection": "0.4.5",
}


@run_in_pyodide
async def lock(selenium, requirements, index_url, existing=None):
    import wherry

    made = await wherry.Installer(index_urls=[index_url]).lock(requirements, existing=existing)
    return str(made), made.pins


@run_in_pyodide
async def lock_of_pyodide(selenium, requirements, index_url, others):
    import wherry

    made = await wherry.Installer(index_urls=[index_url]).lock(requirements)
    return made.to_pyodide_lock(others=others)


@run_in_pyodide
async def install(selenium, given):
    import wherry

    try:
        report = await wherry.install_lock(given)
    except wherry.WherryError as error:
        return str(error)
    return {item.name: item.version for item in report.installed}, report.requests, list(report.warnings)


@run_in_pyodide
async def install_and_use(selenium, given):
    from importlib import metadata

    import wherry

    report = await wherry.install_lock(given)

    import msgpack
    import pydantic

    return {
        "reported": {str(item.name): str(item.version) for item in report.installed},
        "found": {item.name.lower().replace("_", "-"): item.version for item in metadata.distributions()},
        "validated": pydantic.TypeAdapter(list[int]).validate_python(["1"]),
        "packed": msgpack.packb([1]),
        "broken": str(wherry.check()),
    }


@run_in_pyodide
def write(selenium, path, text):
    from pathlib import Path

    Path(path).parent.mkdir(exist_ok=True)
    Path(path).write_bytes(text if isinstance(text, bytes) else text.encode())


def test_a_lock_installs_in_another_runtime_with_one_request_a_file(wherry_runtime, fresh_wherry_runtime, index_server):
    before = snapshot(wherry_runtime)
    text, pins = lock(wherry_runtime, ["msgpack", "pydantic"], index_server.json_url)
    assert pins == PINS
    assert lock(wherry_runtime, ["pydantic", "msgpack"], index_server.json_url, text) == (text, pins)
    assert snapshot(wherry_runtime) == before
    assert not [path for path in index_server.requests if path.endswith(".whl")]
    index_server.requests.clear()
    outcome = install_and_use(fresh_wherry_runtime, text)
    assert outcome["reported"] == outcome["found"] == PINS
    assert (outcome["validated"], outcome["packed"]) == ([1], b"\x91\x01")
    files = [wheel["url"] for package in tomllib.loads(text)["packages"] for wheel in package["wheels"]]
    assert index_server.requests == dict.fromkeys((url.removeprefix(index_server.url) for url in files), 1)


def test_members_and_a_shared_library_are_installed_from_a_lock(wherry_runtime, fresh_wherry_runtime, index_server):
    library = shared_library()
    distribute(wherry_runtime, index_server, library)
    text, pins = lock(wherry_runtime, ["uses-packed"], dead_url())
    assert pins == {"uses-packed": "1.0"}
    recorded = tomllib.loads(text)["tool"]["wherry"]
    assert recorded["shared-libraries"] == [
        {
            "name": "libpacked",
            "version": "1.0",
            "url": f"{index_server.url}{file_path(library)}",
            "hashes": {"sha256": library.sha256},
        }
    ]
    assert recorded["platform"] == "pyemscripten_2026_0_wasm32"
    assert recorded["pyodide"].startswith("314.")
    # The other runtime has neither in its distribution.
    assert install(fresh_wherry_runtime, text) == ({"uses-packed": "1.0"}, 2, [])
    assert uses_the_library(fresh_wherry_runtime) == (True, ["libpacked", "uses-packed"])
    assert index_server.requests == {file_path(library): 1, file_path(WHEEL): 1}
    distribute(fresh_wherry_runtime, index_server, library)
    assert install(fresh_wherry_runtime, text) == ({}, 0, [])


@run_in_pyodide
def uses_the_library(selenium):
    from importlib import import_module

    from js import Object
    from pyodide_js import loadedPackages

    uses_packed = import_module("uses_packed")
    loaded = sorted(name.replace("_", "-") for name in Object.keys(loadedPackages))
    return hasattr(uses_packed.packed, "PyInit__cmsgpack"), loaded


def test_members_of_the_distribution_come_from_beside_the_runtime(fresh_wherry_runtime):
    text, pins = lock(fresh_wherry_runtime, ["python-dateutil"], dead_url())
    assert pins == {"python-dateutil": "2.9.0.post0", "six": "1.17.0"}
    packages = tomllib.loads(text)["packages"]
    assert [package["tool"] for package in packages] == [{"wherry": {"origin": "distribution"}}] * 2
    # Their addresses are of the web, for other runtimes.
    assert all(package["wheels"][0]["url"].startswith("https://") for package in packages)
    assert install(fresh_wherry_runtime, text) == (pins, 2, [])


NEAR = make_wheel("near", "1")


def test_a_lock_in_pyodides_file_system_may_name_wheels_beside_it(wherry_runtime):
    before = snapshot(wherry_runtime)
    table = package_table(NEAR, wheels=[wheel_table(NEAR, url=None, path=f"wheels/{NEAR.filename}")])
    write(wherry_runtime, "/home/pyodide/locks/pylock.toml", lock_text(table))
    write(wherry_runtime, f"/home/pyodide/locks/wheels/{NEAR.filename}", NEAR.content)
    for given in ("/home/pyodide/locks/pylock.toml", "emfs:/home/pyodide/locks/pylock.toml"):
        assert install(wherry_runtime, given) == ({"near": "1"}, 1, [])
        restore(wherry_runtime, "near")
    write(wherry_runtime, "/home/pyodide/locks/pylock.toml", lock_text(table).replace("wheels/near", "../near"))
    assert "leads out of the folder of the lock" in install(wherry_runtime, "/home/pyodide/locks/pylock.toml")
    restore(wherry_runtime)
    assert snapshot(wherry_runtime) == before


@run_in_pyodide
def restore(selenium, *names):
    from shutil import rmtree

    import wherry

    if names:
        wherry.uninstall(*names)
    else:
        rmtree("/home/pyodide/locks")


def bad_locks(server):
    served = wheel_table(NEAR, url=f"{server.url}{file_path(NEAR)}")
    return {
        "": "the given lock: it has no lock-version, so it is no pylock.toml",
        "<!doctype html>\n": "the given lock, line 1: not valid TOML: Invalid statement",
        pip_on_linux(): "msgpack 1.2.4 has manylinux2014_x86_64.manylinux_2_17_x86_64; make a lock in the runtime that",
        f"{server.url}/html/near/": "/html/near/, line 1: not valid TOML",
        f"{server.url}/files/0/pylock.toml": "answered with HTTP status 404",
        lock_text(package_table(NEAR, wheels=[served | {"hashes": {"sha256": "00"}}])): "does not match the given lock",
        lock_text(package_table(NEAR, wheels=[served | {"size": 1}])): "the given lock: expected 1 bytes",
        lock_text(package_table(NEAR, wheels=[served | {"size": 10**18}])): "cannot have 1000000000000000000 bytes",
        lock_text(
            NEAR, tool={"wherry": {"platform": "pyemscripten_2025_0_wasm32"}}
        ): "it was made for pyemscripten_2025_0",
        lock_text(NEAR, requires_python="<3.14"): "it requires Python <3.14",
        f"a = {'[' * 100_000}\n": "it nests deeper than 50 levels",
        lock_text(package_table(NEAR, marker=f"{'(' * 2000}os_name == 'x'{')' * 2000}")): "nest deeper than 50 levels",
    }


def test_bad_locks_are_refused_and_change_nothing(wherry_runtime, index_server):
    index_server.files.append(NEAR)
    before = snapshot(wherry_runtime)
    for text, message in bad_locks(index_server).items():
        assert message in install(wherry_runtime, text)
    settle(wherry_runtime, index_server)
    assert snapshot(wherry_runtime) == before


USE = """
import json
from dateutil.parser import isoparse
import idna, msgpack
json.dumps([isoparse("2026-01-01").year, idna.encode("ä.example").decode(), msgpack.packb([1]).hex(), idna.__file__])
"""


def load_plain(runtime, lock_text, names, code):
    """Load packages of a lock into another Pyodide without wherry; return their names and the result of Python code."""
    base = f"'{DISTRIBUTION}/'" if runtime.browser == "node" else "new URL('./', location).href"
    return runtime.run_js(
        f"""
        const lockFileContents = {json.dumps(lock_text)};
        const plain = await loadPyodide({{ lockFileContents, packageBaseUrl: {base}, fullStdLib: false }});
        const failures = [];
        const loaded = await plain.loadPackage({json.dumps(names)}, {{ errorCallback: (text) => failures.push(text) }});
        const result = failures.length ? failures.join() : plain.runPython({json.dumps(code)});
        return [loaded.map(({{ name }}) => name).sort().join(), result];
        """
    )


def in_a_page(runtime):
    if runtime.browser == "node":
        pytest.skip("in Node, Pyodide's own loader takes no wheel by its URL")


def test_pyodides_own_lock_has_packages_by_url_and_those_beside_the_runtime(wherry_runtime, index_server):
    before = snapshot(wherry_runtime)
    text = lock_of_pyodide(wherry_runtime, ["msgpack", "python-dateutil"], index_server.json_url, others=False)
    document = json.loads(text)
    assert document.keys() >= {"info", "packages"}
    packages = document["packages"]
    assert packages.keys() == {"msgpack", "python-dateutil", "six"}
    assert packages["msgpack"]["file_name"].startswith(f"{index_server.url}/files/")
    assert (packages["python-dateutil"]["depends"], packages["msgpack"]["depends"]) == (["six"], [])
    assert "://" not in packages["six"]["file_name"]
    assert snapshot(wherry_runtime) == before


@pytest.mark.parametrize("others", [True, False])
def test_plain_pyodide_loads_the_packages_of_its_own_lock_without_wherry(wherry_runtime, index_server, others):
    in_a_page(wherry_runtime)
    requirements = ["msgpack", "python-dateutil", "idna"]
    text = lock_of_pyodide(wherry_runtime, requirements, index_server.json_url, others)
    index_server.requests.clear()
    loaded, result = load_plain(wherry_runtime, text, requirements, USE)
    assert loaded.split(",") == ["idna", "msgpack", "python-dateutil", "six"]
    assert json.loads(result)[:3] == [2026, "xn--4ca.example", "9101"]
    assert [path.rpartition(".")[2] for path in index_server.requests.elements()] == ["whl", "whl"]


def test_plain_pyodide_refuses_a_file_that_differs_from_its_own_lock(wherry_runtime, index_server):
    in_a_page(wherry_runtime)
    text = lock_of_pyodide(wherry_runtime, ["idna"], index_server.json_url, others=False)
    document = json.loads(text)
    document["packages"]["idna"]["sha256"] = "0" * 64
    loaded, result = load_plain(wherry_runtime, json.dumps(document), ["idna"], "1")
    assert (loaded, "Failed to fetch" in result) == ("", True)


def test_the_distributions_other_packages_are_kept_or_left_out(wherry_runtime, index_server):
    kept, left_out = (
        json.loads(lock_of_pyodide(wherry_runtime, ["msgpack"], index_server.json_url, others))
        for others in (True, False)
    )
    assert kept["packages"].keys() >= {"msgpack", "python-dateutil", "six"}
    assert left_out["packages"].keys() == {"msgpack"}
    assert kept["info"] == left_out["info"]
    loaded, result = load_plain(wherry_runtime, json.dumps(kept), ["six"], "import six; six.__version__")
    assert (loaded, result) == ("six", "1.17.0")


def test_plain_pyodide_loads_a_shared_library_of_its_own_lock(wherry_runtime, index_server):
    in_a_page(wherry_runtime)
    distribute(wherry_runtime, index_server, shared_library())
    text = lock_of_pyodide(wherry_runtime, ["uses-packed"], dead_url(), others=False)
    code = "import uses_packed; hasattr(uses_packed.packed, 'PyInit__cmsgpack')"
    loaded, result = load_plain(wherry_runtime, text, ["uses-packed"], code)
    assert (loaded, result) == ("libpacked,uses_packed", True)


def test_members_have_an_absolute_address_if_the_place_of_packages_is_relative(wherry_runtime):
    base = f"'{DISTRIBUTION}/'" if wherry_runtime.browser == "node" else "'./'"
    entry = (BUNDLE / "index.js").as_uri() if wherry_runtime.browser == "node" else "/wherry/index.js"
    text = wherry_runtime.run_js(
        f"""
        const {{ attach }} = await import({entry!r});
        const other = await loadPyodide({{ packageBaseUrl: {base} }});
        await attach(other);
        return other.runPythonAsync("import wherry; str(await wherry.lock('six'))");
        """
    )
    (package,) = tomllib.loads(text)["packages"]
    (wheel,) = package["wheels"]
    assert wheel["url"].startswith("file:///" if wherry_runtime.browser == "node" else "http://")

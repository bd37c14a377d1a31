"""Code for micropip over wherry: the calls of front ends, in Python and from JavaScript."""

from __future__ import annotations

import json
import subprocess
from base64 import b64encode

import pytest

from tests.harness.index_files import make_wheel
from tests.harness.index_pages import file_path
from tests.harness.paths import BUNDLE, NODE_MODULES
from tests.harness.piplite import piplite_wheel
from tests.harness.release_wheels import micropip_wheel

SITE_PACKAGES = "/lib/python3.14/site-packages"
APP = make_wheel("app", "1.0", requires=["lib>=1"], extras=["fast"])
LIB = make_wheel("lib", "1.0")
PRE = make_wheel("lib", "2.0b1")
WINDOWS = make_wheel("windows-only", "1", tag="cp314-cp314-win_amd64")
BOUND = make_wheel("bound", "1", requires=["windows-only"])


@pytest.fixture
def server(index_server):
    index_server.files += [APP, LIB, PRE, WINDOWS, BOUND]
    return index_server


@pytest.fixture
def pyodide(fresh_wherry_runtime, server):
    """A Pyodide in which the option of attach() has put wherry in micropip's place."""
    entry = (BUNDLE / "index.js").as_uri() if fresh_wherry_runtime.browser == "node" else "/wherry/index.js"
    fresh_wherry_runtime.run_js(
        f"""
        const {{ attach }} = await import({entry!r});
        await attach(pyodide, {{ cache: false, asMicropip: true, indexUrls: [{server.json_url!r}] }});
        return null;
        """
    )
    return fresh_wherry_runtime


def python(pyodide, code):
    """Run code where it can wait; return its value, which is JSON text."""
    return json.loads(pyodide.run_js(f"return await pyodide.runPythonAsync({code!r});"))


def test_flet_shinylive_and_marimo_install_list_and_uninstall_in_python(pyodide):
    flet = """
import json
try:
    import micropip
except ModuleNotFoundError:
    import pyodide_js
    await pyodide_js.loadPackage("micropip")
    import micropip
await micropip.install(["app"], pre=True)
import app, lib
json.dumps([app.__version__, lib.__version__])
"""
    assert python(pyodide, flet) == ["1.0", "2.0b1"]
    shinylive = """
known = micropip.list()
json.dumps(["App" in known, "other" in known, repr(known).splitlines()[0]])
"""
    assert python(pyodide, shinylive) == [True, False, "Name | Version | Source"]
    marimo = """
before = {name: (package.name, package.version) for name, package in micropip.list().items()}
micropip.uninstall("app")
json.dumps([before["app"], "app" in micropip.list()])
"""
    assert python(pyodide, marimo) == [["app", "1.0"], False]
    failure = """
try:
    await micropip.install(["bound", "absent"], keep_going=True)
except ValueError as error:
    said = str(error)
json.dumps(["windows-only" in said, "absent" in said, "bound" in micropip.list()])
"""
    assert python(pyodide, failure) == [True, True, False]


PYSCRIPT = """
    const micropip = pyodide.pyimport("micropip");
    micropip.set_index_urls([URL]);
    await micropip.install(["app"], { keep_going: true });
    const frozen = micropip.freeze();
    micropip.destroy();
    return frozen;
"""


def test_pyscript_installs_and_freezes_from_javascript_and_starts_from_what_was_frozen(pyodide, server):
    lock = json.loads(pyodide.run_js(PYSCRIPT.replace("URL", repr(server.json_url))))
    assert lock["packages"]["app"] == {
        "name": "app",
        "version": "1.0",
        "file_name": f"{server.url}{file_path(APP)}",
        "install_dir": "site",
        "sha256": APP.sha256,
        "package_type": "package",
        "imports": ["app"],
        "depends": ["lib"],
        "unvendored_tests": False,
    }
    assert lock["info"]["python"].startswith("3.14")
    assert "://" in lock["packages"]["six"]["file_name"] or lock["packages"]["six"]["file_name"].startswith("/")
    if pyodide.browser == "node":
        return  # there, Pyodide's own loader takes no wheel by its URL
    loaded = pyodide.run_js(
        f"""
        const plain = await loadPyodide({{ lockFileContents: {json.dumps(json.dumps(lock))}, fullStdLib: false }});
        const failures = [];
        await plain.loadPackage(["app"], {{ errorCallback: (text) => failures.push(text) }});
        await plain.loadPackage("six", {{ errorCallback: (text) => failures.push(text) }});
        return failures.join() || plain.runPython("import app, lib, six; app.__version__ + lib.__version__");
        """
    )
    assert loaded == "1.01.0"


def test_stlite_and_panel_call_with_keywords_and_addresses_from_javascript(pyodide, server):
    url = f"{server.url}{file_path(LIB)}"
    pyodide.run_js(
        f"""
        const micropip = pyodide.pyimport("micropip");
        micropip.add_mock_package("mocked", "9");
        await micropip.install.callKwargs([{url!r}, "mocked>=8"], {{ keep_going: true }});
        return null;
        """
    )
    code = """
import json, micropip
json.dumps({name: package.source for name, package in micropip.list().items()})
"""
    assert python(pyodide, code) == {"lib": url, "mocked": "mock"}
    panel = """
import importlib
micropip.uninstall(["lib", "mocked"])
await micropip.install(["app", "lib"])
importlib.invalidate_caches()
import app
json.dumps([app.__version__, [*micropip.list_mock_packages()]])
"""
    assert python(pyodide, panel) == ["1.0", []]


def test_an_installed_and_imported_micropip_gives_way_and_stays_away(fresh_wherry_runtime, server):
    wheel = micropip_wheel()
    server.files.append(wheel)
    archive = f"await (await fetch('{server.url}{file_path(wheel)}')).arrayBuffer()"
    unpack = f"pyodide.unpackArchive({archive}, 'wheel', {{ extractDir: {SITE_PACKAGES!r} }});"
    fresh_wherry_runtime.run_js(f"{unpack} return null;")
    before = """
import json, micropip
micropip.add_mock_package("kept", "3", modules={"kept": "VALUE = 3"})
real = micropip
import wherry
wherry.as_micropip()
import micropip, micropip.package_index, kept
json.dumps([real.__file__ != micropip.__file__, micropip.__name__, micropip.list_mock_packages(), kept.VALUE])
"""
    assert python(fresh_wherry_runtime, before) == [True, "wherry.micropip", ["kept"], 3]
    fresh_wherry_runtime.run_js(f"{unpack} return null;")  # as loadPackage("micropip") does
    after = """
import sys
from pathlib import Path
del sys.modules["micropip"]
import micropip
json.dumps([micropip.__name__, Path(real.__file__).exists(), bool(wherry.check())])
"""
    assert python(fresh_wherry_runtime, after) == ["wherry.micropip", True, False]


PIPLITE = """
import io, json, micropip, zipfile
from base64 import b64decode
zipfile.ZipFile(io.BytesIO(b64decode(CONTENT))).extractall("/lib/python3.14/site-packages")
import importlib
importlib.invalidate_caches()
import piplite.piplite as piplite
piplite._PIPLITE_URLS = [ALL]
"""


@pytest.fixture
def all_json(server):
    """The URL of piplite's own index, which has another version of lib."""
    site = make_wheel("lib", "0.5", files={"lib.py": "__version__ = 'of the site'"})
    content = json.dumps(
        {
            "lib": {
                "releases": {
                    "0.5": [
                        {
                            "filename": site.filename,
                            "url": f"{server.url}{file_path(site)}",
                            "digests": {"sha256": site.sha256},
                        }
                    ]
                }
            }
        }
    )
    server.files.append(site)
    server.answers["/pypi/all.json"] = content
    return f"{server.url}/pypi/all.json"


def piplite_start(all_json):
    content = b64encode(piplite_wheel()[1]).decode()
    return PIPLITE.replace("CONTENT", repr(content)).replace("ALL", repr(all_json))


def test_a_piplite_that_has_imported_micropip_before_asks_its_own_index_still(fresh_wherry_runtime, server, all_json):
    wheel = micropip_wheel()
    server.files.append(wheel)
    archive = f"await (await fetch('{server.url}{file_path(wheel)}')).arrayBuffer()"
    fresh_wherry_runtime.run_js(
        f"pyodide.unpackArchive({archive}, 'wheel', {{ extractDir: {SITE_PACKAGES!r} }}); return null;"
    )
    installed = f"""{piplite_start(all_json)}
piplite._PIPLITE_DISABLE_PYPI = True
import wherry
wherry.as_micropip()
await piplite.install("lib", keep_going=True)
import lib
try:
    await piplite.install("app")
except ValueError as error:
    said = str(error)
json.dumps([lib.__version__, said])
"""
    version, said = python(fresh_wherry_runtime, installed)
    assert version == "of the site"
    assert "app could not be installed: PyPI fallback is disabled" in said


def test_piplite_as_released_installs_from_its_own_index_first(pyodide, server, all_json):
    start = piplite_start(all_json)
    installed = f"""{start}
before = micropip.package_index.query_package
await piplite.install("lib", keep_going=True)
import lib
json.dumps([lib.__version__, micropip.list()["lib"].version, micropip.package_index.query_package is before])
"""
    assert python(pyodide, installed) == ["of the site", "0.5", True]
    from_index = """
await piplite.install(requirements=["app"], keep_going=False, deps=False, index_urls=[INDEX], verbose=0)
import app
json.dumps(app.__version__)
"""
    assert python(pyodide, from_index.replace("INDEX", repr(server.json_url))) == "1.0"
    disabled = """
piplite._PIPLITE_DISABLE_PYPI = True
try:
    await piplite.install(["windows-only", "lib"], keep_going=True)
except ValueError as error:
    said = str(error)
json.dumps(said)
"""
    assert "windows-only could not be installed: PyPI fallback is disabled" in python(pyodide, disabled)


@pytest.fixture(scope="module")
def lock_folder(tmp_path_factory):
    """The lock of `wherry lock --as-micropip`, and the wheel beside it."""
    folder = tmp_path_factory.mktemp("site")
    node = NODE_MODULES / ".bin" / "node"
    options = ("--quiet", "--format", "pyodide-lock", "--as-micropip", "-o", folder / "pyodide-lock.json")
    subprocess.run([node, BUNDLE / "cli.js", "lock", *options], check=True)  # noqa: S603
    return folder


BY_LOCK = """
    const plain = await loadPyodide({ lockFileURL: ADDRESS, fullStdLib: false });
    const failures = [];
    const loaded = await plain.loadPackage("micropip", { errorCallback: (text) => failures.push(text) });
    if (failures.length) return failures.join();
    return loaded.map(({ name }) => name) + " " + await plain.runPythonAsync(`
import micropip
from micropip.package_index import query_package
await micropip.install("pydantic-core", index_urls=[URL])
import importlib.metadata, pydantic_core, wherry
names = ("micropip", "pydantic-core")
f"{micropip.__name__} {[importlib.metadata.version(name) for name in names]} {wherry.check()}"
    `);
"""


def test_the_lock_brings_wherry_where_a_front_end_loads_micropip(fresh_wherry_runtime, server, lock_folder):
    address = str(lock_folder / "pyodide-lock.json")
    if fresh_wherry_runtime.browser != "node":
        address = f"{server.url}/site/pyodide-lock.json"
        server.answers |= {f"/site/{path.name}": path.read_bytes() for path in lock_folder.iterdir()}
    code = BY_LOCK.replace("ADDRESS", repr(address)).replace("[URL]", repr([server.json_url]))
    core = next(file for file in server.files if file.filename.startswith("pydantic_core"))
    said, environment = fresh_wherry_runtime.run_js(code).splitlines()
    assert said == f"micropip wherry.micropip ['0.11.1', '{core.identity[1]}'] No problems found"
    assert environment.endswith("JavaScript: from the package")


def test_the_packages_of_the_lock_have_the_addresses_of_the_cdn(lock_folder):
    lock = json.loads((lock_folder / "pyodide-lock.json").read_text(encoding="utf-8"))
    entries = lock["packages"]
    own = entries.pop("micropip")
    assert (own["depends"], own["imports"]) == ([], ["micropip", "wherry"])
    assert (lock_folder / own["file_name"]).is_file()
    assert len(entries) > 300
    assert all(entry["file_name"].startswith("https://") for entry in entries.values())

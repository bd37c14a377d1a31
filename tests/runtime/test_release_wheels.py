"""wherry from Python alone: its wheels are installed as any other, and need no `attach()`."""

from __future__ import annotations

import pytest

from tests.harness.index_files import make_wheel
from tests.harness.index_pages import file_path
from tests.harness.release_wheels import compiled_wheel, micropip_wheel, pure_wheel
from tests.harness.runtime import attach

SITE_PACKAGES = "/lib/python3.14/site-packages"
BY_MICROPIP = "import micropip; await micropip.install('wherry', index_urls=[{url!r}])"
USE = """
import importlib.metadata, sys, wherry
report = await wherry.install("carried", index_urls=[{url!r}])
import carried
versions = [importlib.metadata.version(name) for name in ("wherry", "carried")]
others = [name for name in ("packaging", "resolvelib") if name in sys.modules]
[str(one) for one in report.installed], versions, "wherry_js" in sys.modules, others
"""
OWN = """
import wherry
found = [(str(one), one.location is not None) for one in wherry.installed() if one.name == "wherry"]
kept = await wherry.install("wherry", index_urls=[{url!r}])
found, [str(one) for one in kept.unchanged], [str(one) for one in wherry.check().broken]
"""


def in_page(runtime, code):
    """Run code where it can wait, and return its value as lists."""
    return runtime.run_js(f"const got = await pyodide.runPythonAsync({code!r}); return got?.toJs ? got.toJs() : got;")


def unpack(runtime, server, wheel):
    """Put a wheel into site-packages, as `loadPackage()` does."""
    url = f"{server.url}{file_path(wheel)}"
    runtime.run_js(
        f"const archive = await (await fetch({url!r})).arrayBuffer(); "
        f"pyodide.unpackArchive(archive, 'wheel', {{ extractDir: {SITE_PACKAGES!r} }}); return null;"
    )


@pytest.fixture(params=[compiled_wheel, pure_wheel], ids=["compiled", "pure"])
def wheel(request):
    return request.param()


@pytest.fixture
def index(index_server, wheel):
    index_server.files += [wheel, micropip_wheel(), make_wheel("carried", "1.0")]
    return index_server


def test_micropip_installs_it_alone_and_it_works_at_once(selenium_standalone, index, wheel):
    unpack(selenium_standalone, index, micropip_wheel())
    in_page(selenium_standalone, BY_MICROPIP.format(url=index.html_url.rstrip("/")))
    used = in_page(selenium_standalone, USE.format(url=index.json_url))
    assert used == [["carried 1.0"], [wheel.identity[1], "1.0"], True, []]


def test_it_sees_itself_as_installed(selenium_standalone, index, wheel):
    unpack(selenium_standalone, index, wheel)
    name = f"wherry {wheel.identity[1]}"
    assert in_page(selenium_standalone, OWN.format(url=index.json_url)) == [[[name, True]], [name], []]


def test_attach_after_its_import_is_obeyed(selenium_standalone, index, wheel):
    unpack(selenium_standalone, index, wheel)
    in_page(selenium_standalone, USE.format(url=index.json_url))
    attach(selenium_standalone)
    name = f"wherry {wheel.identity[1]}"
    assert in_page(selenium_standalone, OWN.format(url=index.json_url)) == [[[name, True]], [name], []]


def test_attach_before_its_import_brings_the_wherry_of_the_page(selenium_standalone, index, wheel):
    attach(selenium_standalone)
    unpack(selenium_standalone, index, wheel)
    used = in_page(selenium_standalone, USE.format(url=index.json_url))
    assert used == [["carried 1.0"], [wheel.identity[1], "1.0"], True, []]

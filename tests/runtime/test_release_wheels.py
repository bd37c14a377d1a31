"""wherry from Python alone: its wheels are installed as any other, and need no `attach()`."""

from __future__ import annotations

import subprocess
import venv

import pytest

from tests.harness.index_files import make_wheel
from tests.harness.index_pages import file_path
from tests.harness.release_wheels import compiled_wheel, micropip_wheel, pure_wheel
from tests.harness.runtime import attach

HAS_BYTECODE = "import wherry; from pathlib import Path; Path(wherry.__path__[0], '_bytecode.zst').exists()"
LIMIT = 400_000  # bytes
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


def test_they_are_small_and_require_nothing(wheel):
    metadata = wheel.metadata.decode()
    assert len(wheel.content) <= LIMIT
    assert "Requires-Dist" not in metadata
    assert "License-File: packaging/LICENSE" in metadata


def test_an_index_with_both_gives_bytecode_to_this_pyodide(selenium_standalone, index_server):
    index_server.files += [pure_wheel(), compiled_wheel(), micropip_wheel(), make_wheel("carried", "1.0")]
    unpack(selenium_standalone, index_server, micropip_wheel())
    in_page(selenium_standalone, BY_MICROPIP.format(url=index_server.html_url.rstrip("/")))
    assert in_page(selenium_standalone, HAS_BYTECODE)


def test_elsewhere_the_pure_wheel_is_imported_and_says_where_it_works(tmp_path):
    venv.create(tmp_path / "venv", with_pip=True)
    python = tmp_path / "venv" / "bin" / "python"
    wheel = tmp_path / pure_wheel().filename
    wheel.write_bytes(pure_wheel().content)
    pip = [python, "-I", "-m", "pip", "install", "--quiet", "--no-index", wheel]
    subprocess.run(pip, check=True)  # noqa: S603 - our own arguments
    code = "import wherry; wherry.install_sync('idna')"
    ended = subprocess.run([python, "-I", "-c", code], check=False, capture_output=True, text=True)  # noqa: S603
    assert "UnsupportedRuntime: There is no Pyodide here" in ended.stderr

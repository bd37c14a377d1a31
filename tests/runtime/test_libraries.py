"""Real shared libraries with other heads: refused if they cannot load, found in their folders, large or small."""

from __future__ import annotations

import io
import zipfile

import pytest
from pytest_pyodide import run_in_pyodide

from tests.harness.index_files import IndexFile, make_wheel, read_wheels
from tests.harness.index_server import dead_url
from tests.harness.paths import WHEELS
from tests.harness.runtime import snapshot
from tests.harness.side_modules import members, padded, rebuilt, relinked, side_module

PLATFORM = "cp314-cp314-pyemscripten_2026_0_wasm32"
REAL = {str(wheel.identity[0]): wheel for wheel in read_wheels(WHEELS / "newest")}
EXTENSION = "_cmsgpack.cpython-314-wasm32-emscripten.so"
MIB = 1024 * 1024


def packer(name, *, needed=(), runtime_paths=(), beside=None):
    """Make a wheel with msgpack's package as ``name``, whose extension module needs other libraries."""
    files = {path.replace("msgpack/", f"{name}/"): content for path, content in members(REAL["msgpack"]).items()}
    files[f"{name}/{EXTENSION}"] = relinked(files[f"{name}/{EXTENSION}"], needed, runtime_paths)
    return make_wheel(name, "1", files={**files, **(beside or {})}, tag=PLATFORM)


@run_in_pyodide
async def install(selenium, requirement, index_url):
    import wherry

    try:
        report = await wherry.install(requirement, index_urls=[index_url], prefer="index")
    except wherry.WherryError as error:
        return type(error).__name__, str(error)
    return sorted(str(item.name) for item in report.installed), list(report.warnings)


@run_in_pyodide
def pack(selenium, module):
    from importlib import import_module

    return import_module(module).packb([1]), import_module(f"{module}._cmsgpack").__file__


def assert_packs(runtime, name):
    packed, file = pack(runtime, name)
    assert packed == b"\x91\x01"
    assert file.endswith(f"/{name}/{EXTENSION}")  # the compiled module, not msgpack's fallback


@pytest.mark.parametrize(
    ("name", "runtime_paths", "path"),
    [
        ("packer_a", ["$ORIGIN"], "packer_a/libanswer_a.so"),
        ("packer_b", ["$ORIGIN/../packer_b.libs"], "packer_b.libs/libanswer_b.so"),
        ("packer_c", [], "packer_c.libs/libanswer_c.so"),
        ("packer_d", [], "packer_d.libs/libanswer_d.so.1.2"),
    ],
)
def test_a_library_in_the_wheel_is_found(wherry_runtime, index_server, name, runtime_paths, path):
    needed = path.rpartition("/")[2]
    wheel = packer(name, needed=[needed], runtime_paths=runtime_paths, beside={path: side_module()})
    index_server.files.append(wheel)
    assert install(wherry_runtime, name, index_server.json_url) == ([name.replace("_", "-")], [])
    assert_packs(wherry_runtime, name)


def test_a_wheel_is_refused_until_its_needed_library_is_installed(wherry_runtime, index_server):
    index_server.files.append(packer("packer_e", needed=["libanswer_e.so"], runtime_paths=["$ORIGIN/../answer_e.libs"]))
    index_server.files.append(make_wheel("answer_e", "1", files={"answer_e.libs/libanswer_e.so": side_module()}))
    before = snapshot(wherry_runtime)
    kind, sentence = install(wherry_runtime, "packer-e", index_server.json_url)
    assert kind == "UnsupportedWheel"
    assert f"packer_e/{EXTENSION} needs libanswer_e.so, which the loader cannot find" in sentence
    assert snapshot(wherry_runtime) == before
    install(wherry_runtime, "answer-e", index_server.json_url)
    assert install(wherry_runtime, "packer-e", index_server.json_url) == (["packer-e"], [])
    assert_packs(wherry_runtime, "packer_e")


def test_the_library_of_a_replaced_wheel_does_not_count(wherry_runtime, index_server):
    beside = {"packer_f/libanswer_f.so": side_module()}
    whole = packer("packer_f", needed=["libanswer_f.so"], runtime_paths=["$ORIGIN"], beside=beside)
    index_server.files.append(whole)
    install(wherry_runtime, "packer-f", index_server.json_url)
    lacking = members(packer("packer_f", needed=["libanswer_f.so"], runtime_paths=["$ORIGIN"]))
    index_server.files.append(make_wheel("packer_f", "2", files=lacking, tag=PLATFORM))
    before = snapshot(wherry_runtime)
    assert install(wherry_runtime, "packer-f>=2", index_server.json_url)[0] == "UnsupportedWheel"
    assert snapshot(wherry_runtime) == before


@run_in_pyodide
async def install_from_distribution(selenium, entries, requirements, index_url):
    import json

    import js
    import pyodide_js

    import wherry

    for name, entry in entries.items():
        setattr(pyodide_js.lockfile.packages, name, js.JSON.parse(json.dumps(entry)))
    outcomes: list[object] = []
    installer = wherry.Installer(index_urls=[index_url])
    for requirement in requirements:
        try:
            report = await installer.install(requirement)
            outcomes.append(sorted(str(item.name) for item in report.installed))
        except wherry.WherryError as error:
            outcomes.append(str(error))
    return outcomes


def address(server, file):
    """Add a file to the index server, and return its URL."""
    server.files.append(file)
    return f"{server.url}/files/{file.sha256[:16]}/{file.filename}"


def locked(server, file, **entry):
    """Return an entry of the distribution's lock for a file on the index server."""
    name, version = file.identity
    kind = {"depends": [], "imports": [], "package_type": "package", "install_dir": "site", "unvendored_tests": False}
    place = {"name": name, "version": version, "file_name": address(server, file), "sha256": file.sha256}
    return {**kind, **place, **entry}


def test_a_library_of_the_distribution_is_found(fresh_wherry_runtime, index_server):
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as opened:
        opened.writestr("libanswer.so.3", side_module())
    library = IndexFile("libanswer-3.0.zip", archive.getvalue())
    entries = {
        "libanswer": locked(index_server, library, package_type="shared_library", install_dir="dynlib"),
        "packer-x": locked(index_server, packer("packer_x", needed=["libanswer.so.3"])),
        "packer-y": locked(index_server, packer("packer_y", needed=["libanswer.so.3"]), depends=["libanswer"]),
    }
    alone, together, again = install_from_distribution(
        fresh_wherry_runtime, entries, ["packer-x", "packer-y", "packer-x"], dead_url()
    )
    assert alone.endswith("install libanswer first, which may provide it")
    assert together == ["packer-y"]
    assert again == ["packer-x"]
    for name in ("packer_x", "packer_y"):
        assert_packs(fresh_wherry_runtime, name)


@run_in_pyodide
def validate(selenium):
    from importlib import import_module

    return import_module("pydantic_core").SchemaValidator({"type": "int"}).validate_python("42")


@run_in_pyodide
async def unpack_and_import(selenium, urls):
    from importlib import import_module

    import js
    import pyodide_js

    for url in urls:
        pyodide_js.unpackArchive(await (await js.fetch(url)).arrayBuffer(), "wheel")
    try:
        import_module("pydantic_core")
    except ImportError as error:
        return str(error)
    return None


def large_pydantic_core():
    path = "pydantic_core/_pydantic_core.cpython-314-wasm32-emscripten.so"
    return rebuilt(REAL["pydantic-core"], {path: padded(members(REAL["pydantic-core"])[path], 5 * MIB)})


def test_a_library_that_is_too_large_for_an_import_in_a_page_is_imported(fresh_wherry_runtime, index_server):
    index_server.files[:] = [large_pydantic_core(), REAL["typing-extensions"]]
    requirements = ["pydantic-core", "typing-extensions"]
    assert install(fresh_wherry_runtime, requirements, index_server.json_url) == (requirements, [])
    assert validate(fresh_wherry_runtime) == 42


def test_the_same_library_is_not_imported_without_wherry(selenium_standalone, index_server):
    if selenium_standalone.browser != "chrome":
        pytest.skip("only Chromium's pages have a limit")
    urls = [address(index_server, file) for file in (large_pydantic_core(), REAL["typing-extensions"])]
    assert "larger than 8MB" in unpack_and_import(selenium_standalone, urls)


@run_in_pyodide
def ask(selenium, path):
    import ctypes

    return ctypes.CDLL(f"/lib/python3.14/site-packages/{path}").answer()


def answers(version, **libraries):
    files = {f"answers/{name}.so": content for name, content in libraries.items()}
    return make_wheel("answers", version, files=files, tag=PLATFORM)


def test_an_upgrade_replaces_a_library_that_was_compiled_ahead(wherry_runtime, index_server):
    index_server.files[:] = [
        answers("1", liba=padded(side_module(answer=1), 5 * MIB)),
        answers("2", liba=side_module()),
    ]
    for version in ("1", "2"):
        install(wherry_runtime, f"answers=={version}", index_server.json_url)
    assert ask(wherry_runtime, "answers/liba.so") == 42


def test_large_libraries_may_need_each_other(wherry_runtime, index_server):
    first = padded(side_module(["libc.so"], ["$ORIGIN"], answer=3), 9 * MIB)
    third = padded(side_module(["libb.so"], ["$ORIGIN"], answer=4), 9 * MIB)
    index_server.files[:] = [answers("3", libb=first, libc=third)]
    assert install(wherry_runtime, "answers==3", index_server.json_url) == (["answers"], [])
    assert [ask(wherry_runtime, f"answers/{name}.so") for name in ("libb", "libc")] == [3, 4]


def test_a_library_that_cannot_be_compiled_ahead_is_warned_about(wherry_runtime, index_server):
    files = {"versioned/libd.so.1": padded(side_module(), 9 * MIB)}
    index_server.files[:] = [make_wheel("versioned", "1", files=files, tag=PLATFORM)]
    warnings = install(wherry_runtime, "versioned", index_server.json_url)[1]
    reason = "versioned/libd.so.1 could not be compiled ahead of its import (its name does not end in .so)"
    assert [reason in warning for warning in warnings] == ([True] if wherry_runtime.browser == "chrome" else [])

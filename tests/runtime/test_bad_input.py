"""Bad input in the runtime: errors with explanations, and an unchanged environment."""

from __future__ import annotations

import json

import pytest
from pytest_pyodide import run_in_pyodide

import wherry
from tests.harness.faults import Fault, Kind
from tests.harness.hostile_wheel import DEFLATED_PATH, FILENAME, FILES, HostileFile, good_wheel
from tests.harness.hostile_wheels import hostile_wheels
from tests.harness.index_files import IndexFile, make_wheel
from tests.harness.index_server import dead_url
from tests.harness.odd_wheels import odd_wheels
from tests.harness.runtime import BOTH_HALVES, PYTHON_ALONE, snapshot

EIO = 29  # Emscripten's number
ALIEN = make_wheel("alien", "1", tag="cp314-cp314-pyemscripten_2025_0_wasm32")
SOURCE = IndexFile("source-1.tar.gz", b"")
LADDER = (make_wheel("top", "1", requires=["idna", "msgpack<1.2.4"]),)


@run_in_pyodide
async def failure(selenium, requirements, index_url, strict):
    import wherry

    installer = wherry.Installer(strict=True) if strict else wherry
    try:
        await installer.install(requirements, index_urls=[index_url])
    except wherry.WherryError as error:
        return type(error).__name__, str(error)
    return None


@pytest.fixture
def refused(wherry_runtime, index_server):
    """Return a function that fails to install, checks that the environment is unchanged, and returns the error."""
    index_server.files += [ALIEN, SOURCE, *LADDER]

    def refused(*requirements: str, index_url: str | None = None, strict: bool = False) -> tuple[type[Exception], str]:
        before = snapshot(wherry_runtime)
        name, sentence = failure(wherry_runtime, requirements, index_url or index_server.json_url, strict)
        assert snapshot(wherry_runtime) == before
        return getattr(wherry, name), sentence

    return refused


@BOTH_HALVES
def test_an_unknown_project_is_an_error(refused):
    error, sentence = refused("idna", "no-such-project")
    assert error is wherry.UnknownProject
    assert "no-such-project" in sentence


def test_wheels_for_other_platforms_are_an_error(refused):
    error, sentence = refused("alien")
    assert error is wherry.NoFittingWheel
    assert "Wheels exist for pyemscripten_2025_0_wasm32; this runtime is pyemscripten_2026_0_wasm32" in sentence


def test_a_project_with_sources_only_is_an_error(refused):
    error, sentence = refused("source")
    assert error is wherry.NoFittingWheel
    assert "source has no wheel for Pyodide: all that it has is sources, which wherry never builds" in sentence


def test_conflicting_requirements_are_an_error(refused):
    error, sentence = refused("top", "msgpack>=1.2.4")
    assert error is wherry.ResolutionConflict
    assert "top 1 requires msgpack<1.2.4" in sentence
    assert "you asked for msgpack>=1.2.4" in sentence


def test_an_invalid_requirement_is_an_error(refused):
    assert refused("idna>>3")[0] is wherry.InvalidRequirement


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault("/json/anyio/", Kind.STATUS, status=500), wherry.RefusedByIndex),
        (Fault("/json/anyio/", Kind.STATUS, status=404), wherry.UnknownProject),
        (Fault("/json/anyio/", Kind.ERROR_PAGE), wherry.InvalidIndexPage),
        (Fault("/json/anyio/", Kind.DROP), wherry.IndexUnreachable),
        (Fault("*/idna-*.whl", Kind.STATUS, status=404), wherry.RefusedByIndex),
        (Fault("*/idna-*.whl", Kind.CORRUPT), wherry.IntegrityError),
        (Fault("*/idna-*.whl", Kind.DROP), wherry.IndexUnreachable),
        (Fault("*/idna-*.metadata", Kind.CORRUPT), wherry.IntegrityError),
    ],
    ids=lambda value: f"{value.kind.name} {value.path}" if isinstance(value, Fault) else "",
)
@BOTH_HALVES
def test_a_failing_index_is_an_error(refused, index_server, fault, error):
    index_server.faults.append(fault)
    assert refused("starlette")[0] is error


def test_a_dead_index_is_an_error(refused):
    error, sentence = refused("idna", index_url=dead_url())
    assert error is wherry.IndexUnreachable
    assert "127.0.0.1" in sentence


@run_in_pyodide
async def install_and_uninstall(selenium, index_url):
    import wherry

    report = await wherry.install("app", index_urls=[index_url])
    wherry.uninstall("app")
    return [str(item.name) for item in report.installed]


HOSTILE_WHEELS = list(hostile_wheels())
AT_ONCE = [hostile for hostile in HOSTILE_WHEELS if not hostile.in_contents]
ON_READING = [hostile for hostile in HOSTILE_WHEELS if hostile.in_contents]


@pytest.mark.parametrize(
    ("hostile", "strict"),
    [*((hostile, False) for hostile in AT_ONCE), *((hostile, True) for hostile in HOSTILE_WHEELS)],
    ids=lambda value: getattr(value, "name", "strict" if value else ""),
)
def test_hostile_wheels_are_refused(refused, index_server, hostile, strict):
    # The index has the hash of the hostile wheel, so that the wheel itself is refused.
    index_server.files.append(hostile.file)
    error, sentence = refused("app", strict=strict)
    assert error is hostile.error
    assert hostile.phrase in sentence


@run_in_pyodide
async def install_and_read(selenium, index_url, path):
    """Return the outcomes of two ways of reading the file."""
    import shutil
    import sysconfig
    from pathlib import Path

    import wherry

    def outcome(read):
        try:
            return read()
        except OSError as error:
            return error.errno

    await wherry.install("app", index_urls=[index_url])
    file = Path(sysconfig.get_path("purelib"), path)
    copy = file.with_name("copy")
    try:
        return outcome(file.read_bytes), outcome(lambda: Path(shutil.copy(file, copy)).read_bytes())
    finally:
        copy.unlink(missing_ok=True)
        wherry.uninstall("app")


@pytest.mark.parametrize("hostile", ON_READING, ids=lambda hostile: hostile.name)
def test_members_that_differ_from_record_cannot_be_read(wherry_runtime, index_server, hostile):
    index_server.files.append(hostile.file)
    before = snapshot(wherry_runtime)
    outcome, copied = install_and_read(wherry_runtime, index_server.json_url, DEFLATED_PATH)
    if hostile.name in {"checksum wrong", "bytes after the stream", "two streams"}:
        # The SHA-256 is right, so weaker checksums do not matter, and bytes after the stream are not read.
        assert (outcome, copied) == (FILES[DEFLATED_PATH], FILES[DEFLATED_PATH])
    else:
        assert (outcome, copied) == (EIO, EIO)
    assert snapshot(wherry_runtime) == before


@PYTHON_ALONE
@pytest.mark.parametrize("hostile", ON_READING, ids=lambda hostile: hostile.name)
def test_python_alone_refuses_members_that_differ_from_record(refused, index_server, hostile):
    index_server.files.append(hostile.file)
    error, sentence = refused("app")
    assert error is hostile.error
    assert hostile.phrase in sentence


@BOTH_HALVES
def test_the_wheel_without_faults_is_installed(wherry_runtime, index_server):
    index_server.files.append(HostileFile(FILENAME, good_wheel()))
    assert install_and_uninstall(wherry_runtime, index_server.json_url) == ["app"]


@run_in_pyodide
async def install_read_and_uninstall(selenium, index_url, strict):
    """Return the warnings, the distribution that importlib.metadata finds, and the files that it misses."""
    import importlib.metadata
    from pathlib import Path

    import wherry

    def is_there(file):
        return Path(str(file.locate())).is_file()

    installer = wherry.Installer(strict=True) if strict else wherry
    report = await installer.install("app", index_urls=[index_url])
    (found,) = (one for one in importlib.metadata.distributions() if one.name.lower() == "app")
    list(importlib.metadata.entry_points())
    missing = [str(file) for file in found.files or () if not is_there(file)]
    version, content = found.version, found.read_text("../app/deflated.py")
    gone = installer.uninstall("app")
    return list(report.warnings), version, content, missing, list(gone.warnings)


@pytest.mark.parametrize("strict", [False, True], ids=["default", "strict"])
@pytest.mark.parametrize("odd", list(odd_wheels()), ids=lambda odd: odd.name)
def test_odd_wheels_are_installed_and_uninstalled(wherry_runtime, index_server, odd, strict):
    index_server.files.append(odd.file)
    before = snapshot(wherry_runtime)
    warnings, version, content, missing, kept = install_read_and_uninstall(
        wherry_runtime, index_server.json_url, strict
    )
    assert warnings == [f"{odd.filename}: {warning}" for warning in odd.warnings]
    assert (version, content) == ("1.0", FILES[DEFLATED_PATH].decode())
    assert (missing, kept) == ([], [])
    assert snapshot(wherry_runtime) == before


def test_wheels_cannot_write_into_a_folder_of_the_host(refused, wherry_runtime, index_server, tmp_path):
    if wherry_runtime.browser != "node":
        pytest.skip("a page has no folders of the host")
    wherry_runtime.run_js(f"pyodide.mountNodeFS('/host', {json.dumps(str(tmp_path))})")
    try:
        for path in ("evil.py", "new/evil.py"):
            index_server.files.append(make_wheel("app", "1.0", files={f"app-1.0.data/data/host/{path}": ""}))
            error, sentence = refused("app")
            assert error is wherry.InstallConflict
            assert "would overwrite /host, which belongs to the host" in sentence
            index_server.files.pop()
        assert list(tmp_path.iterdir()) == []
    finally:
        wherry_runtime.run_js("pyodide.FS.unmount('/host'); pyodide.FS.rmdir('/host')")


@run_in_pyodide
async def install_by_name(selenium, name, index_url):
    """Return what is there after installing a project that requires another, and what is left once both are gone."""
    import wherry

    await wherry.install("asks", index_urls=[index_url])
    tree, why = str(wherry.tree()), str(wherry.why(name))
    status = wherry.run_script(name)
    gone = [item.name for item in wherry.uninstall("asks", name)]
    return tree, why, status, gone, [item.name for item in wherry.installed() if item.name in ("asks", name.lower())]


@pytest.mark.parametrize("name", ["constructor", "toString", "hasOwnProperty", "valueOf"])
@BOTH_HALVES
def test_a_project_with_the_name_of_what_every_object_has(wherry_runtime, index_server, name):
    script = f"[console_scripts]\n{name} = {name}:main\n"
    index_server.files += [
        make_wheel(
            name, "1", files={f"{name}.py": "def main(): pass\n", f"{name}-1.dist-info/entry_points.txt": script}
        ),
        make_wheel("asks", "1", requires=[name]),
    ]
    before = snapshot(wherry_runtime)
    tree, why, status, gone, left = install_by_name(wherry_runtime, name, index_server.json_url)
    assert f"asks 1\n└── {name.lower()} 1" in tree
    assert f"asks → {name}" in why
    assert (status, sorted(gone), left) == (0, sorted(["asks", name.lower()]), [])
    assert snapshot(wherry_runtime) == before


@run_in_pyodide
async def beside_hidden(selenium, index_url, hidden):
    """Unpack files as others do, then install, replace and uninstall what has a folder with them."""
    import io
    import shutil
    import sysconfig
    import zipfile
    from pathlib import Path

    import pyodide_js
    from pyodide.ffi import to_js

    import wherry

    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as members:
        for path in hidden:
            members.writestr(path, "hidden")
    site = Path(sysconfig.get_path("purelib"))
    pyodide_js.unpackArchive(to_js(archive.getvalue()), "zip", extractDir=str(site))
    try:
        await wherry.install("owner==1", index_urls=[index_url])
        await wherry.install("owner==2", index_urls=[index_url])
        tree = str(wherry.tree())
        gone = [str(item) for item in wherry.uninstall("owner")]
        await wherry.install("owner==2", index_urls=[index_url], reinstall=True)
        again = [str(item) for item in wherry.uninstall("owner")]
        left = [(site / path).read_text() for path in hidden]
        listed = sorted(path.name for path in (site / "owner").iterdir())
    finally:
        for path in hidden:
            (site / path).unlink(missing_ok=True)
        for name in ("owner", "__proto__"):
            shutil.rmtree(site / name, ignore_errors=True)
    return "owner 2" in tree, gone, again, left, listed


@pytest.mark.parametrize(
    ("hidden", "listed"),
    [
        (["__proto__", "owner/__proto__"], ["__proto__"]),
        (["__proto__/a.py", "owner/__proto__/b.py", "owner/other"], ["__proto__", "other"]),
    ],
    ids=["files", "folders"],
)
@BOTH_HALVES
def test_files_that_file_systems_hide_stay_and_hinder_nothing(wherry_runtime, index_server, hidden, listed):
    index_server.files += [make_wheel("owner", version, files={"owner/__init__.py": version}) for version in "12"]
    before = snapshot(wherry_runtime)
    is_in_tree, gone, again, left, names = beside_hidden(wherry_runtime, index_server.json_url, hidden)
    assert (is_in_tree, gone, again) == (True, ["owner 2"], ["owner 2"])
    assert (left, names) == (["hidden"] * len(hidden), listed)
    assert snapshot(wherry_runtime) == before


@run_in_pyodide
async def imports_of(selenium, sources):
    import wherry

    found: list[object] = []
    for source in sources:
        try:
            await wherry.install_imports(source)
        except wherry.WherryError as error:
            found.append((error.code, getattr(error, "line", None)))
        else:
            found.append(None)
    return found


def test_source_as_deep_as_it_likes_leaves_the_runtime_alive(wherry_runtime):
    admitted = [
        "import json\nx = 1" + " + x" * 1_499,
        "import json\nx = y" + ".z()" * 250,
        "import json\nif x: pass\n" + "elif x: pass\n" * 1_000,
        "import json\nx = 1" + " + x" * 3_400,
        "import json\nif x: pass\n" + "elif x: pass\n" * 3_400,
    ]
    refused = ["import json\nx = 1" + part * 20_000 for part in (" + x", " if x else 1", ".real()", "[0]", " ** x")]
    refused += ["import json\nx = " + part * 20_000 + "1" for part in ("-", "not ", "lambda: ", "await ")]
    refused.append("import json\nif x: pass\n" + "elif x: pass\n" * 20_000)
    found = imports_of(wherry_runtime, admitted + refused)
    assert found[: len(admitted)] == [None] * len(admitted)
    assert {code for code, _ in found[len(admitted) :]} == {"invalid-source"}
    assert imports_of(wherry_runtime, ["x = " + "(" * 150 + ")" * 150]) == [None]


@run_in_pyodide
async def drawn_row(selenium, index_url, count):
    import json

    import wherry

    await wherry.install("row0", index_urls=[index_url])
    try:
        tree, why = wherry.tree(), wherry.why(f"row{count - 1}")
        shown = [len(str(tree).splitlines()), len(repr(tree.branches)) > 0, tree._repr_html_().count("\n")]
        return shown, len(json.dumps(tree.to_dict())) > 0, [len(chain) for chain in why.chains]
    finally:
        wherry.uninstall(*(f"row{number}" for number in range(count)))


def test_a_long_row_of_requirements_is_drawn_to_its_two_hundredth_level(wherry_runtime, index_server):
    count = 300
    requirements = [[f"row{number + 1}"] for number in range(count - 1)] + [[]]
    index_server.files += [make_wheel(f"row{number}", "1", requires=one) for number, one in enumerate(requirements)]
    shown, is_json, chains = drawn_row(wherry_runtime, index_server.json_url, count)
    lines, is_shown, breaks = shown
    assert lines > 201
    assert is_shown
    assert breaks == lines - 1
    assert (is_json, chains) == (True, [count])


@run_in_pyodide
async def with_failing_caches(selenium, index_url):
    import asyncio

    import wherry

    class Given:
        def __init__(self, act):
            self.act = act

        async def get(self, _):
            return await self.act()

        async def put(self, _, __):
            await self.act()

    async def raising():
        raise OSError("disk")

    async def never():
        await asyncio.Event().wait()

    async def wrong():
        return 7

    async def cancelled():
        raise asyncio.CancelledError

    found = []
    for act in (raising, never, wrong, cancelled):
        network = wherry.Network(answer_timeout=1)
        installer = wherry.Installer(index_urls=[index_url], cache=Given(act), network=network)
        report = await installer.install("idna")
        found.append((len(report.installed), list(report.warnings)))
        wherry.uninstall("idna")
    return found


@BOTH_HALVES
def test_a_cache_in_python_may_fail_in_every_way(wherry_runtime, index_server):
    index_server.files.append(make_wheel("idna", "99"))
    assert with_failing_caches(wherry_runtime, index_server.json_url) == [
        (1, [f"The cache of downloads fails, and everything is fetched: {problem}"])
        for problem in (
            "OSError: disk",
            "it has not answered within 1 seconds, and is not asked again",
            "it answered with int, which holds no bytes",
            "CancelledError",
        )
    ]

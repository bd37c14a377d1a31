"""Every part of a wheel is installed and uninstalled in Pyodide; its scripts run there."""

from __future__ import annotations

import pytest
from pytest_pyodide import run_in_pyodide

from tests.harness.index_files import make_wheel
from tests.harness.runtime import snapshot

CLI = """\
import sys

def main():
    print(*sys.argv)
    return len(sys.argv) - 1

def window():
    sys.exit("no window")

async def later():
    return 0
"""
ENTRY_POINTS = """\
[console_scripts]
tool = tool_cli:main
tool-later = tool_cli:later

[gui_scripts]
tool-window = tool_cli:window
"""
TOOL = make_wheel(
    "tool",
    "1",
    files={
        "tool_cli.py": CLI,
        "tool.pth": "import tool_cli\n",
        "tool-1.data/scripts/packed": "#!python\nimport sys\nsys.exit(len(sys.argv))\n",
        "tool-1.data/headers/tool.h": "#pragma once\n",
        "tool-1.data/data/share/tool/notes": "notes",
        "tool-1.data/data/etc/tool.conf": "conf",
        "tool-1.dist-info/entry_points.txt": ENTRY_POINTS,
    },
)
NOTES = ("PYODIDE_SHA256", "PYODIDE_URL")
PLACES = {
    "/bin/packed",
    "/bin/tool",
    "/bin/tool-later",
    "/bin/tool-window",
    "/etc/tool.conf",
    "/include/python3.14/tool/tool.h",
    "/share/tool/notes",
    *(f"/lib/python3.14/site-packages/{name}" for name in ("tool.pth", "tool_cli.py")),
    *(
        f"/lib/python3.14/site-packages/tool-1.dist-info/{name}"
        for name in ("INSTALLER", "METADATA", "RECORD", "REQUESTED", "WHEEL", "entry_points.txt", *NOTES)
    ),
}


@run_in_pyodide
async def install(selenium, requirement, index_url):
    import wherry

    return list((await wherry.install(requirement, index_urls=[index_url])).warnings)


@run_in_pyodide
def uninstall(selenium, *names):
    import wherry

    wherry.uninstall(*names)


@run_in_pyodide
def look(selenium, name):
    import os
    import shutil
    from importlib import metadata
    from pathlib import Path

    files = metadata.files(name) or []
    return {
        "recorded": [os.path.normpath(file.locate()) for file in files],
        "which": shutil.which("tool"),
        "packed": Path("/bin/packed").read_text(encoding="utf-8").splitlines()[0],
        "executable": os.access("/bin/packed", os.X_OK) and os.access("/bin/tool", os.X_OK),
    }


@run_in_pyodide
def run(selenium, name, *args):
    import contextlib
    import io
    import sys

    import wherry

    before = list(sys.argv)
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        status = wherry.run_script(name, args)
    assert sys.argv == before
    return [status, out.getvalue(), err.getvalue()]


@run_in_pyodide
def run_unknown(selenium, name):
    import wherry

    try:
        wherry.run_script(name)
    except wherry.UnknownScript as error:
        return str(error)


@run_in_pyodide
def run_as_a_file(selenium, name):
    """Run the script's file, as a shell would do."""
    import runpy
    import shutil

    try:
        runpy.run_path(shutil.which(name), run_name="__main__")
    except SystemExit as request:
        return request.code


def test_every_part_of_a_wheel_is_installed_and_uninstalled(wherry_runtime, index_server):
    index_server.files.append(TOOL)
    before = snapshot(wherry_runtime)
    warnings = install(wherry_runtime, "tool", index_server.json_url)
    after = snapshot(wherry_runtime)
    assert {path for path in after.keys() - before.keys() if not path.endswith("/")} == PLACES
    seen = look(wherry_runtime, "tool")
    assert sorted(seen["recorded"]) == sorted(PLACES)
    assert seen["which"] == "/bin/tool"
    assert seen["packed"] == "#!/usr/bin/env python3"
    assert seen["executable"]
    assert warnings == ["tool 1 installs tool.pth, which Python reads only at startup; restart to apply it"]
    assert run_as_a_file(wherry_runtime, "tool-window") == "no window"
    uninstall(wherry_runtime, "tool")
    assert snapshot(wherry_runtime) == before


def test_scripts_run_in_the_interpreter(wherry_runtime, index_server):
    index_server.files.append(TOOL)
    install(wherry_runtime, "tool", index_server.json_url)
    assert run(wherry_runtime, "tool", "-x", "y") == [2, "/bin/tool -x y\n", ""]
    assert run(wherry_runtime, "tool-window") == [1, "", "no window\n"]
    assert run(wherry_runtime, "packed", "a", "b") == [3, "", ""]
    status, _, said = run(wherry_runtime, "tool-later")
    assert (status, "is asynchronous" in said) == (1, True)
    assert run_unknown(wherry_runtime, "toool") == (
        "No installed distribution has a script named 'toool'; did you mean tool?"
    )
    uninstall(wherry_runtime, "tool")


def test_scripts_run_from_javascript(wherry_runtime, index_server):
    index_server.files.append(TOOL)
    install(wherry_runtime, "tool", index_server.json_url)
    statuses, error = wherry_runtime.run_js(
        """
        const statuses = [await wherry.runScript("tool"), await wherry.runScript("tool", ["a", "b"])];
        const error = await wherry.runScript("toool").catch(({ code, facts }) => [code, facts.similar]);
        return [statuses, error];
        """
    )
    assert (statuses, error) == ([0, 2], ["unknown-script", ["tool"]])
    uninstall(wherry_runtime, "tool")


def test_a_real_script_runs(wherry_runtime, index_server):
    before = snapshot(wherry_runtime)
    install(wherry_runtime, "idna", index_server.json_url)
    assert run(wherry_runtime, "idna", "--encode", "bücher.example")[:2] == [0, "xn--bcher-kva.example\n"]
    uninstall(wherry_runtime, "idna")
    assert snapshot(wherry_runtime) == before


@run_in_pyodide
def make_file(selenium, path, content):
    from pathlib import Path

    Path(path).parent.mkdir(exist_ok=True)
    Path(path).write_text(content, encoding="utf-8")


@run_in_pyodide
async def fail(selenium, requirement, index_url):
    import wherry

    try:
        await wherry.install(requirement, index_urls=[index_url])
    except wherry.WherryError as error:
        return [error.code, str(error)]


def test_a_users_file_is_not_overwritten(wherry_runtime, index_server):
    index_server.files.append(TOOL)
    make_file(wherry_runtime, "/etc/tool.conf", "the user's")
    before = snapshot(wherry_runtime)
    code, said = fail(wherry_runtime, "tool", index_server.json_url)
    assert (code, "/etc/tool.conf, which is in no RECORD" in said) == ("install-conflict", True)
    assert snapshot(wherry_runtime) == before


@pytest.mark.parametrize("path", ["lib/python3.14/os.py", "lib/python314.zip", "dev/x"])
def test_wheels_cannot_write_into_folders_of_the_runtime(wherry_runtime, index_server, path):
    index_server.files.append(make_wheel("reaching", "1", files={f"reaching-1.data/data/{path}": "evil"}))
    before = snapshot(wherry_runtime)
    code, said = fail(wherry_runtime, "reaching", index_server.json_url)
    assert (code, f"would be installed at /{path}, which" in said) == ("invalid-wheel", True)
    assert snapshot(wherry_runtime) == before


def test_a_mounted_site_packages_has_all_files_of_a_distribution(fresh_wherry_runtime, index_server):
    index_server.files.append(TOOL)
    # Like a persistent file system, but without files of an earlier page.
    fresh_wherry_runtime.run_js(
        "const { FS } = pyodide; FS.mount(FS.filesystems.MEMFS, {}, '/lib/python3.14/site-packages'); return null;"
    )
    before = snapshot(fresh_wherry_runtime)
    install(fresh_wherry_runtime, "tool", index_server.json_url)
    site = "/lib/python3.14/site-packages"
    assert {
        path for path in snapshot(fresh_wherry_runtime).keys() - before.keys() if not path.startswith(site)
    } == set()
    assert run(fresh_wherry_runtime, "tool", "x") == [1, f"{site}/bin/tool x\n", ""]
    assert run(fresh_wherry_runtime, "packed") == [1, "", ""]
    uninstall(fresh_wherry_runtime, "tool")
    assert snapshot(fresh_wherry_runtime) == before

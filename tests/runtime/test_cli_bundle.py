"""Bundles on the command line, and installing them in Node and in pages.

Needs `npm ci && npm run build` in js/. The index and the host of the bundle are on loopback.
"""

from __future__ import annotations

import signal
import time
import tomllib
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from tests.harness.cli import Cli
from tests.harness.index_files import make_wheel
from tests.harness.index_server import IndexServer
from tests.harness.paths import BUNDLE

SOURCE = """import part

def ask():
    return part.answer

def fail():
    raise ValueError("failed")
"""
FILES = {"ferry/__init__.py": SOURCE, "ferry/tests/test_ferry.py": "import ferry\n"}
WHEELS = [
    make_wheel("ferry", "1.0", requires=["part"], files=FILES),
    make_wheel("part", "1.0", files={"part.py": "answer = 42\n"}),
]
# Shows which modules of site-packages Python compiles.
COMPILED = """
from importlib.machinery import SourceFileLoader

compiled = []
compile_source = SourceFileLoader.source_to_code

def note(self, data, path, **options):
    compiled.append(path)
    return compile_source(self, data, path, **options)

SourceFileLoader.source_to_code = note
import ferry
"""


@pytest.fixture
def cli(tmp_path):
    """The command line in a folder with a lock, whose index is gone."""
    cli = Cli(tmp_path)
    with IndexServer(WHEELS) as index:
        assert cli("lock", "-q", "--index-url", index.json_url, "ferry").returncode == 0
        assert cli("bundle", "-q", "pylock.toml", "-o", "first").returncode == 0
    return cli


def bundle(cli, *arguments):
    return cli("bundle", "pylock.toml", "--offline", "-o", "site/packages", *arguments)


def files_in(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_a_bundle_lists_sizes_and_is_the_same_again(cli):
    result = bundle(cli)
    assert (result.stdout, result.returncode) == ("", 0), result.stderr
    first, second, total = result.stderr.splitlines()
    assert first.startswith("wherry:   ferry  1.0  ")
    assert second.startswith("wherry:   part   1.0  ")
    assert total.startswith("wherry: bundled 2 packages in site/packages: ")
    assert files_in(cli.folder / "site/packages") == files_in(cli.folder / "first")
    assert [path.name for path in (cli.folder / "site").iterdir()] == ["packages"]


def test_imports_from_a_bundle_compile_nothing(cli):
    cli.write(COMPILED + "import importlib\nprint(ferry.ask(), compiled)\nimportlib.reload(ferry)\nprint(compiled)\n")
    for arguments in ([], ["--bytecode", "only"], ["--bytecode", "beside", "--exclude-tests"]):
        assert bundle(cli, "-q", *arguments).returncode == 0
        result = cli("run", "-q", "--lock", "site/packages/pylock.toml", "app.py")
        assert result.stdout == "42 []\n[]\n", result.stderr
    assert bundle(cli, "-q", "--bytecode", "none").returncode == 0
    result = cli("run", "-q", "--lock", "site/packages/pylock.toml", "app.py")
    assert "site-packages/ferry/__init__.py" in result.stdout


def test_sources_beside_bytecode_are_shown_as_ever(cli):
    cli.write(
        "import inspect, traceback, ferry\nprint(inspect.getsource(ferry.ask))\n"
        "try:\n    ferry.fail()\nexcept ValueError:\n    print(traceback.format_exc())\n"
    )
    result = cli("run", "-q", "--lock", "first/pylock.toml", "app.py")
    assert "def ask():\n    return part.answer\n" in result.stdout, result.stderr
    place = "/lib/python3.14/site-packages/ferry/__init__.py"
    assert f'  File "{place}", line 7, in fail\n    raise ValueError("failed")\n' in result.stdout


def test_tests_are_excluded_and_warnings_name_useless_globs(cli):
    result = bundle(cli, "--exclude-tests", "--exclude", "absent*")
    assert "wherry: warning: no file matches the excluded 'absent*'\n" in result.stderr
    lock = tomllib.loads((cli.folder / "site/packages/pylock.toml").read_text(encoding="utf-8"))
    assert lock["tool"]["wherry"]["bundle"]["exclude"] == ["absent*"]


def test_a_failure_leaves_the_earlier_bundle(cli):
    assert bundle(cli, "-q").returncode == 0
    before = files_in(cli.folder / "site")
    text = (cli.folder / "pylock.toml").read_text(encoding="utf-8")
    (cli.folder / "pylock.toml").write_text(text.replace("_2026_0_", "_2030_0_"), encoding="utf-8")
    refused = bundle(cli)
    assert refused.returncode == 2
    assert "wherry: error: pylock.toml: it was made for Pyodide" in refused.stderr
    (cli.folder / "pylock.toml").write_text(text.replace("part", "gone"), encoding="utf-8")
    assert bundle(cli).returncode == 1
    assert files_in(cli.folder / "site") == before

    (cli.folder / "site/packages/mine.txt").touch()
    assert "a file that is no part of the bundle, mine.txt: move it away" in bundle(cli).stderr
    assert (cli.folder / "site/packages/mine.txt").exists()


def test_a_whole_site_is_the_same_again(cli):
    site = cli.folder / "site"
    site.mkdir()
    (site / "index.html").write_text("page", encoding="utf-8")
    options = ("--from-disk", "--service-worker", "site/service-worker.js", "--page", "site")
    result = bundle(cli, *options)
    assert result.returncode == 0, result.stderr
    *_, scripts, total, worker = result.stderr.splitlines()
    assert scripts.startswith("wherry:   scripts           0 B → ")
    assert total.startswith("wherry: bundled 2 packages, Pyodide and wherry in site/packages: ")
    assert worker.startswith("wherry: site/service-worker.js keeps 2")
    first = files_in(site)
    assert {"packages/pyodide/pyodide.asm.wasm", "packages/wherry/index.js", "packages/start.js"} < first.keys()
    assert bundle(cli, "-q", *options).returncode == 0
    assert files_in(site) == first
    runtime = tomllib.loads(first["packages/pylock.toml"].decode())["tool"]["wherry"]["bundle"]["runtime"]
    assert {f"packages/{path}" for path in runtime} < first.keys()


def test_ctrl_c_while_a_wheel_is_compiled_leaves_nothing(cli):
    source = "def f(x):\n    return x + 1\n" * 100
    large = make_wheel("large", "1.0", files={f"large/m{number}.py": source for number in range(800)})
    with IndexServer([*WHEELS, large]) as index:
        made = cli("lock", "-q", "--index-url", index.json_url, "-o", "pylock.large.toml", "ferry", "large")
        assert made.returncode == 0, made.stderr
        with cli.start("bundle", "pylock.large.toml", "-o", "site/packages") as process:
            while not list(cli.folder.glob("site/.packages.*.part/*/ferry-*.whl")):
                assert process.poll() is None
                time.sleep(0.01)
            process.send_signal(signal.SIGINT)
            assert process.wait(60) == -signal.SIGINT
            assert "still busy" not in process.stderr.read()
    assert list((cli.folder / "site").iterdir()) == []


class Host(SimpleHTTPRequestHandler):
    def end_headers(self):
        self.send_header("Access-Control-Allow-Origin", "*")
        super().end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def host(cli):
    """The address of a static host of the bundle."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Host, directory=cli.folder / "first")) as server:
        Thread(target=server.serve_forever).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_attach_installs_a_bundle_by_the_address_of_its_lock(host, fresh_wherry_runtime):
    runtime = fresh_wherry_runtime
    entry = (BUNDLE / "index.js").as_uri() if runtime.browser == "node" else "/wherry/index.js"
    options = f"{{ lock: '{host}/pylock.toml' }}"
    runtime.run_js(f"const {{ attach }} = await import({entry!r}); await attach(pyodide, {options}); return null;")
    assert runtime.run(COMPILED + "(ferry.ask(), [path for path in compiled if 'site-packages' in path])") == [42, []]

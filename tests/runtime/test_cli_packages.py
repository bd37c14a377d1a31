"""Packages on the command line: installation, output, cache and interruptions.

Needs `npm ci && npm run build` in js/. Indexes are on loopback.
"""

from __future__ import annotations

import json
import os
import pty
import signal
from fnmatch import fnmatch

import pytest

from tests.harness.cli import Cli
from tests.harness.index_files import make_wheel
from tests.harness.index_server import IndexServer
from tests.harness.waiting import happens

WHEELS = [
    make_wheel("app", "1.0", requires=["part>=1"]),
    make_wheel("part", "1.0"),
    make_wheel("part", "2.0"),
    make_wheel("lone", "1.0"),
    *(make_wheel(name, "1.0", files={"tests/__init__.py": f"of = '{name}'"}) for name in ("tested-a", "tested-b")),
]


@pytest.fixture
def cli(tmp_path):
    return Cli(tmp_path)


@pytest.fixture
def index():
    with IndexServer(WHEELS) as server:
        yield server


def archives(index):
    return sum(count for path, count in index.requests.copy().items() if fnmatch(path, "*.whl"))


def test_packages_of_the_command_line_are_installed_too(cli, index):
    cli.write("from importlib.metadata import version\nprint(version('app'), version('part'), version('lone'))")
    (cli.folder / "limits.txt").write_text("# old\npart<2\n", encoding="utf-8")
    choice = ["--index-url", index.json_url, "-w", "app", "--with", "lone>=1"]
    assert cli("run", *choice, "app.py").stdout == "1.0 2.0 1.0\n"
    assert cli("run", *choice, "--constraint", "limits.txt", "app.py").stdout == "1.0 1.0 1.0\n"
    assert cli("run", *choice, "-c", "part==1.0", "app.py").stdout == "1.0 1.0 1.0\n"


def test_paths_on_the_command_line_are_those_of_the_host(cli, index):
    app = next(wheel for wheel in WHEELS if wheel.filename.startswith("app-"))
    (cli.folder / "wheels").mkdir()
    path = cli.folder / "wheels" / app.filename
    path.write_bytes(app.content)
    cli.write(
        "import json\nfrom importlib.metadata import distribution\n"
        "print(json.loads(distribution('app').read_text('direct_url.json'))['url'])"
    )
    arguments = ["--index-url", index.json_url, "-w", f"./wheels/{app.filename}", "app.py"]
    assert cli("run", *arguments).stdout == f"{path.as_uri()}\n"
    assert "part 2.0" in cli("resolve", "--index-url", index.json_url, f"wheels/{app.filename}").stdout
    missing = cli("resolve", f"./{app.filename}")
    assert missing.returncode == 1
    assert f"{(cli.folder / app.filename).as_uri()}: there is no such file on this computer" in missing.stderr


def test_the_second_run_downloads_nothing(cli, index):
    arguments = ["run", "--index-url", index.json_url, "-w", "app", "app.py"]
    cli.write("")
    assert cli(*arguments).returncode == 0
    assert archives(index) == 2
    assert cli(*arguments).returncode == 0
    assert archives(index) == 2
    assert cli("run", "--no-cache", *arguments[1:]).returncode == 0
    assert archives(index) == 4


def test_files_of_the_project_that_overwrite_names_are_replaced(cli, index):
    cli.write("import tests; print(tests.of)")
    arguments = ["--index-url", index.json_url, "--with", "tested-a", "--with", "tested-b", "app.py"]
    refused = cli("run", *arguments)
    assert refused.returncode != 0
    assert "--overwrite tested-a" in refused.stderr
    assert cli("run", "--overwrite", "tested-a", *arguments).stdout == "tested-b\n"
    assert cli("run", "--overwrite", "tested-b", *arguments).stdout == "tested-a\n"


def test_damaged_cache_entries_are_downloaded_again(cli, index):
    arguments = ["run", "--index-url", index.json_url, "-w", "lone", "app.py"]
    cli.write("import lone; print('there')")
    assert cli(*arguments).stdout == "there\n"
    for path in cli.cache.rglob("*"):
        if path.is_file():
            path.write_bytes(path.read_bytes()[:-1] + b"!")
    assert cli(*arguments).stdout == "there\n"
    assert archives(index) == 2
    assert cli(*arguments).stdout == "there\n"
    assert archives(index) == 2


def test_a_second_run_imports_bytecode_and_a_changed_source_is_compiled(cli, index):
    arguments = ["run", "-q", "--index-url", index.json_url, "-w", "lone", "app.py"]
    cli.write("import os, lone; print(os.path.exists(lone.__cached__))")
    assert [cli(*arguments).stdout for _ in range(2)] == ["False\n", "True\n"]
    assert cli(*arguments[:1], "--no-cache", *arguments[1:]).stdout == "False\n"
    cli.write(
        "from importlib.util import find_spec\nfrom pathlib import Path\n"
        "Path(find_spec('lone').origin).write_text('answer = 1')\nimport lone; print(lone.answer)"
    )
    assert cli(*arguments).stdout == "1\n"


def test_damaged_bytecode_is_compiled_anew_and_kept_again(cli, index):
    arguments = ["run", "-q", "--index-url", index.json_url, "-w", "lone", "app.py"]
    cli.write("import os, lone; print(os.path.exists(lone.__cached__))")
    cli(*arguments)
    (path,) = [path for path in cli.cache.rglob("bytecode-*/**/*") if path.is_file()]
    path.write_bytes(path.read_bytes()[:-1])
    assert [cli(*arguments).stdout for _ in range(2)] == ["False\n", "True\n"]


def test_two_processes_can_share_a_cache(cli, index):
    cli.write("import part; print('there')")
    both = [cli.start("run", "-q", "--index-url", index.json_url, "-w", "app", "app.py") for _ in range(2)]
    assert [process.communicate(timeout=120) for process in both] == [("there\n", "")] * 2
    assert not list(cli.cache.rglob("*.part"))


def test_ctrl_c_during_a_download_leaves_no_files(cli, index):
    cli.write("print('never')")
    index.held = "*.whl"
    with cli.start("run", "--index-url", index.json_url, "-w", "app", "app.py") as process:
        assert happens(lambda: archives(index))
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == -signal.SIGINT
        assert process.stderr.read().splitlines()[-1] == "wherry: error: interrupted; nothing has been installed"
        assert process.stdout.read() == ""
    assert not [path for path in cli.cache.rglob("*") if path.suffix == ".part"]


def test_failures_are_printed_once_and_readably(cli, index):
    result = cli("run", "-q", "--index-url", index.json_url, "-w", "app<1", "-m", "app")
    assert result.returncode == 1
    assert result.stderr.startswith("wherry: ")
    assert result.stderr.count("wherry: ") == 1
    assert "Traceback" not in result.stderr


def test_resolve_draws_the_tree_of_packages(cli, index):
    result = cli("resolve", "--index-url", index.json_url, "app", "part<2")
    lines = result.stdout.splitlines()
    assert lines[0].startswith("app 1.0 ")
    assert lines[1].startswith("└── part 1.0 ")
    assert lines[1].endswith(" B  part>=1")
    assert lines[-1].startswith("2 packages, ")
    assert (archives(index), result.stderr, result.returncode) == (0, "", 0)


def test_resolve_prints_json(cli, index):
    result = cli("resolve", "--json", "--index-url", index.json_url, "app")
    answer = json.loads(result.stdout)
    assert answer["pins"] == {"app": "1.0", "part": "2.0"}
    assert [branch["name"] for branch in answer["tree"]] == ["app"]
    assert all(pin["file"]["size"] > 0 for pin in answer["chosen"])


def test_why_prints_the_chains_or_fails(cli, index):
    result = cli("why", "part", "app", "--index-url", index.json_url)
    assert (result.stdout, result.returncode) == ("part 2.0\n  app → part>=1\n", 0)
    result = cli("why", "lone", "app", "--index-url", index.json_url)
    assert (result.stdout, result.returncode) == ("lone would not be installed\n", 1)


def test_the_prompt_runs_lines(cli, index):
    lines = "import asyncio, lone\nx = 20\ndef f():\n    return x + 1\n\nf()\nawait asyncio.sleep(0, 'awaited')\n1/0\n"
    result = cli("repl", "-q", "--index-url", index.json_url, "-w", "lone", stdin=lines)
    assert result.stdout == "21\n'awaited'\n"
    assert result.stderr.splitlines() == [
        "Traceback (most recent call last):",
        '  File "<console>", line 1, in <module>',
        "ZeroDivisionError: division by zero",
    ]
    assert result.returncode == 0
    assert cli("repl", "-q", stdin="exit(3)\nprint('never')\n").returncode == 3


def test_options_apply_at_the_prompt(cli, index):
    choice = [
        "--index-url",
        index.json_url,
        "--constraint",
        "part<2",
        "--overwrite",
        "tested-a",
        "--overwrite",
        "tested-b",
    ]
    lines = "(await wherry.install('app', 'tested-a', 'tested-b')).installed\nwherry.why('part').version\n"
    result = cli("repl", "-q", *choice, stdin=lines)
    assert result.stdout.endswith("'1.0'\n"), result.stdout + result.stderr
    assert "overwrite" not in result.stderr


def test_errors_at_the_prompt_show_no_frames_of_wherry(cli, index):
    result = cli("repl", "-q", "--index-url", index.json_url, stdin="await wherry.install('part>9')\n")
    first, where, *error = result.stderr.splitlines()
    assert (first, where) == ("Traceback (most recent call last):", '  File "<console>", line 1, in <module>')
    assert error[0].startswith("wherry.errors.")


def test_hints_name_options_that_are_not_given_yet(cli):
    wheels = [make_wheel(name, "1.0", files={"same.py": f"of = '{name}'"}) for name in ("clash-a", "clash-b")]
    with IndexServer(wheels) as index:
        choice = ["--index-url", index.json_url, "-w", "clash-a", "-w", "clash-b", "-m", "this"]
        error = cli("run", "-q", *choice).stderr
    assert "overwrite=" not in error
    assert "--overwrite clash-" in error


@pytest.mark.parametrize("option", [[], ["--offline"]])
def test_cached_pages_replace_an_unreachable_index(cli, option):
    cli.write("from importlib.metadata import version\nprint(version('app'), version('part'))")
    with IndexServer(WHEELS) as index:
        choice = ["--index-url", index.json_url, "-w", "app"]
        assert cli("run", *choice, "app.py").stdout == "1.0 2.0\n"
    again = cli("run", *option, *choice, "app.py")
    assert again.stdout == "1.0 2.0\n", again.stderr
    assert again.stderr.count("wherry: warning: http://") == 1
    assert "using the pages kept from 20" in again.stderr
    assert cli("run", "-q", *option, *choice, "app.py").stderr == ""


def test_offline_sends_no_requests_and_names_the_missing_entry(cli, index):
    result = cli("run", "--offline", "--index-url", index.json_url, "-w", "app", "-m", "this")
    assert (result.returncode, index.requests) == (1, {})
    assert "--offline: it is not in the cache" in result.stderr
    assert "run once without --offline" in result.stderr


def install_on_a_terminal(cli, index, **environment):
    """Install two packages with a terminal as standard error; return the output on it."""
    cli.write("")
    ours, theirs = pty.openpty()
    cli.environment.update(environment)
    with cli.start("run", "--index-url", index.json_url, "-w", "app", "app.py", stderr=theirs) as process:
        os.close(theirs)
        sent = b""
        while piece := read(ours):
            sent += piece
    os.close(ours)
    assert process.returncode == 0
    return sent.decode()


def read(descriptor):
    try:
        return os.read(descriptor, 4096)
    except OSError:  # Linux raises this at the end of a terminal
        return b""


def test_bars_appear_and_disappear_on_a_terminal(cli, index):
    sent = install_on_a_terminal(cli, index, TERM="xterm", NO_COLOR="1")
    assert "everything  ─" in sent
    assert "\x1b[36m" not in sent
    shown, _, after = sent.rpartition("\x1b[J")
    assert "wherry: resolved 2 packages" in shown
    assert "everything" not in after
    assert "wherry:   part  2.0" in after
    assert "\x1b" not in after


def test_colours_can_be_enabled(cli, index):
    cli.environment.pop("NO_COLOR", None)
    sent = install_on_a_terminal(cli, index, TERM="xterm", FORCE_COLOR="1")
    assert "\x1b[2m─" in sent


def test_a_dumb_terminal_gets_plain_lines(cli, index):
    sent = install_on_a_terminal(cli, index, TERM="dumb")
    assert "\x1b" not in sent
    assert "wherry: placed 2 packages" in sent


def test_the_prompt_survives_values_that_cannot_be_printed(cli):
    lines = "2**20000\nclass Shy:\n    def __repr__(self): raise KeyError('shy')\n\nShy()\nprint('still here')\n"
    result = cli("repl", "-q", stdin=lines)
    assert "Exceeds the limit" in result.stderr
    assert "KeyError: 'shy'" in result.stderr
    assert result.stdout == "still here\n"
    assert result.returncode == 0
    assert cli("repl", "-q", stdin="import os; os._exit(4)\nprint('never')\n").returncode == 4

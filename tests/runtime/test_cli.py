"""`wherry run` as a process, with arguments, streams and an exit code.

Needs `npm ci && npm run build` in js/. The scripts here require no packages, so no index is needed.
"""

from __future__ import annotations

import os
import pty
import signal
import socketserver
import subprocess
import threading
from pathlib import Path

import pytest

from tests.harness import waits
from tests.harness.cli import Cli


@pytest.fixture
def cli(tmp_path):
    return Cli(tmp_path)


def test_names_and_paths_in_a_script_are_those_under_python(cli):
    source = """
import json, os, sys
main = sys.modules["__main__"]
print(json.dumps([sys.argv, __file__, __name__, sys.path[0], os.getcwd(), main.__file__, main.__spec__]))
"""
    result = cli.run(source, "--flag", "--", "--help")
    here = str(cli.folder)
    app = f"{here}/app.py"
    assert result.stdout == (
        f'[["app.py", "--flag", "--", "--help"], "{app}", "__main__", "{here}", "{here}", "{app}", null]\n'
    )
    assert result.returncode == 0


def test_the_folders_of_script_and_process_can_be_read_and_written(cli):
    (cli.folder / "src").mkdir()
    (cli.folder / "src/helper.py").write_text("word = 'from beside the script'", encoding="utf-8")
    (cli.folder / "src/app.py").write_text(
        "import helper, pathlib\npathlib.Path('work/out.txt').write_text(helper.word)", encoding="utf-8"
    )
    (cli.folder / "elsewhere/work").mkdir(parents=True)
    result = cli("run", "../src/app.py", cwd=cli.folder / "elsewhere")
    assert result.returncode == 0, result.stderr
    assert (cli.folder / "elsewhere/work/out.txt").read_text(encoding="utf-8") == "from beside the script"


def test_a_link_to_a_script_is_followed(cli):
    (cli.folder / "real").mkdir()
    (cli.folder / "real/beside.py").write_text("print('found')", encoding="utf-8")
    (cli.folder / "real/app.py").write_text("import beside", encoding="utf-8")
    (cli.folder / "link.py").symlink_to("real/app.py")
    assert cli("run", "link.py").stdout == "found\n"


@pytest.mark.skipif(os.geteuid() != 0, reason="writes into the root folder")
def test_a_script_in_the_root_folder_does_not_hide_folders_of_pyodide(cli):
    script = Path("/wherry_root_test.py")
    script.write_text("import os, sysconfig\nprint(os.path.isdir(sysconfig.get_path('purelib')))", encoding="utf-8")
    try:
        result = cli("run", script.name, cwd=Path("/"))
    finally:
        script.unlink()
    assert result.stdout == "True\n"


def test_the_environment_is_passed_on_without_variables_of_python(cli):
    result = cli.run("import os; print(os.environ['GREETING'], 'PYTHONPATH' in os.environ)")
    assert result.stdout == "ahoy False\n"


def test_standard_input_goes_to_the_script(cli):
    result = cli.run("import sys; print(input().upper()); print(len(sys.stdin.read()))", stdin="hello\nrest")
    assert result.stdout == "HELLO\n4\n"


def test_progress_goes_to_the_standard_error(cli):
    result = cli.run("print('out')")
    assert result.stdout == "out\n"
    assert result.stderr.startswith("wherry: Pyodide 31")
    assert result.stderr.count("\n") == 1


@pytest.mark.parametrize("option", ["--index-url", "--with", "--constraint"])
def test_an_empty_value_is_refused(cli, option):
    result = cli("run", option, "", "app.py")
    assert result.returncode == 2
    assert "argument '' is invalid. It is empty." in result.stderr


@pytest.mark.parametrize(
    ("statement", "code", "stderr"),
    [
        ("raise SystemExit", 0, ""),
        ("raise SystemExit(7)", 7, ""),
        ("raise SystemExit('no more')", 1, "no more\n"),
        ("import os; os._exit(9)", 9, ""),
    ],
)
def test_the_exit_code_is_that_of_the_script(cli, statement, code, stderr):
    result = cli.run(statement)
    assert result.returncode == code
    assert result.stderr.partition("\n")[2] == stderr


@pytest.mark.parametrize(
    "source",
    [
        "total = x" + " + x" * 1_499,
        "total = x" + ".conjugate()" * 250,
        "if x == 2: pass\n" + "elif x == 3: pass\n" * 1_000,
    ],
    ids=["a sum of 1,500 terms", "250 chained calls", "1,000 branches"],
)
def test_a_long_program_runs(cli, source):
    result = cli.run(f"x = 1\n{source}\nprint('done')")
    assert (result.returncode, result.stdout) == (0, "done\n"), result.stderr


def test_a_program_that_would_end_pyodide_is_refused_by_its_line(cli):
    result = cli.run("x = 1\ny = x" + " + x" * 20_000)
    assert result.returncode == 1
    reason = "line 2 nests too deeply, and compiling it would end Pyodide; split it"
    assert result.stderr.splitlines()[1:] == [f"wherry: error: {cli.folder}/app.py cannot be compiled: {reason}"]


def test_a_traceback_shows_the_users_frames_only(cli):
    result = cli.run("def sink():\n    raise ValueError('hole in the hull')\n\nsink()\n")
    app = cli.folder / "app.py"
    assert result.returncode == 1
    assert result.stderr.partition("\n")[2] == (
        "Traceback (most recent call last):\n"
        f'  File "{app}", line 4, in <module>\n    sink()\n    ~~~~^^\n'
        f"  File \"{app}\", line 2, in sink\n    raise ValueError('hole in the hull')\n"
        "ValueError: hole in the hull\n"
    )


def test_asyncio_run_waits_for_the_result(cli):
    source = (
        "import asyncio\nasync def main():\n    await asyncio.sleep(0.01)\n    return 5\nprint(asyncio.run(main()))"
    )
    assert cli.run(source).stdout == "5\n"


def test_large_output_is_complete(cli):
    result = cli.run("for _ in range(20_000):\n    print('x' * 999)")
    assert len(result.stdout) == 20_000_000
    assert result.returncode == 0


def test_a_closed_output_ends_the_script(cli):
    (cli.folder / "app.py").write_text("for _ in range(200_000):\n    print('x' * 999)", encoding="utf-8")
    process = cli.start("run", "app.py")
    assert process.stdout.readline() == "x" * 999 + "\n"
    process.stdout.close()
    assert "BrokenPipeError" in process.stderr.read()
    process.stderr.close()
    assert process.wait(60) == 1


def test_ctrl_c_ends_the_process_as_a_signal_does(cli):
    cli.write("print('ready', flush=True)\nwhile True: pass")
    with cli.start("run", "app.py") as process:
        assert process.stdout.readline() == "ready\n"
        process.send_signal(signal.SIGINT)
        # A shell shows this as 128 + 2 = 130.
        assert process.wait(30) == -signal.SIGINT
        assert process.stderr.read().endswith("KeyboardInterrupt\n")


every_wait = pytest.mark.parametrize("wait", [wait.__name__ for wait in waits.WAITS])


def waiting(cli: Cli, wait: str, end: str) -> None:
    """Write a script that waits, and ends as ``end`` says."""
    (cli.folder / "waits.py").write_text(Path(waits.__file__).read_text(encoding="utf-8"), encoding="utf-8")
    cli.write(f"import waits\ntry:\n    waits.{wait}()\n{end}\n")


@every_wait
def test_ctrl_c_runs_the_cleanup_of_a_script(cli, wait):
    waiting(cli, wait, "finally:\n    print('at last')")
    with cli.start("run", "app.py") as process:
        assert process.stdout.readline() == "ready\n"
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == -signal.SIGINT
        assert process.stdout.read() == ("in order\n" * 2 if wait == "for_others" else "") + "at last\n"


@every_wait
def test_a_script_can_catch_the_keyboard_interrupt_of_ctrl_c(cli, wait):
    waiting(cli, wait, "except KeyboardInterrupt:\n    raise SystemExit(5)")
    with cli.start("run", "app.py") as process:
        assert process.stdout.readline() == "ready\n"
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 5


@pytest.mark.parametrize("start", ["loop.call_soon(sys.exit, 3)", "task = loop.create_task(leave())"])
def test_callbacks_and_tasks_can_exit_the_program(cli, start):
    result = cli.run(f"""
import asyncio, sys
async def leave():
    sys.exit(3)
async def main():
    loop = asyncio.get_running_loop()
    {start}
    try:
        await asyncio.sleep(1000)
    finally:
        print("in order")
asyncio.run(main())
""")
    assert (result.returncode, result.stdout) == (3, "in order\n")


def test_an_exit_in_an_awaited_task_is_raised_only_where_it_is_awaited(cli):
    result = cli.run("""
import asyncio, sys
async def leave():
    sys.exit(3)
async def other():
    try:
        await asyncio.sleep(0.3)
        print("went on")
    except BaseException as error:
        print(repr(error))
async def main():
    task = asyncio.create_task(other())
    try:
        await asyncio.create_task(leave())
    except SystemExit as request:
        print("left with", request.code)
    await task
asyncio.run(main())
""")
    assert (result.returncode, result.stdout) == (0, "left with 3\nwent on\n")


def test_a_coroutine_can_exit_the_program(cli):
    result = cli.run("""
import asyncio, atexit, sys
atexit.register(print, "at exit")
async def main():
    sys.exit(3)
asyncio.run(main())
""")
    assert (result.returncode, result.stdout) == (3, "at exit\n")


@pytest.mark.parametrize("end", ["sys.stdout.close()", "sys.stdout = None", "sys.stderr.close()"])
def test_a_script_may_close_its_streams(cli, end):
    result = cli.run(f"import sys\nprint('out', flush=True)\n{end}")
    assert (result.returncode, result.stdout) == (0, "out\n")
    assert "unexpected" not in result.stderr


def test_ctrl_c_ends_a_wait_for_a_pipe(cli):
    cli.write("print('ready', flush=True)\ninput()")
    with cli.start("run", "app.py", stdin=subprocess.PIPE) as process:
        assert process.stdout.readline() == "ready\n"
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == -signal.SIGINT


def test_a_script_is_read_from_standard_input(cli):
    source = "import sys; print(sys.argv, __name__, repr(sys.path[0]), sys.stdin.read() == ''); 1 / 0"
    result = cli("run", "-q", "-", "word", stdin=source)
    assert result.stdout == "['-', 'word'] __main__ '' True\n"
    assert 'File "<stdin>", line 1, in <module>' in result.stderr
    assert result.returncode == 1


def test_a_script_from_standard_input_needs_no_folder_of_the_host(cli):
    result = cli("run", "-q", "-", stdin="print('out')", cwd=Path("/tmp"))  # noqa: S108 - where Pyodide has one, too
    assert result.stdout == "out\n"
    assert not Path("/tmp/<stdin>").exists()  # noqa: S108 - as above


def test_a_module_runs_as_under_python(cli):
    (cli.folder / "boat").mkdir()
    (cli.folder / "boat/__init__.py").touch()
    source = "import sys; print(sys.argv, __name__, __package__, sys.path[0])"
    (cli.folder / "boat/__main__.py").write_text(source, encoding="utf-8")
    result = cli("run", "-m", "boat", "--help")
    here = cli.folder
    assert result.stdout == f"['{here}/boat/__main__.py', '--help'] __main__ boat {here}\n"
    assert result.returncode == 0
    result = cli("run", "-q", "-m", "ship")
    assert "No module named ship" in result.stderr
    assert result.returncode == 1


def test_quiet_prints_only_errors(cli):
    result = cli.run("print('out')", "--quiet")
    assert result.stderr != ""  # here the option is one of the script
    result = cli("run", "--quiet", "app.py")
    assert (result.stdout, result.stderr) == ("out\n", "")
    assert "there is no such file" in cli("run", "-q", "absent.py").stderr


class Echo(socketserver.StreamRequestHandler):
    def handle(self):
        self.wfile.write(self.rfile.readline().upper())


def test_sockets_can_be_enabled(cli):
    source = """
import socket, sys
with socket.create_connection(("127.0.0.1", int(sys.argv[1]))) as connection:
    connection.sendall(b"ahoy\\n")
    print(connection.recv(99))
"""
    cli.write(source)
    with socketserver.TCPServer(("127.0.0.1", 0), Echo) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        result = cli("run", "--sockets", "app.py", str(server.server_address[1]))
        server.shutdown()
    assert result.stdout == "b'AHOY\\n'\n", result.stderr


def test_pending_tasks_do_not_keep_the_process_running(cli):
    source = (
        "import asyncio\nasync def forever():\n    await asyncio.sleep(1e6)\ntask = asyncio.ensure_future(forever())"
    )
    assert cli.run(source).returncode == 0


@pytest.mark.parametrize(
    ("header", "code", "message"),
    [
        (
            "dependencies = 'not-in-the-distribution'",
            2,
            "metadata is invalid (app.py, line 2): `dependencies` must be an array",
        ),
        ("dependencies = [", 2, "metadata is invalid (app.py, line 2): not valid TOML"),
        ("dependecies = []", 2, "(app.py, line 2): `dependecies` is not a key of script metadata: did you mean `dep"),
        ("requires-python = '<3'", 1, "app.py requires Python <3, but this is Python 3."),
    ],
)
def test_unusable_script_metadata_is_explained(cli, header, code, message):
    result = cli.run(f"# /// script\n# {header}\n# ///\nprint('never')\n")
    assert result.returncode == code
    assert message in result.stderr
    assert "Traceback" not in result.stderr
    assert result.stdout == ""


def test_a_failed_install_is_explained(cli):
    result = cli("run", "--index-url", "http://127.0.0.1:9/simple/", _asking(cli, "not-in-the-distribution"))
    assert result.returncode == 1
    assert "wherry: error: No answer from http://127.0.0.1:9/simple/not-in-the-distribution/" in result.stderr
    assert "Traceback" not in result.stderr


def _asking(cli, requirement):
    script = cli.folder / "asking.py"
    script.write_text(f"# /// script\n# dependencies = ['{requirement}']\n# ///\nprint('never')\n", encoding="utf-8")
    return str(script)


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["run", "absent.py"], 2, "wherry: error: cannot open the script absent.py: there is no such file\n"),
        (["run", "."], 2, "wherry: error: cannot run .: it is a folder\n"),
        (["run"], 2, "wherry: error: missing required argument 'program'\n"),
        (["run", "--no-such-option", "app.py"], 2, "wherry: error: unknown option '--no-such-option'\n"),
        (["sail"], 2, "wherry: error: unknown command 'sail'\n"),
        (["app.py", "a b"], 2, "wherry: error: 'app.py' is not a command; to run the file: wherry run app.py 'a b'\n"),
        (["install", "idna>=3"], 2, "wherry run --with 'idna>=3' app.py, or wherry repl --with 'idna>=3'\n"),
        (
            ["run", "--offline", "--no-cache", "-m", "this"],
            2,
            "wherry: error: --offline needs the cache: remove --no-cache\n",
        ),
        ([], 2, "Usage: wherry"),
    ],
)
def test_misuse_is_explained(cli, arguments, code, message):
    result = cli(*arguments)
    assert result.returncode == code
    assert message in result.stderr
    assert result.stdout == ""


def test_help_and_version_go_to_the_standard_output(cli):
    assert "Usage: wherry" in cli("--help").stdout
    assert "<program>" in cli("run", "--help").stdout
    assert "130  Ctrl-C" in cli("--help").stdout


@pytest.mark.parametrize("command", ["run", "lock", "resolve", "why", "repl"])
def test_help_fits_a_terminal_of_80_columns(cli, command):
    assert [line for line in cli(command, "--help").stdout.splitlines() if len(line) > 80] == []
    version = cli("--version")
    assert (version.stdout, version.returncode) == ("0.1.0\n", 0)


def test_variables_of_certificates_name_readable_files_or_are_removed(cli, tmp_path):
    (tmp_path / "authorities.pem").write_text("trusted", encoding="utf-8")
    cli.environment.update(SSL_CERT_FILE="authorities.pem", REQUESTS_CA_BUNDLE="/nowhere/bundle.pem")
    source = "import os\nprint(open(os.environ['SSL_CERT_FILE']).read(), 'REQUESTS_CA_BUNDLE' in os.environ)"
    assert cli.run(source).stdout == "trusted False\n"


def test_ctrl_c_ends_the_loading_of_pyodide_at_once(cli):
    cli.write("print('never')")
    ours, theirs = pty.openpty()
    cli.environment["TERM"] = "xterm"
    with cli.start("run", "app.py", stderr=theirs) as process:
        os.close(theirs)
        sent = b""
        while "loading Pyodide …" not in sent.decode(errors="ignore"):
            sent += os.read(ours, 4096)
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=30) == -signal.SIGINT
        assert process.stdout.read() == ""
    os.close(ours)

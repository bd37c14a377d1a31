"""Locks on the command line: making, checking, showing and installing them.

Needs `npm ci && npm run build` in js/. Indexes are on loopback.
"""

from __future__ import annotations

import json
import tomllib
from fnmatch import fnmatch

import pytest
from packaging.pylock import Pylock

from tests.harness.cli import Cli
from tests.harness.index_files import make_wheel
from tests.harness.index_server import IndexServer

WHEELS = [
    make_wheel("app", "1.0", requires=["part>=1"]),
    make_wheel("part", "1.0"),
    make_wheel("lone", "1.0", extras=["more"], requires=["part; extra == 'more'"]),
]
NEWER = make_wheel("part", "2.0")
HEADER = "# /// script\n# dependencies = [{}]\n# ///\n"
VERSIONS = "from importlib.metadata import version\nprint(*map(version, {}))\n"


@pytest.fixture
def index():
    with IndexServer(WHEELS) as server:
        yield server


@pytest.fixture
def cli(tmp_path, index):
    """The command line in a folder, with the index as its only one."""
    return Indexed(tmp_path, index)


class Indexed(Cli):
    def __init__(self, folder, index):
        super().__init__(folder)
        self.index = index

    def lock(self, *arguments):
        return self("lock", "--index-url", self.index.json_url, *arguments)

    def read(self, name="pylock.toml"):
        return (self.folder / name).read_text(encoding="utf-8")

    def write_script(self, *dependencies, shown=()):
        source = HEADER.format(", ".join(map(json.dumps, dependencies)))
        self.write(source + VERSIONS.format(list(shown or dependencies)))


def versions(text):
    return {package["name"]: package["version"] for package in tomllib.loads(text)["packages"]}


def pages_and_archives(index):
    paths = index.requests.copy()
    archives = sum(count for path, count in paths.items() if fnmatch(path, "*.whl"))
    return sum(paths.values()) - archives, archives


def test_lock_writes_a_lock_and_lists_what_was_added(cli):
    result = cli.lock("app")
    assert (result.stdout, result.returncode) == ("", 0), result.stderr
    assert result.stderr.splitlines() == [
        "wherry:   added    app   1.0",
        "wherry:   added    part  1.0",
        "wherry: locked 2 packages in pylock.toml",
    ]
    assert versions(cli.read()) == {"app": "1.0", "part": "1.0"}
    Pylock.from_dict(tomllib.loads(cli.read())).validate()
    assert [path.name for path in cli.folder.iterdir() if path.is_file()] == ["pylock.toml"]


def test_locking_again_changes_nothing(cli, index):
    assert cli.lock("app").returncode == 0
    before = (cli.folder / "pylock.toml").stat()
    index.files.append(NEWER)
    result = cli.lock("app")
    assert result.stderr == "wherry: pylock.toml is unchanged: 2 packages\n"
    after = (cli.folder / "pylock.toml").stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


@pytest.mark.parametrize("option", [["--upgrade"], ["--upgrade-package", "part"]])
def test_an_upgrade_takes_newer_versions_and_says_which(cli, index, option):
    assert cli.lock("app").returncode == 0
    index.files.append(NEWER)
    assert cli.lock("app", "--upgrade-package", "lone").stderr.splitlines() == [
        "wherry: warning: --upgrade-package lone: the lock does not have it",
        "wherry: pylock.toml is unchanged: 2 packages",
    ]
    result = cli.lock("app", *option)
    assert result.stderr.splitlines() == [
        "wherry:   updated  part  1.0 → 2.0",
        "wherry: locked 2 packages in pylock.toml",
    ]
    assert versions(cli.read()) == {"app": "1.0", "part": "2.0"}


def test_removed_packages_are_listed(cli):
    assert cli.lock("app", "lone").returncode == 0
    assert "wherry:   removed  lone  1.0\n" in cli.lock("app").stderr


def test_check_succeeds_if_the_lock_is_up_to_date(cli):
    assert cli.lock("app").returncode == 0
    result = cli.lock("--check", "app")
    assert (result.stderr, result.returncode) == ("wherry: pylock.toml is unchanged: 2 packages\n", 0)
    assert cli.lock("-q", "--check", "app").stderr == ""


def test_check_fails_and_writes_nothing_if_the_lock_would_change(cli, index):
    missing = cli.lock("--check", "app")
    assert missing.returncode == 1
    assert "wherry: error: there is no pylock.toml; to make it: wherry lock --index-url" in missing.stderr
    assert not (cli.folder / "pylock.toml").exists()

    assert cli.lock("app").returncode == 0
    before = cli.read()
    result = cli.lock("--check", "app", "lone")
    assert result.returncode == 1
    assert result.stderr.splitlines() == [
        "wherry:   added    lone  1.0",
        f"wherry: error: pylock.toml is out of date; to update it: wherry lock --index-url {index.json_url} app lone",
    ]
    assert cli.read() == before


def test_a_lock_can_go_to_the_standard_output(cli):
    result = cli.lock("-o", "-", "app")
    assert versions(result.stdout) == {"app": "1.0", "part": "1.0"}
    assert result.stderr == "wherry: locked 2 packages\n"
    assert not (cli.folder / "pylock.toml").exists()
    assert cli.lock("app").returncode == 0
    assert result.stdout == cli.read()


def test_requirements_files_and_groups_are_locked(cli):
    (cli.folder / "requirements.txt").write_text("app\n", encoding="utf-8")
    (cli.folder / "pyproject.toml").write_text('[dependency-groups]\ntest = ["lone"]\n', encoding="utf-8")
    assert cli.lock("-r", "requirements.txt", "--group", "test", "-o", "pylock.all.toml").returncode == 0
    assert set(versions(cli.read("pylock.all.toml"))) == {"app", "lone", "part"}


def test_a_wheel_below_the_folder_is_locked_by_its_relative_path(cli):
    wheels = cli.folder / "wheels"
    wheels.mkdir()
    path = wheels / WHEELS[0].filename
    path.write_bytes(WHEELS[0].content)
    assert cli.lock(f"./wheels/{path.name}").returncode == 0
    locked = tomllib.loads(cli.read())["packages"][0]
    assert locked["archive"]["path"] == f"wheels/{path.name}"
    cli.write(VERSIONS.format(["app", "part"]))
    assert cli("run", "-q", "--lock", "pylock.toml", "app.py").stdout == "1.0 1.0\n"


def test_exclude_newer_is_kept(cli, index):
    assert cli.lock("app", "--exclude-newer", "2026-01-02").returncode == 0
    index.files.append(make_wheel("part", "2.0", upload_time="2026-02-01T00:00:00Z"))
    assert cli.lock("app", "--upgrade").stderr == "wherry: pylock.toml is unchanged: 2 packages\n"
    wrong = cli.lock("app", "--exclude-newer", "soon")
    assert wrong.returncode == 2
    assert "--exclude-newer soon" in wrong.stderr


def test_pre_releases_can_be_locked(cli, index):
    index.files.append(make_wheel("part", "3.0a1"))
    assert cli.lock("app").returncode == 0
    assert versions(cli.read())["part"] == "1.0"
    assert cli.lock("app", "--pre", "--upgrade").returncode == 0
    assert versions(cli.read())["part"] == "3.0a1"


def test_a_pyodide_lock_has_the_packages_of_pyodide_or_only_these(cli):
    result = cli.lock("app", "--format", "pyodide-lock")
    assert result.stderr.endswith("wherry: locked 2 packages in pyodide-lock.json\n")
    packages = json.loads(cli.read("pyodide-lock.json"))["packages"]
    assert {"app", "part", "numpy"} <= set(packages)
    again = cli.lock("app", "--format", "pyodide-lock")
    assert again.stderr == "wherry: pyodide-lock.json is unchanged: 2 packages\n"
    assert cli.lock("app", "--format", "pyodide-lock", "--only-these").returncode == 0
    packages = json.loads(cli.read("pyodide-lock.json"))["packages"]
    assert set(packages) == {"app", "part"}


def test_run_installs_a_lock_without_resolving(cli, index):
    assert cli.lock("app").returncode == 0
    index.files.append(NEWER)
    index.requests.clear()
    cli.write(VERSIONS.format(["app", "part"]))
    result = cli("run", "--lock", "pylock.toml", "app.py")
    assert result.stdout == "1.0 1.0\n", result.stderr
    assert pages_and_archives(index) == (0, 2)
    assert "resolved" not in result.stderr
    assert "wherry: placed 2 packages" in result.stderr
    assert cli("run", "-q", "--lock", "pylock.toml", "-m", "app").returncode == 0
    assert (
        cli("run", "-q", "--lock", "pylock.toml", "-", stdin="import part; print(part.__version__)").stdout == "1.0\n"
    )
    assert cli("repl", "-q", "--lock", "pylock.toml", stdin="import part; part.__version__\n").stdout == "'1.0'\n"
    assert cli("run", "-q", "--offline", "--lock", "pylock.toml", "app.py").stdout == "1.0 1.0\n"


def test_groups_and_extras_choose_from_a_lock(cli):
    project = (
        '[project]\nname = "web"\nversion = "1"\ndependencies = ["part"]\n'
        '[project.optional-dependencies]\nall = ["lone"]\n[dependency-groups]\ntest = ["app"]\n'
    )
    (cli.folder / "pyproject.toml").write_text(project, encoding="utf-8")
    assert cli.lock("-r", "pyproject.toml[all]", "--group", "test").returncode == 0
    cli.write("import wherry\nprint(*sorted(one.name for one in wherry.installed() if one.installer == 'wherry'))")
    for choice, names in (
        ([], "part"),
        (["--group", "test"], "app part"),
        (["--extra", "all"], "lone part"),
    ):
        assert cli("run", "-q", "--lock", "pylock.toml", *choice, "app.py").stdout == f"{names}\n"
    wrong = cli("run", "--lock", "pylock.toml", "--extra", "more", "app.py")
    assert wrong.returncode == 2
    assert "pylock.toml: it has no extra 'more'; it has: all\n" in wrong.stderr


def test_further_requirements_are_installed_after_the_lock(cli, index):
    assert cli.lock("part").returncode == 0
    index.files.append(NEWER)
    cli.write(VERSIONS.format(["app", "part"]))
    result = cli("run", "-q", "--index-url", index.json_url, "--lock", "pylock.toml", "--with", "app", "app.py")
    assert result.stdout == "1.0 1.0\n", result.stderr


def test_the_lock_of_a_script_is_beside_it_and_is_used(cli, index):
    cli.write_script("app", shown=["app", "part"])
    assert cli.lock("app.py").stderr.endswith("wherry: locked 2 packages in pylock.app.toml\n")
    assert cli.lock("--check", "-r", "app.py").returncode == 0
    index.files.append(NEWER)
    index.requests.clear()
    result = cli("run", "app.py")
    assert result.stdout == "1.0 1.0\n"
    assert "wherry: installing from pylock.app.toml; --no-lock ignores it\n" in result.stderr
    assert pages_and_archives(index) == (0, 2)
    assert cli("run", "-q", "--index-url", index.json_url, "--no-lock", "app.py").stdout == "1.0 2.0\n"


def test_the_lock_of_a_script_is_refused_if_it_no_longer_meets_the_header(cli):
    cli.write_script("app")
    assert cli.lock("app.py").returncode == 0
    cli.write_script("app", "lone")
    result = cli("run", "app.py")
    assert (result.stdout, result.returncode) == ("", 2)
    assert "wherry: error: pylock.app.toml: it no longer meets app.py: lone is not in it; " in result.stderr
    assert "lock the script with wherry lock app.py, or ignore it with --no-lock" in result.stderr
    assert cli.lock("--check", "app.py").returncode == 1
    assert cli.lock("app.py").returncode == 0
    assert cli("run", "-q", "app.py").stdout == "1.0 1.0\n"


def test_a_named_lock_that_does_not_meet_the_header_is_refused(cli):
    assert cli.lock("app").returncode == 0
    cli.write_script("lone")
    result = cli("run", "--lock", "pylock.toml", "app.py")
    assert (result.stdout, result.returncode) == ("", 2)
    assert "lone" in result.stderr
    assert "lock the script with wherry lock app.py, or remove --lock" in result.stderr


def test_resolve_and_why_show_a_lock(cli, index):
    assert cli.lock("app").returncode == 0
    index.requests.clear()
    result = cli("resolve", "--lock", "pylock.toml")
    lines = result.stdout.splitlines()
    assert lines[0].startswith("app 1.0 "), result.stderr
    assert lines[1].startswith("└── part 1.0 ")
    assert lines[-1].startswith("2 packages, ")
    assert (index.requests, result.stderr, result.returncode) == ({}, "", 0)
    answer = json.loads(cli("resolve", "--json", "--lock", "pylock.toml").stdout)
    assert answer["pins"] == {"app": "1.0", "part": "1.0"}
    assert cli("why", "part", "--lock", "pylock.toml").stdout.startswith("part 1.0\n  app → part")
    assert cli("why", "lone", "--lock", "pylock.toml").returncode == 1


def test_a_lock_can_be_at_an_address(cli, index):
    assert cli.lock("app").returncode == 0
    cli.write(VERSIONS.format(["app", "part"]))
    address = (cli.folder / "pylock.toml").as_uri()
    assert cli("run", "-q", "--lock", address, "app.py").stdout == "1.0 1.0\n"
    absent = cli("run", "-q", "--lock", f"{index.url}/pylock.toml", "app.py")
    assert absent.returncode == 1
    assert f"{index.url}/pylock.toml" in absent.stderr


def test_a_lock_that_cannot_be_read_is_named_with_its_line(cli):
    (cli.folder / "pylock.toml").write_text('lock-version = "1.0"\noh no\n', encoding="utf-8")
    cli.write("print('never')")
    for command in (["run", "--lock", "pylock.toml", "app.py"], ["resolve", "--lock", "pylock.toml"]):
        result = cli(*command)
        assert (result.stdout, result.returncode) == ("", 2)
        assert "wherry: error: pylock.toml, line 2: not valid TOML" in result.stderr
        assert "Traceback" not in result.stderr
    again = cli.lock("app")
    assert again.returncode == 2
    assert again.stderr.startswith("wherry: error: pylock.toml, line 2: not valid TOML")
    assert cli.read().endswith("oh no\n")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["lock"], "no requirements: name some, a script, or a file with -r"),
        (["lock", "idna", "-o", "lock.toml"], "pylock.toml or pylock.NAME.toml"),
        (["lock", "idna", "-o", "absent/pylock.toml"], "there is no folder absent"),
        (["lock", "idna", "--only-these"], "--only-these needs --format pyodide-lock"),
        (["lock", "idna", "--format", "pyodide-lock", "--upgrade"], "a pyodide-lock always takes the newest versions"),
        (["lock", "idna", "--check", "-o", "-"], "--check compares with a file"),
        (["lock", "idna", "--format", "zip"], "Allowed choices are pylock, pyodide-lock."),
        (["run", "--lock", "absent.toml", "app.py"], "cannot read the lock absent.toml: there is no such file"),
        (["run", "--extra", "more", "app.py"], "--extra chooses from a lock: add --lock"),
        (["run", "--lock", "pylock.toml", "-r", "r.txt", "app.py"], "wherry lock -r r.txt -o pylock.toml"),
        (["resolve", "--lock", "pylock.toml", "idna"], "--lock shows what is locked"),
        (["sync", "pylock.toml"], "wherry run --lock pylock.toml app.py"),
    ],
)
def test_misuse_of_locks_is_explained(cli, arguments, message):
    (cli.folder / "pylock.toml").write_text('lock-version = "1.0"\n', encoding="utf-8")
    result = cli(*arguments)
    assert (result.stdout, result.returncode) == ("", 2)
    assert message in result.stderr
    assert "Traceback" not in result.stderr

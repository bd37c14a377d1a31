"""Requirements files and dependency groups, from the command line and from JavaScript.

Needs `npm ci && npm run build` in js/. Indexes are on loopback.
"""

from __future__ import annotations

import json

import pytest
from pytest_pyodide import run_in_pyodide

from tests.harness.cli import Cli
from tests.harness.index_files import make_wheel
from tests.harness.index_server import IndexServer

APP = make_wheel("app", "1.0", requires=["part>=1"])
PART_1 = make_wheel("part", "1.0")
PART_2 = make_wheel("part", "2.0")
LONE = make_wheel("lone", "1.0")
NEARBY = make_wheel("nearby", "1.0")
SHOW = (
    "from importlib.metadata import distributions as d\nprint(*sorted(f'{i.name} {i.version}' for i in d()), sep=', ')"
)


@pytest.fixture
def cli(tmp_path):
    return Cli(tmp_path)


@pytest.fixture
def index():
    with IndexServer([APP, PART_1, PART_2, LONE]) as server:
        yield server


def write(folder, **texts):
    for name, text in texts.items():
        (folder / name.replace("_", ".")).write_text(text, encoding="utf-8")


def test_run_takes_a_file_with_its_index_constraints_and_wheels_beside_it(cli, index):
    cli.environment["INDEX_HOST"] = index.json_url.removeprefix("http://")
    (cli.folder / "needs").mkdir()
    (cli.folder / "needs" / NEARBY.filename).write_bytes(NEARBY.content)
    text = f"--index-url http://${{INDEX_HOST}}\n-c limits.txt\napp  # and its part\n./{NEARBY.filename}\n"
    write(cli.folder / "needs", requirements_txt=text, limits_txt="part<2\n")
    cli.write(SHOW)
    result = cli("run", "-q", "-r", "needs/requirements.txt", "app.py")
    assert (result.stdout, result.stderr) == ("app 1.0, nearby 1.0, part 1.0\n", "")


def test_run_takes_groups_of_the_pyproject_here_and_of_another(cli, index):
    (cli.folder / "sub").mkdir()
    write(
        cli.folder, pyproject_toml='[dependency-groups]\ntest = ["part<2", {include-group = "More"}]\nmore = ["lone"]'
    )
    write(cli.folder / "sub", pyproject_toml='[dependency-groups]\ndocs = ["app"]')
    cli.write(SHOW)
    options = ["-q", "--index-url", index.json_url, "--group", "test", "--group", "sub/pyproject.toml:docs"]
    assert cli("run", *options, "app.py").stdout == "app 1.0, lone 1.0, part 1.0\n"


def test_resolve_and_why_take_files_without_requirements(cli, index):
    project = '[project]\nname = "x"\ndependencies = ["lone"]\noptional-dependencies.fast = ["app"]\n'
    write(cli.folder, pyproject_toml=project)
    options = ["--index-url", index.json_url, "-r"]
    result = cli("resolve", "--json", *options, "pyproject.toml[fast]")
    assert json.loads(result.stdout)["pins"] == {"app": "1.0", "lone": "1.0", "part": "2.0"}
    assert cli("resolve", "--json", *options, "pyproject.toml").stdout.count('"origin"') == 1
    result = cli("why", "part", *options, "pyproject.toml[fast]")
    assert result.stdout.splitlines()[0] == "part 2.0"


def test_the_prompt_starts_with_the_packages_of_a_file(cli, index):
    write(cli.folder, more_txt="lone\n")
    options = ["-q", "--index-url", index.json_url, "-r", "more.txt"]
    assert cli("repl", *options, stdin="import lone\nprint('there')\n").stdout == "there\n"


@pytest.mark.parametrize(
    ("code", "text", "message"),
    [
        (
            1,
            f"lone==1.0 --hash=sha256:{'0' * 64}\n",
            "does not match file:*wrong.txt, line 1: expected sha256 0000",
        ),
        (
            2,
            f"\nlone==1.0 --hash=sha256:{LONE.sha256}\npart==1.0\n",
            "part==1.0 has no hash*wrong.txt, line 2*add: part==1.0 --h",
        ),
        (2, "lone\n-e .\n", "wrong.txt, line 2: the option -e is not supported"),
        (
            1,
            "lone\n-r missing.txt\n",
            "missing.txt: there is no such file on this computer (named in file:*wrong.txt, line 2)",
        ),
        (2, "lone ==\n", "wrong.txt, line 1: 'lone ==' is not a valid requirement"),
    ],
)
def test_a_failure_names_the_file_and_the_line(cli, index, code, text, message):
    write(cli.folder, wrong_txt=text)
    result = cli("resolve", "-q", "--index-url", index.json_url, "-r", "wrong.txt")
    places = [result.stderr.find(part) for part in message.split("*")]
    assert result.returncode == code
    assert places == sorted(places), result.stderr
    assert -1 not in places, result.stderr


def test_missing_requirements_and_missing_files_are_misuse(cli):
    result = cli("resolve", "-q")
    assert (result.returncode, "with -r" in result.stderr) == (2, True)
    result = cli("resolve", "-q", "-r", "nowhere.txt")
    assert (result.returncode, "nowhere.txt: there is no such file" in result.stderr) == (2, True)


@run_in_pyodide
def write_in_pyodide(selenium, texts):
    from pathlib import Path

    for name, text in texts.items():
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).write_text(text)


@run_in_pyodide
async def install(selenium, files, groups, index_url):
    import wherry

    report = await wherry.install(requirements_files=files, groups=groups, index_urls=[index_url])
    return {item.name: item.version for item in report.installed}


def test_python_takes_paths_in_the_virtual_file_system(fresh_wherry_runtime, index):
    texts = {
        "requirements.txt": "-r sub/more.txt\n",
        "sub/more.txt": "lone\n",
        "pyproject.toml": '[dependency-groups]\ntest = ["app"]\n',
        "tool.py": '# /// script\n# dependencies = ["part<2"]\n# ///\n',
    }
    write_in_pyodide(fresh_wherry_runtime, texts)
    installed = install(fresh_wherry_runtime, ["requirements.txt", "tool.py"], "test", index.json_url)
    assert installed == {"app": "1.0", "lone": "1.0", "part": "1.0"}


@run_in_pyodide
async def read_nothing(selenium, index_url):
    import sys

    import wherry

    await wherry.install("lone", index_urls=[index_url])
    rare = ("requirements_files", "requirements_txt", "requirement_line", "pyproject", "required_hashes", "written")
    return [name for name in sys.modules if name.startswith("wherry.") and name.endswith(rare)]


def test_an_installation_without_files_does_not_import_their_parsers(fresh_wherry_runtime, index):
    assert read_nothing(fresh_wherry_runtime, index.json_url) == []

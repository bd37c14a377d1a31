"""Commands in the cells of a notebook: all that they show, and the packages that are there afterwards."""

from __future__ import annotations

import linecache

import pytest

import wherry
from tests.harness.html import unstyled

INSTALLED = "Installed  boat  2\n           oar   2"


def installed(notebook):
    assert notebook.run("frozen = %wherry freeze")
    return notebook.user_ns["frozen"].splitlines()


@pytest.mark.parametrize(
    "command",
    [
        "%wherry install boat",
        "%pip install boat",
        "!pip install boat",
        "!  pip3 install boat",
        "!python -m pip install boat",
        "!python3.14 -m pip install boat",
        "!{sys.executable} -m pip install boat",
        "!uv pip install boat",
        "%uv pip install boat",
        "!python -m uv pip install boat",
        "%pip --quiet install boat",
        "!pip --timeout 60 install boat",
        "%pip install \\\n    boat",
        "%pip install 'boat<3' # don't wait",
        "%pip install --user --no-cache-dir --root-user-action ignore -v boat",
        "!pip install boat > /dev/null 2>&1",
    ],
)
def test_the_line_after_an_install_can_import(notebook, command):
    assert notebook.run(f"{command}\nimport boat, oar\nversions = boat.__version__, oar.__version__")
    assert notebook.user_ns["versions"] == ("2", "2")
    assert notebook.errors == []


def test_the_report_takes_the_place_of_the_progress(notebook):
    notebook.run("%pip install boat")
    (output,) = notebook.outputs
    assert output["text/plain"] == INSTALLED
    assert unstyled(output["text/html"]).startswith("<table><tr><td>Installed</td><td>boat</td><td>2</td>")


def test_every_command_of_a_cell_shows_its_report(notebook):
    notebook.run("%pip install oar==1\n%pip install -U boat\nif True:\n    %wherry uninstall boat oar -y")
    assert notebook.texts == [
        "Installed  oar  1",
        "Installed  boat  2\n           oar   2\nRemoved    oar   1",
        "Removed  boat  2\n         oar   2",
    ]
    assert installed(notebook) == []


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ("boat", ["boat==2", "oar==2"]),
        ("'boat < 2'", ["boat==1", "oar==2"]),
        ("""'boat; python_version > "3"'""", ["boat==2", "oar==2"]),
        ("--pre boat", ["boat==3b1"]),
        ("--no-deps boat", ["boat==2"]),
        ("-r needs.txt", ["oar==1"]),
        ("--requirement=needs.txt", ["oar==1"]),
        ("boat -c limits.txt", ["boat==1", "oar==1"]),
        ("boat -c 'all our limits.txt'", ["boat==1", "oar==1"]),
        ("--require-hashes boat", []),
        ("--index-url https://other.example.org/json/ sail", ["sail==1"]),
        ("--extra-index-url https://other.example.org/json/ sail oar", ["oar==2", "sail==1"]),
        ("--exclude-newer 2020-01-01 boat", []),
    ],
)
def test_options_are_those_of_pip(notebook, tmp_path, options, expected):
    (tmp_path / "needs.txt").write_text("oar<2\n")
    for name in ("limits.txt", "all our limits.txt"):
        (tmp_path / name).write_text("oar<2\nboat<2\n")
    notebook.run(f"%pip install {options}")
    assert installed(notebook) == expected


def test_variables_of_the_notebook_are_filled_in(notebook):
    notebook.run("for name in ['oar', 'boat']:\n    %pip install {name}==1")
    assert installed(notebook) == ["boat==1", "oar==1"]


def test_force_reinstall_installs_again(notebook):
    notebook.run("%pip install oar")
    notebook.run("%pip install --force-reinstall oar")
    assert notebook.texts == ["Installed  oar  2", "Installed  oar  2\nRemoved    oar  2"]


def test_a_dry_run_installs_nothing(notebook):
    notebook.run("%pip install --dry-run boat")
    assert [line.split()[0] for line in notebook.texts[0].splitlines()[:2]] == ["boat==2", "oar==2"]
    assert installed(notebook) == []


def test_quiet_shows_nothing(notebook, capsys):
    notebook.run("%pip install -q boat")
    assert notebook.texts == []
    assert capsys.readouterr().out == ""
    assert installed(notebook) == ["boat==2", "oar==2"]


def test_quiet_shows_warnings(notebook, capsys):
    notebook.run("%pip install boat")
    notebook.run("%pip uninstall -q oar")
    assert capsys.readouterr().out == "Warning: boat 2 requires oar, which is not installed\n"


def test_list_tree_why_and_check_show_what_is_installed(notebook):
    notebook.run("%pip install -q boat\n%wherry list\n%wherry tree\n%wherry why oar\n%pip check")
    assert notebook.texts == [
        "Package  Version\nboat     2\noar      2",
        "boat 2\n└── oar 2",
        "oar 2\n  boat → oar",
        "No problems found",
    ]


def test_a_lock_is_written_and_installed(notebook, tmp_path, capsys):
    notebook.run("%wherry lock boat -o pylock.toml")
    assert capsys.readouterr().out.splitlines()[0] == "pylock.toml has 2 packages"
    assert installed(notebook) == []
    notebook.run("%wherry install -r pylock.toml")
    assert notebook.texts == [INSTALLED]


def test_without_a_file_the_lock_is_shown(notebook, capsys):
    notebook.run("%wherry lock oar")
    assert 'name = "oar"' in capsys.readouterr().out


@pytest.mark.parametrize("others", ["boat", "--dry-run", "--no-deps", "-c limits.txt", "-r needs.txt"])
def test_a_lock_is_installed_alone(notebook, others):
    notebook.run("%wherry lock oar -o pylock.toml")
    notebook.run(f"%pip install -r pylock.toml {others}")
    assert installed(notebook) == []
    assert "pylock.toml is a lock, which is installed alone; leave out the rest" in notebook.errors[0]


@pytest.mark.parametrize(
    "command", ["boats = %wherry list", "%time %wherry install boat", "def f():\n    %wherry install -q boat\n\nf()"]
)
def test_a_magic_in_an_expression_or_function_needs_no_await(notebook, command):
    notebook.run("%pip install -q oar")
    assert notebook.run(command)
    assert "oar==2" in installed(notebook)


def test_an_async_function_awaits_a_command(notebook):
    notebook.run("async def f():\n    if True:\n        # comment\n        %wherry install -q boat\n\nawait f()")
    assert installed(notebook) == ["boat==2", "oar==2"]


def test_help_names_commands_and_options(notebook, capsys):
    notebook.run("%wherry")
    commands = capsys.readouterr().out
    assert [line.split()[1] for line in commands.splitlines()[:2]] == ["install", "uninstall"]
    notebook.run("%pip install --help")
    assert "--extra-index-url" in capsys.readouterr().out


def shown_error(notebook):
    (text,) = notebook.errors
    return text.replace("\x1b[31m", "").replace("\x1b[0m", "")


def test_a_failure_is_one_sentence_that_says_how_to_go_on(notebook):
    assert not notebook.run("%pip install boot")
    assert shown_error(notebook) == (
        "UnknownProject: There is no project named 'boot' on https://index.example.org/json/; "
        "check the spelling, or name another index"
    )
    assert notebook.texts == []  # the progress is gone


def test_a_failure_of_a_function_names_the_line_that_called_wherry(notebook):
    notebook.run("import wherry\nasync def prepare():\n    await wherry.install('boot')\n\nawait prepare()")
    assert shown_error(notebook).splitlines()[1:] == ["\x1b[2mline 3, in prepare: await wherry.install('boot')"]


def test_the_notes_of_a_failure_are_shown(notebook):
    notebook.run(
        "import wherry\ntry:\n    await wherry.install('boot')\nexcept wherry.WherryError as error:\n"
        "    error.add_note('for the crossing')\n    raise"
    )
    assert shown_error(notebook).splitlines()[1] == "for the crossing"


@pytest.mark.parametrize(
    "command",
    [
        "%pip {url} install boat",
        "%pip install --index-ur={url} boat",
        "%pip install --no-deps={url} boat",
        "%pip why boat {url}",
        "%pip install -i {url} boot",
        "%pip install -r {url}pylock.toml boat",
    ],
)
def test_a_password_is_not_shown(notebook, command):
    assert not notebook.run(command.format(url="https://me:secret@index.example.org/json/"))
    assert "https://index.example.org/json/" in shown_error(notebook)
    assert "secret" not in shown_error(notebook)


def test_a_file_beside_wherry_with_a_similar_name_is_the_users(notebook, monkeypatch):
    path, line = f"{wherry.__path__[0]}_tour.py", "async def prepare(): await wherry.install('boot')\n"
    monkeypatch.setitem(linecache.cache, path, (len(line), None, [line], path))
    notebook.user_ns.update(code=compile(line, path, "exec"), wherry=wherry)
    notebook.run("exec(code)\nawait prepare()")
    assert "line 1, in prepare" in shown_error(notebook)


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        (
            "%pip install --usr boat",
            "InvalidCommand: %pip install: there is no option --usr; there are --requirement",
        ),
        ("!pip install", "InvalidCommand: %pip install: there is nothing to install; add a requirement, or -r FILE"),
        ("%pip uninstall", "there is nothing to uninstall; add the name of an installed package"),
        ("%wherry instal boat", "%wherry: there is no command 'instal'; there are install, uninstall, list, freeze,"),
        ("%pip install git+https://example.org/boat.git", "only wheels can be installed by URL or path"),
        ("%pip install boat==", "'boat==' is not a valid requirement"),
    ],
)
def test_a_wrong_command_says_how_to_write_it(notebook, command, sentence):
    assert not notebook.run(command)
    assert sentence in shown_error(notebook)

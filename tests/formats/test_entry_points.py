from __future__ import annotations

import importlib.metadata
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from wherry.errors import InvalidWheel
from wherry.formats.entry_points import ScriptEntryPoint, parse_script_entry_points


def scripts(text: str) -> tuple[ScriptEntryPoint, ...]:
    return parse_script_entry_points(text, filename="app-1-py3-none-any.whl")


def problems(text: str) -> list[str]:
    with pytest.raises(InvalidWheel) as caught:
        scripts(text)
    assert caught.value.filename == "app-1-py3-none-any.whl"
    return list(caught.value.problems)


def test_scripts_of_both_groups_are_found_in_order():
    text = (
        "[console_scripts]\nb = app.cli:main\na=app:Main.run\n\n[other]\nx = y\n[gui_scripts]\nwindow = app.gui:main\n"
    )
    assert scripts(text) == (
        ScriptEntryPoint("b", "app.cli", "main"),
        ScriptEntryPoint("a", "app", "Main.run"),
        ScriptEntryPoint("window", "app.gui", "main"),
    )


@pytest.mark.parametrize(
    "line",
    [
        "run = app : main",
        "run = app:main [cli]",
        "run = app:main[cli, more]",
        "run = app:main  [ ]  ",
        "  run=app:main",
        "# a comment\nrun = app:main\n  # another",
        "; old = app:main\nrun = app:main",
    ],
)
def test_spaces_comments_and_extras_are_ignored(line):
    assert scripts(f"[console_scripts]\n{line}\n") == (ScriptEntryPoint("run", "app", "main"),)


def test_case_is_kept():
    (script,) = scripts("[console_scripts]\nRun-It.Now = App.Cli:Main\n")
    assert script == ScriptEntryPoint("Run-It.Now", "App.Cli", "Main")


@pytest.mark.parametrize(
    "text", ["", "\n", "[pytest11]\n= nothing\n../x = y\nx = 1\nx = 2\n", "[Console_Scripts]\nx = y"]
)
def test_other_groups_are_not_checked(text):
    assert scripts(text) == ()


@pytest.mark.parametrize(
    "name",
    [
        "../evil",
        "..",
        ".",
        "/bin/evil",
        "sub/evil",
        "..\\evil",
        "C:evil",
        "ev\x00il",
        "ev\x7fil",
        "",
    ],
)
def test_a_script_that_leaves_its_folder_is_refused(name):
    (problem,) = problems(f"[console_scripts]\n{name} = app:main\n")
    assert problem == f"the script {name!r} would not be a file in the folder of scripts"


@pytest.mark.parametrize("group", ["console_scripts", "gui_scripts"])
@pytest.mark.parametrize(
    "name", ["python", "python3", "python3.14", "python3.14t", "pythonw", "Python", "PYTHON.EXE", "python2"]
)
def test_a_script_named_as_python_is_refused(group, name):
    assert problems(f"[{group}]\n{name} = app:main\n") == [f"the script {name!r} has the name of Python itself"]


@pytest.mark.parametrize("name", ["python-config", "pythonic", "ipython3", "py"])
def test_a_name_that_resembles_python_is_allowed(name):
    assert scripts(f"[console_scripts]\n{name} = app:main\n") == (ScriptEntryPoint(name, "app", "main"),)


@pytest.mark.parametrize(
    "reference",
    [
        "app",
        "app:",
        ":main",
        "app:main()",
        "app:main:more",
        "app;import os:main",
        "app:main\timport",
        ".app:main",
        "app..cli:main",
        "app:main.",
        "1app:main",
        "app:main [cli",
        "",
    ],
)
def test_a_script_must_name_a_function_of_a_module(reference):
    (problem,) = problems(f"[console_scripts]\nrun = {reference}\n")
    assert problem == f"the script 'run' is {reference!r}, which names no function of a module"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[console_scripts]\na = m:f\na = m:f\n", "the script 'a' is declared twice"),
        ("[gui_scripts]\na = m:f\na = m:f\n", "the script 'a' is declared twice"),
        ("[console_scripts]\na = m:f\n[gui_scripts]\nA = m:g\n", "the scripts 'a' and 'A' collide"),
        ("[console_scripts]\nTool = m:f\ntool = m:g\n", "the scripts 'Tool' and 'tool' collide"),
    ],
)
def test_scripts_of_one_name_are_refused(text, expected):
    assert problems(text) == [expected]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[console_scripts]\nrun\n", "entry_points.txt has a line without '=': 'run'"),
        ("[other]\nrun\n", "entry_points.txt has a line without '=': 'run'"),
        ("[console_scripts]\n; run\n", "entry_points.txt has a line without '=': '; run'"),
        ("[other]\n;\n", "entry_points.txt has a line without '=': ';'"),
        ("run = app:main\n", "entry_points.txt has a line before the first group: 'run = app:main'"),
        ("[console_scripts] x\n", "entry_points.txt has a broken heading: '[console_scripts] x'"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused(text, expected):
    assert problems(text) == [expected]


@pytest.mark.parametrize(
    "text",
    [
        "[console_scripts]\na = m:f\n[gui_scripts]\na = m:g\n",
        "[gui_scripts]\na = m:g\na = m:h\n[console_scripts]\na = m:f\n",
    ],
)
def test_console_scripts_win_over_gui_scripts(text):
    warnings: list[str] = []
    found = parse_script_entry_points(text, filename="app.whl", warnings=warnings)
    assert found == (ScriptEntryPoint("a", "m", "f"),)
    assert warnings == ["app.whl: it has a script in console_scripts and gui_scripts: a"]


def test_a_default_section_does_not_affect_other_groups():
    assert scripts("[DEFAULT]\n../evil = app:main\n[console_scripts]\nrun = app:main\n") == (
        ScriptEntryPoint("run", "app", "main"),
    )


def test_all_problems_are_listed():
    assert len(problems("[console_scripts]\n../x = a:b\nrun = nothing\npython = a:b\n")) == 3


LINES = st.sampled_from(
    [
        "[console_scripts]",
        "[gui_scripts]",
        "[x]",
        "run = app:main",
        "  b=app:main [x]",
        "../c = a:b",
        "# d",
        "e",
        "=f",
        "; g",
        ";h = a:b",
        "[[x]]",
    ]
) | st.text(max_size=12)


class Installed(importlib.metadata.Distribution):
    def __init__(self, entry_points: str) -> None:
        self._entry_points = entry_points

    def read_text(self, filename: str) -> str | None:
        return self._entry_points if filename == "entry_points.txt" else None

    def locate_file(self, path: object) -> Path:
        return Path(str(path))


@given(st.lists(LINES, max_size=6))
def test_accepted_scripts_agree_with_importlib_metadata(lines):
    text = "\n".join(lines)
    try:
        found = scripts(text)
    except InvalidWheel:
        return
    seen = [
        entry
        for entry in Installed(text).entry_points
        if entry.group in {"console_scripts", "gui_scripts"} and not entry.name.startswith(";")
    ]
    console = {entry.name for entry in seen if entry.group == "console_scripts"}
    assert [
        (entry.name, entry.module, entry.attr)
        for entry in seen
        if entry.group == "console_scripts" or entry.name not in console
    ] == [(script.name, script.module, script.attribute) for script in found]


def test_the_size_of_the_file_has_a_limit():
    line = "[console_scripts]\nrun = app:main\n"
    assert scripts(line + "#" * (2**20 - len(line))) == (ScriptEntryPoint("run", "app", "main"),)
    assert problems(line + "#" * (2**20 - len(line) + 1)) == ["entry_points.txt is longer than 1048576 characters"]


def test_the_number_of_scripts_has_a_limit():
    text = "[console_scripts]\n" + "".join(f"run{number} = app:main\n" for number in range(10_000))
    assert len(scripts(text)) == 10_000
    assert problems(f"{text}[gui_scripts]\nwindow = app:main\n") == ["entry_points.txt has more than 10000 scripts"]
    # What other groups name becomes no file.
    assert len(scripts(f"{text}[other]\nwindow = app:main\n")) == 10_000


LONG = "x" * 100_000


@pytest.mark.parametrize(
    "text",
    [
        LONG,
        f"[{LONG}",
        f"[console_scripts]\n{LONG}",
        f"[console_scripts]\n/{LONG} = app:main",
        f"[console_scripts]\nrun = {LONG}",
        f"[console_scripts]\n{LONG} = app:main\n{LONG} = app:main",
        f"[console_scripts]\n{LONG} = app:main\n{LONG.upper()} = app:main",
    ],
    ids=["line", "heading", "no reference", "path", "reference", "twice", "collision"],
)
def test_no_row_of_an_error_is_long(text):
    found = problems(text)
    assert found
    assert max(map(len, found)) < 350


def test_a_warning_shows_the_beginning_of_a_long_name():
    warnings: list[str] = []
    name = "x" * 200
    text = f"[console_scripts]\n{name} = app:main\n[gui_scripts]\n{name} = app:main\n"
    parse_script_entry_points(text, filename="app-1-py3-none-any.whl", warnings=warnings)
    assert warnings == [f"app-1-py3-none-any.whl: it has a script in console_scripts and gui_scripts: {'x' * 100}…"]

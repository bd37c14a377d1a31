"""Lines that are commands, and lines that only look like one."""

from __future__ import annotations

import pytest

from wherry.ipython.command_lines import CellCommands

IN_PYODIDE = CellCommands(takes_pip=True)
AWAITED = "await get_ipython().run_line_magic('pip_awaited', 'install boat')\n"
SHOWN = "get_ipython().run_line_magic('pip_shown', 'install boat')\n"


async def replaced(cell, commands=IN_PYODIDE):
    return "".join(await commands.replace_all(cell.splitlines(keepends=True)))


@pytest.mark.parametrize(
    "line",
    [
        "%pip config list",
        "%pip",
        "%pip?",
        "!pip download boat",
        "!ls",
        "!pipx install boat",
        "%pipeline install boat",
        "!echo pip install boat",
        "%wherry?",
        "%wherryman install boat",
        "x = 7 %pip",
    ],
)
async def test_other_lines_stay(line):
    assert await replaced(f"{line}\n") == f"{line}\n"


async def test_strings_stay():
    cell = 'text = """\n%pip install boat\n"""\n'
    assert await replaced(cell) == cell


async def test_all_commands_of_a_cell_are_replaced_with_their_indentation():
    cell = "%pip install boat\nif True:\n    !pip install \\\n      boat\nelse: pass\n"
    continued = AWAITED.replace("install boat", "install        boat")
    assert await replaced(cell) == f"{AWAITED}if True:\n    {continued}else: pass\n"


@pytest.mark.parametrize(("head", "call"), [("def f():", SHOWN), ("async def f():", AWAITED), ("class A:", SHOWN)])
async def test_a_function_awaits_only_if_it_is_asynchronous(head, call):
    cell = f"{head}\n    for _ in '1':\n\n        %pip install boat\n"
    assert await replaced(cell) == cell.replace("%pip install boat\n", call)


@pytest.mark.parametrize(
    "lines",
    ['def f():\n    text = """\nsail\n"""\n', "def f(\nboat):\n", "def f():\n    boats = [\n1]\n# comment\n"],
)
async def test_lines_of_strings_and_brackets_do_not_end_a_function(lines):
    assert await replaced(f"{lines}    %pip install boat\n") == f"{lines}    {SHOWN}"


async def test_a_command_after_a_function_is_awaited():
    assert await replaced("def f():\n    pass\n%pip install boat\n") == f"def f():\n    pass\n{AWAITED}"


@pytest.mark.parametrize("head", ["%%time", "%%capture out", "\n%%time", "%%capture\n%%time"])
async def test_the_body_of_a_cell_magic_does_not_await(head):
    assert await replaced(f"{head}\n%pip install boat\n") == f"{head}\n{SHOWN}"


async def test_a_command_that_is_timed_does_not_await():
    assert await replaced("if True:\n    %time !pip install boat\n") == f"if True:\n    %time {SHOWN}"


@pytest.mark.parametrize("before", ["", "\n", "%%time\n"])
async def test_a_cell_in_another_language_stays(before):
    cell = f"{before}%%writefile install.py\n%pip install boat\n"
    assert await replaced(cell) == cell


async def test_without_pip_only_the_own_commands_are_replaced():
    cell = "%pip install boat\n!pip install boat\n%wherry install boat\n"
    *others, own = (await replaced(cell, CellCommands(takes_pip=False))).splitlines(keepends=True)
    assert "".join(others) == "%pip install boat\n!pip install boat\n"
    assert own == AWAITED.replace("pip_", "wherry_")

"""How the magics come into IPython."""

from __future__ import annotations

import subprocess
import sys
from types import SimpleNamespace
from typing import Any

import pytest
from IPython.core.interactiveshell import InteractiveShell

import wherry
from tests.harness.notebook import Notebook
from wherry import default
from wherry.ipython.extension import load
from wherry.runtime import defaults


@pytest.fixture
def shell():
    shell = InteractiveShell.instance()
    yield shell
    shell.restore_sys_module_state()
    InteractiveShell.clear_instance()


def test_outside_of_pyodide_pip_stays_as_it_is(shell):
    before = shell.find_line_magic("pip")
    wherry.load_ipython_extension(shell)
    assert shell.find_line_magic("pip") == before
    assert shell.find_line_magic("wherry") is not None
    assert shell.transform_cell("%pip install x\n") == "get_ipython().run_line_magic('pip', 'install x')\n"


def test_load_ext_finds_the_extension(shell):
    shell.run_line_magic("load_ext", "wherry")
    assert shell.find_line_magic("wherry") is not None


def test_loading_again_changes_nothing(shell):
    load(shell, takes_pip=True)
    once = list(shell.input_transformer_manager.token_transformers)
    load(shell, takes_pip=True)
    assert shell.input_transformer_manager.token_transformers == once


async def test_before_the_pip_of_pyodide_kernel_comes_that_of_wherry():
    transforms: list[Any] = ["piplite"]
    shell = Notebook()
    shell.kernel = SimpleNamespace(lite_transform_manager=SimpleNamespace(line_transforms=transforms))
    load(shell, takes_pip=True)
    first, second = transforms
    assert second == "piplite"
    assert await first(["%pip install x\n"]) == ["await get_ipython().run_line_magic('pip_awaited', 'install x')\n"]
    shell.restore_sys_module_state()


def test_each_shell_gets_the_magics_once_it_runs(monkeypatch):
    monkeypatch.setattr(defaults, "is_pyodide", lambda: True)
    for _ in range(2):
        shell = InteractiveShell.instance()
        default.load_magics()
        assert shell.find_line_magic("wherry") is not None
        shell.restore_sys_module_state()
        InteractiveShell.clear_instance()
    monkeypatch.setattr(default._Default, "shell", None)


def test_an_import_of_wherry_loads_neither_ipython_nor_the_magics():
    script = "import sys, wherry; print([name for name in sys.modules if 'ipython' in name.lower()])"
    printed = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True).stdout  # noqa: S603
    assert printed == "[]\n"

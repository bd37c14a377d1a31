"""Cells of notebooks: IPython's own syntax is skipped, and Python is not changed."""

from __future__ import annotations

import argparse
import contextlib
import inspect
import io
import string
import textwrap
import tokenize
import typing
from itertools import pairwise

import pytest
from hypothesis import given, strategies as st

from wherry.errors import InvalidSource
from wherry.formats.magics import without_magics
from wherry.formats.python_source import find_imports

UNSEEN = {tokenize.NL, tokenize.COMMENT, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}


@pytest.mark.parametrize(
    "cell",
    [
        "%matplotlib inline\nimport a",
        "%%time\nimport a",
        "%%timeit -n 3\nimport a",
        "%%mine\nimport a",
        "!pip install b\nimport a",
        "!pip install b \\\n  import c\nimport a",
        "!echo 'it\nimport a",
        "!echo ((\nimport a",
        "x?\nimport a",
        "x.y[0]??\nimport a",
        "?x\n??x\n%time?\nimport a",
        "files = !ls *.py\nimport a",
        "b, c = %run b.py\nimport a",
        "if x:\n    %reload\nimport a",
        "if x:\r\n\t!ls\r\nimport a",
        "\n# Why?\n!ls\nimport a",
    ],
)
def test_magics_are_skipped(cell):
    assert find_imports(cell) == {"a": False}


@pytest.mark.parametrize("cell", ["%%bash\nif x; then y; fi", "%%html\n<b>import a</b>", "%%writefile x.py\nimport a"])
def test_a_cell_in_another_language_or_for_a_file_imports_nothing(cell):
    assert find_imports(cell) == {}


@pytest.mark.parametrize(
    "text",
    [
        "x = (5\n% 2)\n",
        "s = '''\n!ls\nx?\n'''\n",
        "s = '''x?\n%y'''\n",
        "s = 'a\\\n!ls'\n",
        "x = 5 \\\n% 2\n",
        "f(\n  # [\n  '(',\n% y)\n",
        "x = y  # z?\n",
        "x = '!'\n",
    ],
)
def test_magic_characters_inside_a_statement_are_python(text):
    assert without_magics(f"%time\n{text}!ls") == f"pass\n{text}pass"


@pytest.mark.parametrize("module", [argparse, inspect, string, textwrap, tokenize, typing])
def test_a_magic_can_stand_wherever_a_statement_begins(module):
    source = inspect.getsource(module)
    seen = [token for token in tokenize.generate_tokens(io.StringIO(source).readline) if token.type not in UNSEEN]
    begun = [token for before, token in pairwise(seen) if before.type == tokenize.NEWLINE]
    with_magics, expected = source.split("\n"), source.split("\n")
    for token in begun:
        number, column = token.start[0] - 1, token.start[1]
        with_magics[number] = f"{' ' * column}%x ('\n{with_magics[number]}"
        expected[number] = f"{' ' * column}pass\n{expected[number]}"
    assert len(begun) > 20
    assert without_magics("\n".join(with_magics)) == "\n".join(expected)
    assert without_magics(source) == source


@pytest.mark.parametrize(
    ("cell", "line"),
    [("%%time\nimport", 2), ("!x \\\n y\n\nimport", 4), ("%x\ny = (1\n?)", 3), ("x = 1 ?? 2", 1), ("x?\r\nimport", 2)],
)
def test_line_numbers_do_not_change(cell, line):
    with pytest.raises(InvalidSource) as caught:
        find_imports(cell)
    assert caught.value.line == line


@given(st.text("ax=%!?'\"\\\n\r ([#)]", max_size=60))
def test_any_cell_is_read_or_refused_and_keeps_its_lines(cell):
    with contextlib.suppress(InvalidSource):
        find_imports(cell)
    assert len(without_magics(cell).split("\n")) == len(cell.replace("\r\n", "\n").replace("\r", "\n").split("\n"))

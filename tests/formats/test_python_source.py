from __future__ import annotations

import contextlib

import pytest
from hypothesis import given, strategies as st

from wherry.errors import InvalidSource
from wherry.formats.python_source import find_imports

CODE = """
from __future__ import annotations
import a, b.c as d
from e.f import g
from . import h
from .i import j
if TYPE_CHECKING:
    import k
else:
    import l

def function():
    import m
    with x as y:
        from n import *

class C:
    import o
"""

OPTIONAL = """
try:
    import a
except ImportError:
    import b
else:
    import c
try:
    import d
except (ValueError, ModuleNotFoundError):
    d = None
try:
    import e
except ValueError:
    pass
try:
    import f
finally:
    import g
try:
    import h
except:
    pass
try:
    import i
except ImportError:
    pass
import i
"""


def test_absolute_imports_are_found_anywhere():
    assert list(find_imports(CODE)) == ["__future__", "a", "b.c", "e.f", "l", "m", "n", "o"]
    assert not any(find_imports(CODE).values())


def test_an_import_whose_failure_is_caught_is_optional():
    assert [name for name, is_optional in find_imports(OPTIONAL).items() if is_optional] == ["a", "d", "h"]
    assert set(find_imports(OPTIONAL)) == set("abcdefghi")


def test_a_cell_may_await_at_its_top():
    assert list(find_imports("import a\nawait a.b()")) == ["a"]


@pytest.mark.parametrize(("source", "line"), [("import a\nimport", 2), ("a\0b", None), ("(" * 5000, 1)])
def test_source_that_is_not_python_is_refused(source, line):
    with pytest.raises(InvalidSource) as caught:
        find_imports(source)
    assert caught.value.line == line
    assert caught.value.reason in str(caught.value)


@given(st.text(max_size=200))
def test_any_text_has_names_of_modules_or_is_refused(source):
    with contextlib.suppress(InvalidSource):
        assert all(part.isidentifier() for name in find_imports(source) for part in name.split("."))

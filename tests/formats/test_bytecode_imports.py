"""The imports at the top of a module, found in its bytecode."""

from __future__ import annotations

import pytest

from wherry.formats.bytecode_imports import find_top_imports

MANY = "".join(f"name_{number} = 'text {number}'\n" for number in range(400))


def imports(source: str, package: str = "pkg.sub") -> list[str]:
    return list(find_top_imports(compile(source, "<test>", "exec", dont_inherit=True), package))


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("", []),
        ("import a", ["a"]),
        ("import a.b, c as d", ["a.b", "c"]),
        ("import a.b.c as d", ["a.b.c"]),
        ("from a.b import c, d as e", ["a.b", "a.b.c", "a.b.d"]),
        ("from a import *", ["a"]),
        ("from . import c", ["pkg.sub", "pkg.sub.c"]),
        ("from .c import d", ["pkg.sub.c", "pkg.sub.c.d"]),
        ("from .. import c", ["pkg", "pkg.c"]),
        ("from ..c import *", ["pkg.c"]),
        ("from ... import c", []),
        ("from __future__ import annotations\nimport a", ["__future__", "__future__.annotations", "a"]),
        ("try:\n  import a\nexcept ImportError:\n  import b\nelse:\n  import c", [*"acb"]),
        ("if x:\n  import a\nelse:\n  import b\nfor y in x:\n  import c\nwith x:\n  import d", [*"abcd"]),
        ("def f():\n  import a\nclass C:\n  import b\nimport c", ["c"]),
        (f"{MANY}\nimport a.b\n{MANY}\nfrom ..c import d", ["a.b", "pkg.c", "pkg.c.d"]),
    ],
)
def test_imports_are_found_in_order(source, found):
    assert list(dict.fromkeys(imports(source))) == found


@pytest.mark.parametrize("before", ["", MANY])
@pytest.mark.parametrize("condition", ["TYPE_CHECKING", "typing.TYPE_CHECKING", "t.TYPE_CHECKING"])
@pytest.mark.parametrize("body", ["  import b\n", f"  {MANY.replace(chr(10), chr(10) + '  ')}\n  import b\n"])
def test_imports_for_types_are_left_out(before, condition, body):
    source = f"{before}\nimport a\nif {condition}:\n{body}else:\n  import c\nimport d\n"
    assert imports(source) == ["a", "c", "d"]


@pytest.mark.parametrize(
    "before", ["if not TYPE_CHECKING:\n  if x:\n    import a", "T = TYPE_CHECKING\nif x:\n  import a"]
)
def test_imports_under_another_condition_are_found(before):
    assert imports(before) == ["a"]


def test_another_use_of_the_name_leaves_nothing_out():
    assert imports("from typing import TYPE_CHECKING\nprint(TYPE_CHECKING)\nimport a")[-1] == "a"

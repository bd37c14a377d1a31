"""How deep source nests: counted, and compared with Python's own parser."""

from __future__ import annotations

import ast
import random

import pytest

from wherry.errors import InvalidSource
from wherry.formats.python_source import find_imports
from wherry.formats.source_depth import Statement, _statements, check_depth, flattened

DEEP = {
    "sum": lambda n: "x = 1" + " + x" * n,
    "sum over lines": lambda n: "x = (1\n" + " + x # (\n" * n + ")",
    "continued lines": lambda n: "x = 1" + " + \\\n x" * n,
    "mixed operators": lambda n: "x = 1" + " + x * x" * (n // 2),
    "powers": lambda n: "x = 1" + " ** x" * n,
    "signs": lambda n: "x = " + "-" * n + "1",
    "inverted": lambda n: "x = " + "~" * n + "1",
    "not": lambda n: "x = " + "not " * n + "1",
    "not, compared": lambda n: "x = " + "not " * n + "a < b",
    "lambdas": lambda n: "x = " + "lambda: " * (n // 2) + "1",
    "lambdas with parameters": lambda n: "x = " + "lambda a, b=1: " * (n // 2) + "1",
    "conditions": lambda n: "x = 1" + " if a else 1" * n,
    "attributes": lambda n: "x = a" + ".b" * n,
    "attributes that end with digits": lambda n: "x = a1" + ".b1" * n,
    "calls": lambda n: "x = a" + "()" * n,
    "methods": lambda n: "x = a" + ".b()" * (n // 2),
    "methods over lines": lambda n: "x = (a" + "\n  .b('(', 1)" * (n // 2) + ")",
    "items": lambda n: "x = a" + "[0]" * n,
    "branches": lambda n: "if a: pass\n" + "elif a: pass\n" * n,
    "branches in a block": lambda n: "while a:\n  if a:\n    pass\n" + "  elif a:\n\n    pass\n" * n,
    "clauses of a comprehension": lambda n: "x = [1" + " for x in y" * n + "]",
    "field of an f-string": lambda n: "x = f'a{{{1" + " + x" * n + "}}}'",
    "field after a name": lambda n: r"x = f'\N{DASH}\{a" + ".b" * n + "}'",
    "format of a field": lambda n: "x = f'{a:{b" + "()" * n + "}}'",
    "second statement of a line": lambda n: "x = 1; y = 1" + " + x" * n,
    "part of an annotation": lambda n: "def f(x: a" + " | a" * n + "): pass",
    "after texts": lambda n: 'x = \'\\\'\', r""""\\"""", b\'#\'\ny = 1' + " + x" * n,
}
FLAT = {
    "comparisons": lambda n: "x = 1" + " < x" * n,
    "and, or": lambda n: "x = 1" + " and x or x" * n,
    "assignments": lambda n: "x = " * n + "1",
    "statements": lambda n: "x = -x.y() + f(x)\n" * n,
    "statements of a line": lambda n: "x = -y;" * n,
    "items of a list": lambda n: "x = [\n" + "-1 if a else b.c,\n" * n + "]",
    "items of a dictionary": lambda n: "x = {" + "a.b: lambda: c.d," * n + "}",
    "numbers": lambda n: "x = [" + "1.5, -2.5e-3," * n + "]",
    "signs in texts": lambda n: "x = '" + "-" * n + "'",
    "signs in a comment": lambda n: "x = 1 # " + "-" * n,
    "signs in a docstring": lambda n: "'''" + "-'\n" * n + "'''",
    "signs in an f-string": lambda n: "x = f'" + "-{{(" * n + "{a:.-^5}'",
    "fields": lambda n: "x = f'" + "{a.b!r:>{c}}" * n + "'",
    "decorators": lambda n: "@f\n" * n + "def g(): pass",
    "ifs": lambda n: "if a:\n  pass\n" * n,
    "short chains of branches": lambda n: "if a: pass\nelif b: pass\nelse: pass\n" * n,
}


@pytest.mark.parametrize("kind", DEEP)
def test_what_nests_is_refused_by_its_line(kind):
    source = "import a\n\n# é\n" + DEEP[kind](4200)
    with pytest.raises(InvalidSource) as caught:
        check_depth(source, file="app.py")
    error = caught.value
    assert error.line in {4, 5} or "branches" in kind
    assert str(error) == (
        f"app.py cannot be compiled: line {error.line} nests too deeply, and compiling it would end Pyodide; split it"
    )
    with pytest.raises(InvalidSource):
        find_imports(source)


@pytest.mark.parametrize("kind", DEEP)
def test_most_of_that_depth_is_admitted_and_its_imports_are_found(kind):
    source = "import a\n" + DEEP[kind](3000) + "\nimport b\n"
    check_depth(source)
    assert max(statement.outside + statement.inside for statement in _statements(source, 1000)) >= 3000
    if kind != "part of an annotation":
        assert len(flattened(source).splitlines()) == len(source.splitlines())
        assert list(find_imports(source)) == ["a", "b"]


@pytest.mark.parametrize("check", [check_depth, find_imports])
def test_a_carriage_return_ends_a_comment(check):
    with pytest.raises(InvalidSource) as caught:
        check("# a\rx = 1 # b\r\ny = 1" + " + x" * 4200)
    assert caught.value.line == 3


@pytest.mark.parametrize("kind", FLAT)
def test_what_stands_side_by_side_is_admitted(kind):
    source = FLAT[kind](1200)
    compile(source, "<test>", "exec", ast.PyCF_ONLY_AST)
    check_depth(source)
    assert flattened(source) == source


@pytest.mark.parametrize(
    "source",
    [
        "x = '" + "-" * 5000,
        "x = )" + "-" * 5000,
        "x = f'{" + "-" * 5000 + "\n'",
        "x = (" + "-" * 5000,
        "%time -\n" * 5000,
    ],
)
def test_what_python_cannot_read_is_left_to_it(source):
    check_depth(source)


def test_the_branches_of_a_long_chain_keep_what_they_import():
    source = "if a: pass\n" + "".join(f"elif a == {n}: import m{n}\n" for n in range(2500)) + "else:\n  import last\n"
    assert list(find_imports(source)) == [*(f"m{n}" for n in range(2500)), "last"]


def test_a_deep_line_that_also_imports_is_refused_where_it_cannot_be_parsed():
    with pytest.raises(InvalidSource) as caught:
        find_imports("x = 1\nimport a; x = 1" + " + x" * 2000)
    assert caught.value.line == 2


def expression(chance: random.Random, depth: int) -> str:
    if depth == 0:
        return chance.choice(["a", "1.5", "'('", "b.c", "f'{d}'"])
    one, two = expression(chance, depth - 1), expression(chance, chance.randrange(depth))
    forms = [
        "{} + ({})",
        "-({})",
        "not {}",
        "({}).x",
        "f({}, {})",
        "({})[{}:1]",
        "[{} for y in {}]",
        "({} if {} else 1)",
    ]
    forms += [
        "(lambda x, y=1: {})",
        "{} and {}",
        "({}) < ({})",
        "{{1: {}, **{}}}",
        "({} * {} ** 2)",
        "(z := {})",
        "{}()",
    ]
    return chance.choice(forms).format(one, two)


def depth_of(node: ast.AST) -> int:
    below = max(map(depth_of, ast.iter_child_nodes(node)), default=0)
    return below + isinstance(node, ast.expr | ast.stmt)


def test_no_expression_is_deeper_than_what_is_counted():
    chance = random.Random(1)  # noqa: S311
    checked = 0
    for _ in range(300):
        source = f"x = {expression(chance, 6)}"
        try:
            tree = compile(source, "<test>", "exec", ast.PyCF_ONLY_AST)
        except SyntaxError:
            continue
        [statement] = _statements(source, 1)
        assert isinstance(statement, Statement)
        assert statement.outside + statement.inside >= depth_of(tree)
        checked += 1
    assert checked > 100

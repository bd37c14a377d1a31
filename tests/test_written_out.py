"""Classes that the bundle's build writes out for `@dataclass` behave as those of the decorator."""

from __future__ import annotations

import ast
import copy
import dataclasses
import importlib.util
import inspect
import pickle
import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[1]
BUILD = ROOT / "js" / "build"
PARTS = "wherry._vendor.dataclass_parts"

SOURCE = '''
"""A module."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field, replace
from typing import ClassVar


@dataclass
class Plain:
    a: int
    b: str = "b"
    seen: ClassVar[int] = 3
    c: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Frozen:
    """Has a docstring."""

    a: int
    b: dict[str, int] = field(default_factory=dict, hash=False)
    c: int = field(default=3, compare=False, repr=False)

    @property
    def twice(self):
        return 2 * self.a


@dataclass(frozen=True, slots=True)
class Computed:
    a: int
    b: int = field(init=False)
    c: tuple[int, ...] = field(default=(), init=False)

    def __post_init__(self):
        object.__setattr__(self, "b", self.a + 1)


@dataclass(frozen=True, slots=True, eq=False)
class Itself:
    a: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    a: int
    b: int = 2


@dataclass(frozen=True, slots=True, repr=False)
class Shown:
    a: int

    def __repr__(self):
        return "shown"


@dataclass(slots=True)
class Changing:
    a: int = 0
    b: set[int] = field(default_factory=set, kw_only=True)


@dataclass(frozen=True)
class Empty:
    pass


@dataclass(eq=False)
class Failure(Exception):
    code = "failure"
    a: str
    b: int = field(default=1, kw_only=True)

    def __str__(self):
        return f"{self.code} {self.a}"


@dataclass(eq=False)
class Worse(Failure):
    code = "worse"
    d: int = field(kw_only=True)


class Worst(Worse):
    code = "worst"


def replaced(instance, **changes):
    return replace(instance, **changes)
'''

MADE = [
    pytest.param("Plain(1)", id="with defaults"),
    pytest.param("Plain(1, 'x', [2])", id="with all that it takes"),
    pytest.param("Frozen(1, {'x': 2}, c=4)", id="frozen"),
    pytest.param("Computed(1)", id="with computed fields"),
    pytest.param("Itself()", id="equal to itself alone"),
    pytest.param("Named(a=1)", id="by name"),
    pytest.param("Shown(1)", id="with a representation of its own"),
    pytest.param("Changing(b={1})", id="that changes"),
    pytest.param("Empty()", id="without fields"),
    pytest.param("Failure('x', b=2)", id="an exception"),
    pytest.param("Worse('x', d=2)", id="with a base that has fields"),
    pytest.param("Worst('x', d=2)", id="derived without the decorator"),
]


def load(name, path):
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = sys.modules.setdefault(name, importlib.util.module_from_spec(spec))
    spec.loader.exec_module(module)
    return module


written_out = load("written_out", BUILD / "written_out.py")


@pytest.fixture
def decorated(monkeypatch):
    return run(monkeypatch, "decorated", ast.parse(SOURCE))


@pytest.fixture
def written(monkeypatch):
    monkeypatch.setitem(sys.modules, "wherry._vendor", ModuleType("wherry._vendor"))
    monkeypatch.delitem(sys.modules, PARTS, raising=False)
    load(PARTS, BUILD / "bundled" / "dataclass_parts.py")
    tree = ast.parse(SOURCE)
    assert written_out.write_out(tree, annotated=True) == []
    return run(monkeypatch, "written", tree)


def run(monkeypatch, name, tree):
    module = ModuleType(name)
    monkeypatch.setitem(sys.modules, name, module)  # for pickle
    exec(compile(ast.fix_missing_locations(tree), name, "exec", dont_inherit=True), module.__dict__)  # noqa: S102
    return module


def make(module, made):
    return eval(made, module.__dict__)  # noqa: S307


def outcome(action):
    """Return the representation of a result or an exception, without addresses and modules."""
    try:
        text = repr(action())
    except (TypeError, AttributeError) as error:
        text = f"{type(error).__name__}: {error}"
    return re.sub(r"0x[0-9a-f]+|written|decorated", "", text)


def both(decorated, written, action):
    expected, actual = outcome(lambda: action(decorated)), outcome(lambda: action(written))
    assert actual == expected
    return actual


@pytest.mark.parametrize("made", MADE)
def test_an_instance_has_the_same_repr_and_comparisons(decorated, written, made):
    def facts(module):
        one, other = make(module, made), make(module, made)
        same = one == other, one == copy.copy(one), one == 1
        return repr(one), str(one), same, one.__match_args__, hasattr(one, "__dict__") and vars(one)

    both(decorated, written, facts)


@pytest.mark.parametrize("made", MADE)
def test_an_instance_is_hashed_copied_and_pickled_the_same(decorated, written, made):
    both(decorated, written, lambda module: hash(make(module, made)) == hash(make(module, made)))
    both(decorated, written, lambda module: copy.deepcopy(make(module, made)))
    both(decorated, written, lambda module: pickle.loads(pickle.dumps(make(module, made))))  # noqa: S301


@pytest.mark.parametrize("made", MADE)
def test_the_dataclasses_module_knows_the_fields(decorated, written, made):
    def facts(module):
        one = make(module, made)
        fields = [(field.name, field.init) for field in dataclasses.fields(one)]
        return dataclasses.is_dataclass(one), fields, dataclasses.asdict(one), dataclasses.astuple(one)

    both(decorated, written, facts)


@pytest.mark.parametrize("made", MADE)
def test_it_is_called_and_replaced_the_same(decorated, written, made):
    def signature(module):
        parameters = inspect.signature(type(make(module, made))).parameters.values()
        return [(one.name, one.kind, one.annotation, one.default is one.empty) for one in parameters]

    both(decorated, written, signature)
    both(decorated, written, lambda module: module.replaced(make(module, made), a=7))
    both(decorated, written, lambda module: dataclasses.replace(make(module, made), a=7))


def test_computed_fields_cannot_be_given(decorated, written):
    assert both(decorated, written, lambda module: module.Computed(1, b=2)).startswith("TypeError")
    assert both(decorated, written, lambda module: module.Worse("x")).startswith("TypeError")


@pytest.mark.parametrize("made", MADE)
def test_frozen_instances_refuse_the_same_changes(decorated, written, made):
    def change(module):
        one = make(module, made)
        one.a = 5
        return one

    def delete(module):
        one = make(module, made)
        del one.a
        return one.a

    both(decorated, written, change)
    both(decorated, written, delete)


def test_instances_share_no_default(written):
    written.Plain(1).c.append(1)
    assert written.Plain(1).c == []


@pytest.mark.parametrize(
    "source",
    [
        "@dataclass(order=True)\nclass Left:\n    a: int",
        "@dataclass\nclass Left(other.Base):\n    a: int",
        "@final\n@dataclass\nclass Left:\n    a: int",
        "@dataclass\nclass Left:\n    a: int = field(metadata={})",
        "@dataclass(**options)\nclass Left:\n    a: int",
        "@dataclass(frozen=True)\nclass Left:\n    def __setattr__(self, name, value): ...",
    ],
)
def test_unknown_forms_keep_the_decorator(source):
    tree = ast.parse(source)
    assert written_out.write_out(tree, annotated=False) == ["Left"]
    assert ast.unparse(tree) == ast.unparse(ast.parse(source))


@pytest.mark.parametrize("path", sorted((ROOT / "src").rglob("*.py")), ids=lambda path: path.stem)
def test_all_dataclasses_of_wherry_are_written_out(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert written_out.write_out(tree, annotated=False) == []
    compile(ast.fix_missing_locations(tree), path, "exec")

"""Generate the methods of data classes when the bundle is built, which ``@dataclass`` would generate at each import.

In Pyodide that takes a millisecond or two for each class, and wherry has seventy: more than the rest of the import. The
sources keep the decorator. The generated methods are those that :mod:`dataclasses` documents. A class with unknown
options of the decorator or of a field keeps its decorator.
"""

from __future__ import annotations

import ast
import builtins
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["write_out"]

PARTS = "wherry._vendor.dataclass_parts"
OPTIONS = {"init": True, "repr": True, "eq": True, "frozen": False, "slots": False, "kw_only": False}
# Decorators of packaging that only change how objects are pickled, which nothing here does.
OF_PICKLING = frozenset({"dict_state_pickle_compat"})
FIELD_OPTIONS = frozenset({"default", "default_factory", "init", "repr", "hash", "compare", "kw_only"})


class _Unknown(Exception):
    """A class is left to the decorator."""


@dataclass
class _Field:
    name: str
    annotation: ast.expr
    value: ast.expr | None
    default: ast.expr | None = None
    factory: ast.expr | None = None
    flags: dict[str, bool | None] = field(default_factory=dict)

    @property
    def compared(self) -> bool:
        return bool(self.flags.get("compare", True))

    @property
    def hashed(self) -> bool:
        explicit = self.flags.get("hash")
        return self.compared if explicit is None else explicit

    @property
    def in_init(self) -> bool:
        return bool(self.flags.get("init", True))


def write_out(tree: ast.Module, *, annotated: bool) -> list[str]:
    """Change the data classes of *tree*; return the names of those that keep their decorator.

    With *annotated*, ``help()`` shows the types of their parameters.
    """
    known: dict[str, tuple[_Field, ...]] = {}
    used: set[str] = set()
    left = []
    for node in tree.body:
        if not isinstance(node, ast.ClassDef):
            continue
        try:
            options = _options(node)
            inherited = _inherited(node, known)
            known[node.name] = inherited
            if options is not None:
                writer = _Writer(node, options, inherited, annotated=annotated)
                known[node.name] = writer.fields
                used |= writer.write()
        except _Unknown:
            known.pop(node.name, None)
            if _decorator(node) is not None:
                left.append(node.name)
    for node in list(tree.body):
        if isinstance(node, ast.ImportFrom) and node.module == "dataclasses":
            _redirect_replace(tree, node)
    if used:
        _import_parts(tree, used)
    return left


def _decorator(node: ast.ClassDef) -> ast.expr | None:
    names = {"dataclass", "dataclasses.dataclass"}
    return next((one for one in node.decorator_list if ast.unparse(one).partition("(")[0] in names), None)


def _options(node: ast.ClassDef) -> dict[str, bool] | None:
    decorator = _decorator(node)
    if decorator is None:
        return None
    given = _constants(decorator.keywords) if isinstance(decorator, ast.Call) else {}
    others = [one for one in node.decorator_list if one is not decorator and ast.unparse(one) not in OF_PICKLING]
    if others or node.keywords or not given.keys() <= OPTIONS.keys():
        raise _Unknown
    return OPTIONS | {name: bool(value) for name, value in given.items()}


def _constants(keywords: Iterable[ast.keyword]) -> dict[str, bool | None]:
    found: dict[str, bool | None] = {}
    for keyword in keywords:
        if keyword.arg is None or not isinstance(keyword.value, ast.Constant):
            raise _Unknown
        value = keyword.value.value
        if not (value is None or isinstance(value, bool)):
            raise _Unknown
        found[keyword.arg] = value
    return found


def _inherited(node: ast.ClassDef, known: dict[str, tuple[_Field, ...]]) -> tuple[_Field, ...]:
    if not node.bases:
        return ()
    base = node.bases[0]
    if len(node.bases) > 1 or not isinstance(base, ast.Name):
        raise _Unknown
    if base.id in known:
        return known[base.id]
    if not hasattr(builtins, base.id):
        raise _Unknown
    return ()


def _read_field(node: ast.AnnAssign, *, kw_only: bool) -> _Field | None:
    """Return the field that an annotation declares; ``None`` for a variable of the class."""
    annotation = ast.unparse(node.annotation).strip("'\"")
    if annotation.startswith(("ClassVar", "typing.ClassVar")):
        return None
    if not isinstance(node.target, ast.Name) or "InitVar" in annotation or "KW_ONLY" in annotation:
        raise _Unknown
    found = _Field(node.target.id, node.annotation, node.value, default=node.value)
    value = node.value
    if isinstance(value, ast.Call) and ast.unparse(value.func) in {"field", "dataclasses.field"}:
        given = {keyword.arg: keyword for keyword in value.keywords}
        if value.args or not given.keys() <= FIELD_OPTIONS:
            raise _Unknown
        default, factory = given.pop("default", None), given.pop("default_factory", None)
        found.default = default.value if default else None
        found.factory = factory.value if factory else None
        found.flags = _constants(given.values())
    found.flags.setdefault("kw_only", kw_only)
    return found


class _Writer:
    """Writes one class: see :func:`write_out`."""

    def __init__(
        self, node: ast.ClassDef, options: dict[str, bool], inherited: tuple[_Field, ...], *, annotated: bool
    ) -> None:
        self._node = node
        self._options = options
        self._annotated = annotated
        self._own = {
            found.name: found
            for statement in node.body
            if isinstance(statement, ast.AnnAssign)
            and (found := _read_field(statement, kw_only=options["kw_only"])) is not None
        }
        self.fields = tuple(({one.name: one for one in inherited} | self._own).values())
        self._present = {name for statement in node.body for name in _bound(statement)}
        taken = {"__slots__"} & self._present if options["slots"] else set()
        if taken or (options["slots"] and inherited) or {"__setattr__", "__delattr__"} & self._present:
            raise _Unknown
        self._has_post_init = "__post_init__" in self._present
        if inherited and not self._has_post_init and "__post_init__" in ast.unparse(node):
            raise _Unknown

    def write(self) -> set[str]:
        """Change the class; return the names that it uses of ``dataclass_parts``."""
        lines = [*self._attributes(), *self._init(), *self._repr(), *self._comparison(), *self._kept()]
        added = ast.parse("\n".join(lines)).body
        for node in added:
            for inner in ast.walk(node):
                # On the line of the class, where a traceback shows methods of a decorated class, too.
                ast.copy_location(inner, self._node)
        self._node.decorator_list = []
        self._node.body = [kept for statement in self._node.body for kept in self._keep(statement)] + added
        return {
            name.id.removeprefix("_written_")
            for node in added
            for name in ast.walk(node)
            if isinstance(name, ast.Name) and name.id.startswith("_written_")
        }

    def _keep(self, statement: ast.stmt) -> Iterator[ast.stmt]:
        """Yield the statement, reduced to the default for a field without a slot."""
        if not isinstance(statement, ast.AnnAssign):
            yield statement
            return
        name = statement.target.id if isinstance(statement.target, ast.Name) else ""
        one = self._own.get(name)
        value = statement.value if one is None else None if self._options["slots"] else one.default
        if value is not None:
            yield ast.copy_location(ast.Assign([statement.target], value), statement)

    def _attributes(self) -> Iterator[str]:
        if self._options["slots"]:
            yield f"__slots__ = {tuple(one.name for one in self.fields)!r}"
        if "__match_args__" not in self._present:
            positional = [one.name for one in self.fields if one.in_init and not one.flags["kw_only"]]
            yield f"__match_args__ = {tuple(positional)!r}"

    def _init(self) -> Iterator[str]:
        if not self._options["init"] or "__init__" in self._present:
            return
        positional = [one for one in self.fields if one.in_init and not one.flags["kw_only"]]
        named = [one for one in self.fields if one.in_init and one.flags["kw_only"]]
        parameters = ["self", *map(self._parameter, positional)]
        parameters += ["*", *map(self._parameter, named)] if named else []
        body = [line for one in self.fields for line in self._assignment(one)]
        body += ["self.__post_init__()"] if self._has_post_init else []
        yield f"def __init__({', '.join(parameters)}){' -> None' if self._annotated else ''}:"
        yield from (f"    {line}" for line in body or ["pass"])

    def _parameter(self, one: _Field) -> str:
        text = f"{one.name}: {ast.unparse(one.annotation)}" if self._annotated else one.name
        if one.factory is not None:
            return f"{text} = _written_UNSET"
        if one.default is None:
            return text
        # Without a slot of that name, the default is an attribute of the class.
        as_attribute = one.name in self._own and not self._options["slots"]
        return f"{text} = {one.name if as_attribute else ast.unparse(one.default)}"

    def _assignment(self, one: _Field) -> Iterator[str]:
        value = one.name
        if one.factory is not None:
            made = f"{ast.unparse(one.factory)}()"
            value = f"{made} if {one.name} is _written_UNSET else {one.name}" if one.in_init else made
        elif not one.in_init:
            if one.default is None or not self._options["slots"]:
                return
            value = ast.unparse(one.default)
        if self._options["frozen"]:
            yield f"_written_set_field(self, {one.name!r}, {value})"
        else:
            yield f"self.{one.name} = {value}"

    def _repr(self) -> Iterator[str]:
        if not self._options["repr"] or "__repr__" in self._present:
            return
        shown = ", ".join(f"{one.name}={{self.{one.name}!r}}" for one in self.fields if one.flags.get("repr", True))
        yield "def __repr__(self):"
        yield f'    return f"{{self.__class__.__qualname__}}({shown})"'

    def _comparison(self) -> Iterator[str]:
        if not self._options["eq"]:
            return
        if "__eq__" not in self._present:
            same = " and ".join(f"self.{one.name} == other.{one.name}" for one in self.fields if one.compared)
            yield "def __eq__(self, other):"
            yield "    if self is other:"
            yield "        return True"
            yield "    if other.__class__ is not self.__class__:"
            yield "        return NotImplemented"
            yield f"    return {same or True}"
        if "__hash__" in self._present:
            return
        if self._options["frozen"]:
            yield "def __hash__(self):"
            yield f"    return hash(({''.join(f'self.{one.name}, ' for one in self.fields if one.hashed)}))"
        else:
            yield "__hash__ = None"

    def _kept(self) -> Iterator[str]:
        """Yield the attributes that the decorator would set, and the methods that refuse changes of a frozen class."""
        if self._options["frozen"]:
            yield "__setattr__ = _written_refuse_setting"
            yield "__delattr__ = _written_refuse_deleting"
            if self._options["slots"] and not {"__getstate__", "__setstate__"} & self._present:
                yield "__getstate__ = _written_get_state"
                yield "__setstate__ = _written_set_state"
        yield f"__written_out__ = {tuple(one.name for one in self.fields if one.in_init)!r}"
        yield "__replace__ = _written_replace"
        # For fields() and asdict().
        names = tuple(one.name for one in self.fields)
        computed = tuple(one.name for one in self.fields if not one.in_init)
        made = f"_written_made({names!r}, {computed!r}, {self._options['frozen']})"
        yield f"__dataclass_fields__, __dataclass_params__ = {made}"


def _bound(statement: ast.stmt) -> list[str]:
    """Return the names that a statement of a class's body defines, without fields."""
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return [statement.name]
    targets = statement.targets if isinstance(statement, ast.Assign) else []
    return [target.id for target in targets if isinstance(target, ast.Name)]


def _import_parts(tree: ast.Module, used: Iterable[str]) -> None:
    """Import *used* before the other imports of the module."""
    is_docstring = [isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) for node in tree.body]
    is_future = [isinstance(node, ast.ImportFrom) and node.module == "__future__" for node in tree.body]
    position = sum(map(max, is_docstring[:2], is_future[:2]))
    names = [ast.alias(name, f"_written_{name}") for name in sorted(used)]
    where = tree.body[min(position, len(tree.body) - 1)]
    tree.body.insert(position, ast.fix_missing_locations(ast.copy_location(ast.ImportFrom(PARTS, names, 0), where)))


def _redirect_replace(tree: ast.Module, node: ast.ImportFrom) -> None:
    """Import ``replace`` from ``dataclass_parts``, which knows the generated classes."""
    names = [alias for alias in node.names if alias.name != "replace"]
    moved = [alias for alias in node.names if alias.name == "replace"]
    if moved:
        tree.body.insert(tree.body.index(node), ast.copy_location(ast.ImportFrom(PARTS, moved, 0), node))
        node.names = names
        if not names:
            tree.body.remove(node)

"""Find the imports of Python source code."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from wherry.errors import InvalidSource
from wherry.formats.source_depth import flattened

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

__all__ = ["find_imports"]

FOR_TYPES = "TYPE_CHECKING"
# Cell magics that run the cell as Python, and those that write it to a file. Other cells need not be Python.
PYTHON = frozenset({"capture", "prun", "time", "timeit"})
FILES = frozenset({"file", "writefile"})
MISSING = frozenset({"BaseException", "Exception", "ImportError", "ModuleNotFoundError"})


def find_imports(source: str) -> Mapping[str, bool]:
    """Return the absolute imports of ``source``, in order: dotted names, and whether each is optional.

    An import is optional if its failure is caught. Imports under ``TYPE_CHECKING`` never run and are left out. If
    ``source`` is not plain Python, magics of IPython are skipped, and so is a cell in another language. Raise
    :class:`~wherry.errors.InvalidSource` if the rest is not Python.
    """
    try:
        body = _parse(source)
    except InvalidSource:
        body = _parse_cell(source)
    found: dict[str, bool] = {}
    for name, is_optional in _walk(body):
        found[name] = is_optional and found.get(name, True)
    return found


def _parse(source: str) -> list[ast.stmt]:
    try:
        # A cell of a notebook may await at its top.
        tree: ast.Module = compile(
            flattened(source), "<source>", "exec", ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
        )
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise InvalidSource(str(error), getattr(error, "lineno", None)) from error
    return tree.body


def _parse_cell(source: str) -> list[ast.stmt]:
    from wherry.formats.magics import cell_magic, without_magics

    magic = cell_magic(source)
    if magic in FILES:
        return []
    try:
        return _parse(without_magics(source))
    except InvalidSource:
        if magic and magic not in PYTHON:
            return []
        raise


def _walk(body: Sequence[ast.stmt]) -> Iterator[tuple[str, bool]]:
    """Yield the imports in order, without recursion: expressions may nest too deeply for it."""
    pending: list[tuple[ast.AST, bool]] = [(node, False) for node in reversed(body)]
    while pending:
        node, is_optional = pending.pop()
        if isinstance(node, ast.Import):
            yield from ((alias.name, is_optional) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            if node.module and not node.level:
                yield node.module, is_optional
        elif isinstance(node, ast.Try | ast.TryStar):
            pending += ((one, is_optional) for one in [*node.handlers, *node.orelse, *node.finalbody][::-1])
            catches = is_optional or any(map(_catches_missing, node.handlers))
            pending += ((one, catches) for one in node.body[::-1])
        else:
            inner = node.orelse if isinstance(node, ast.If) and _is_for_types(node.test) else ast.iter_child_nodes(node)
            pending += ((one, is_optional) for one in [*inner][::-1])


def _is_for_types(test: ast.expr) -> bool:
    if isinstance(test, ast.Attribute):
        return test.attr == FOR_TYPES and isinstance(test.value, ast.Name) and test.value.id == "typing"
    return isinstance(test, ast.Name) and test.id == FOR_TYPES


def _catches_missing(handler: ast.ExceptHandler) -> bool:
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(kind is None or (isinstance(kind, ast.Name) and kind.id in MISSING) for kind in kinds)

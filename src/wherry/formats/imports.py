"""The imports of Python source code."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from wherry.errors import InvalidSource

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

__all__ = ["find_imports"]

FOR_TYPES = frozenset({"TYPE_CHECKING", "typing.TYPE_CHECKING"})
# Cell magics that run the cell as Python, and those that write it to a file; the others are known to their authors.
PYTHON = frozenset({"capture", "prun", "time", "timeit"})
FILES = frozenset({"file", "writefile"})
MISSING = frozenset({"BaseException", "Exception", "ImportError", "ModuleNotFoundError"})


def find_imports(source: str) -> Mapping[str, bool]:
    """Return the absolute imports of ``source``, in order: dotted names, and whether it can do without.

    It can where a failing import is caught. What stands under ``TYPE_CHECKING`` is never imported, and is left out.
    Where ``source`` is not Python as it is, magics of IPython are passed over, with a cell that is in another language.
    Raises :class:`~wherry.errors.InvalidSource`.
    """
    try:
        body = _parse(source)
    except InvalidSource:
        body = _parse_cell(source)
    found: dict[str, bool] = {}
    for name, is_optional in _walk(body, is_optional=False):
        found[name] = is_optional and found.get(name, True)
    return found


def _parse(source: str) -> list[ast.stmt]:
    try:
        # A cell of a notebook may await at its top.
        tree: ast.Module = compile(source, "<source>", "exec", ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
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


def _walk(nodes: Sequence[ast.AST], *, is_optional: bool) -> Iterator[tuple[str, bool]]:
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from ((alias.name, is_optional) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            if node.module and not node.level:
                yield node.module, is_optional
        elif isinstance(node, ast.Try | ast.TryStar):
            yield from _walk(node.body, is_optional=is_optional or any(map(_catches_missing, node.handlers)))
            yield from _walk([*node.handlers, *node.orelse, *node.finalbody], is_optional=is_optional)
        elif isinstance(node, ast.If) and ast.unparse(node.test) in FOR_TYPES:
            yield from _walk(node.orelse, is_optional=is_optional)
        else:
            yield from _walk([*ast.iter_child_nodes(node)], is_optional=is_optional)


def _catches_missing(handler: ast.ExceptHandler) -> bool:
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(kind is None or ast.unparse(kind) in MISSING for kind in kinds)

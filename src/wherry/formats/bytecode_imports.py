"""Find the imports at the top of a module in its bytecode, which costs less than reading its syntax tree.

https://docs.python.org/3/library/dis.html
"""

from __future__ import annotations

from opcode import opmap
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import CodeType

__all__ = ["find_top_imports"]

FOR_TYPES = "TYPE_CHECKING"
IMPORT = opmap["IMPORT_NAME"]
EXTENDED = opmap["EXTENDED_ARG"]
CONSTANT = opmap["LOAD_CONST"]
SMALL_INTEGER = opmap.get("LOAD_SMALL_INT", -1)  # of Python 3.14
NAME = opmap["LOAD_NAME"]
ATTRIBUTE = opmap["LOAD_ATTR"]
JUMPS = {number for name, number in opmap.items() if name.startswith("POP_JUMP_") and name.endswith("IF_FALSE")}
USES = {number for name, number in opmap.items() if name.startswith(("POP_JUMP_", "STORE_"))}
BEFORE_JUMP = 12
"""Code units from the end of the name of a condition to its jump, at most: conversion to bool, and caches."""


def find_top_imports(code: CodeType, package: str) -> Iterator[str]:
    """Yield the dotted names that running the code of a module imports, in order; ``package`` is the module's own.

    Of ``from a import b``, these are ``a`` and ``a.b``, which may be a module or not. Imports in functions and classes,
    and those under ``TYPE_CHECKING``, are left out.
    """
    found = _Code(code)
    skipped = [*found.for_types()] if FOR_TYPES in code.co_names else []
    at = found.operations.find(IMPORT)
    while at >= 0:
        if not any(start <= at < end for start, end in skipped):
            yield from found.imported(at, package)
        at = found.operations.find(IMPORT, at + 1)


class _Code:
    """The code units of a module: their operations and arguments, a byte each."""

    def __init__(self, code: CodeType) -> None:
        self.operations = code.co_code[::2]
        self._arguments = code.co_code[1::2]
        self._names = code.co_names
        self._constants = code.co_consts

    def imported(self, at: int, package: str) -> Iterator[str]:
        """Yield the names that the instruction ``at`` imports: the level and the list of names are loaded before it."""
        number, at = self._argument(at)
        names, at = self._loaded(at - 1)
        level, _ = self._loaded(at - 1)
        if not isinstance(level, int) or not 0 <= number < len(self._names):
            return
        parents = package.split(".")
        if level > len(parents):
            return
        parts = [*(parents[: len(parents) - level + 1] if level else ()), self._names[number]]
        base = ".".join(filter(None, parts))
        yield base
        if isinstance(names, tuple):
            yield from (f"{base}.{name}" for name in names if name != "*")

    def for_types(self) -> Iterator[tuple[int, int]]:
        """Yield the start and the end of each branch that runs only under ``TYPE_CHECKING``."""
        for at, operation in enumerate(self.operations):
            if operation in {NAME, ATTRIBUTE}:
                number = self._argument(at)[0] >> (ATTRIBUTE_FLAGS * (operation == ATTRIBUTE))
                if self._names[number] == FOR_TYPES:
                    yield from self._branch(at + 1)

    def _branch(self, start: int) -> Iterator[tuple[int, int]]:
        for at in range(start, min(start + BEFORE_JUMP, len(self.operations))):
            if self.operations[at] in USES:
                if self.operations[at] not in JUMPS:
                    return
                distance, _ = self._argument(at)
                after = at + 1
                while self.operations[after : after + 1] == b"\0":  # its cache
                    after += 1
                yield after, after + distance
                return

    def _loaded(self, at: int) -> tuple[object, int]:
        """Return the constant that the instruction ``at`` loads, and the start of the instruction."""
        operation = self.operations[at]
        number, start = self._argument(at)
        if operation == SMALL_INTEGER:
            return number, start
        return (self._constants[number] if operation == CONSTANT else None), start

    def _argument(self, at: int) -> tuple[int, int]:
        """Return the argument of the instruction ``at``, and the start of the instruction with its prefixes."""
        argument, shift = self._arguments[at], 8
        while at and self.operations[at - 1] == EXTENDED:
            at -= 1
            argument |= self._arguments[at] << shift
            shift += 8
        return argument, at


def _attribute_flags() -> int:
    """Return the number of bits below the number of a name, which have other purposes since Python 3.12."""
    units = compile("a.b", "", "eval", dont_inherit=True).co_code
    return units[2 * units[::2].index(ATTRIBUTE) + 1] - 1


ATTRIBUTE_FLAGS = _attribute_flags()

"""Compile modules while other wheels are still downloading, so that their first import need not.

The order is that of imports: breadth first from the packages of the requested wheels, over what each module imports at
its top. A module whose wheel has not arrived waits for it.
"""

from __future__ import annotations

import asyncio
import marshal
import re
import time
import warnings
from collections import deque
from typing import TYPE_CHECKING

from wherry.errors import InvalidSource, WherryError
from wherry.formats.bytecode_imports import find_top_imports
from wherry.formats.module_names import module_name, package_of, with_parents
from wherry.formats.shallow_source import is_shallow, with_newlines
from wherry.installation.bytecode import CompiledModule

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from types import CodeType

    from packaging.utils import NormalizedName

    from wherry.installation.destination import Delivery

__all__ = ["CompilingAhead", "compile_module"]

SLICE = 0.015
PAUSE = 0.004
"""Seconds of work, and then of rest. Mere turns of the event loop hold up transfers in a page: each piece of a body
takes several turns."""
LARGEST = 250_000
"""Bytes of a source. Compiling a larger one would hold up a page, and the arrivals, for too long."""
OTHER_ENCODING = re.compile(rb"(?:.*\n)?[ \t\f]*#.*?coding[:=][ \t]*+(?!utf-?8\b)", re.IGNORECASE)
"""Matches a declaration in the first two lines, which end with a line feed."""
FAILURES = (WherryError, SyntaxError, ValueError, OverflowError, RuntimeError, MemoryError, SystemError)
"""Errors of reading and compiling a source, and of writing its code."""


class CompilingAhead:
    """Compiles modules of deliveries for the folder ``site_packages``, and adds them to ``compiled`` of each delivery.

    A module that cannot be compiled is left to its import, whose error says why.
    """

    def __init__(self, site_packages: str) -> None:
        self._site_packages = site_packages
        # By dotted name: a delivery, and a path in its wheel.
        self._sources: dict[str, tuple[Delivery, str]] = {}
        self._asked: dict[str, None] = {}  # in order
        self._queue: deque[str] = deque()
        self._task: asyncio.Task[None] | None = None

    def add(self, delivery: Delivery) -> None:
        """Start to compile the modules of ``delivery`` that are imported, now or by a later one."""
        wheel = delivery.wheel
        found = {
            name: (delivery, path)
            for path, entry in wheel.record.items()
            if path.endswith(".py") and entry.algorithm == "sha256"
            if (name := module_name(path)) and name not in self._sources
        }
        self._sources |= found
        self._queue += [name for name in self._asked if name in found]
        if delivery.requested:
            self._queue += self._new(_top_modules(found, wheel.metadata.name))
        if self._task is None or self._task.done():
            self._task = asyncio.ensure_future(self._run())

    def stop(self) -> None:
        """Compile no more."""
        if self._task is not None:
            self._task.cancel()

    async def _run(self) -> None:
        while self._queue:
            await asyncio.sleep(PAUSE)
            end = time.perf_counter() + SLICE
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                while self._queue and time.perf_counter() < end:
                    self._compile(self._queue.popleft())

    def _compile(self, name: str) -> None:
        delivery, path = self._sources[name]
        wheel = delivery.wheel
        if wheel.archive.members[path].size > LARGEST:
            return
        try:
            code = compile_module(wheel.read(path), f"{self._site_packages}/{path}")
            delivery.compiled.append(CompiledModule(path, wheel.record[path].digest, marshal.dumps(code)))
        except FAILURES:
            return
        self._queue += self._new(find_top_imports(code, package_of(name, path)))

    def _new(self, names: Iterable[str]) -> Iterator[str]:
        """Yield the modules among ``names`` and their parents that have a source and were not asked for before."""
        for module in (module for name in names for module in with_parents(name)):
            if module not in self._asked:
                self._asked[module] = None
                if module in self._sources:
                    yield module


def compile_module(source: bytes, file: str) -> CodeType:
    """Compile a module as its import does. Raise one of ``FAILURES`` if that is impossible, or could end Pyodide."""
    if OTHER_ENCODING.match(source.replace(b"\r\n", b"\n").replace(b"\r", b"\n")):
        raise InvalidSource("its encoding is not UTF-8", file=file)
    if not is_shallow(with_newlines(source.decode())):
        raise InvalidSource("it may nest too deeply", file=file)
    code: CodeType = compile(source, file, "exec", dont_inherit=True)
    return code


def _top_modules(names: Iterable[str], project: NormalizedName) -> list[str]:
    """Return the names without a parent, first the one that is the project's."""
    tops = (name for name in names if "." not in name)
    return sorted(tops, key=lambda name: name.lower().replace("_", "-") != project)

"""Let asynchronous methods be called without ``await``."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, ParamSpec, TypeVar

from wherry.errors import UnsupportedRuntime
from wherry.runtime.defaults import runtime_wait

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine
    from typing import Any

__all__ = ["waiting"]

Parameters = ParamSpec("Parameters")
Outcome = TypeVar("Outcome")


def waiting(method: Callable[Parameters, Coroutine[Any, Any, Outcome]]) -> Callable[Parameters, Outcome]:
    """Return ``method`` with a call that ends when its work is done, and gives its result.

    In Pyodide, everything else of the page goes on meanwhile. The call needs WebAssembly's stack switching (JSPI), and
    Python code that JavaScript has called asynchronously, as ``runPythonAsync`` and consoles do. Otherwise it raises
    :class:`~wherry.errors.UnsupportedRuntime`, which names the call with ``await``.
    """

    @functools.wraps(method)
    def call(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Outcome:
        wait = runtime_wait()
        if wait is None:
            name = method.__name__
            raise UnsupportedRuntime(
                "way to wait without await",
                f"write: await wherry.{name}(…). wherry.{name}_sync needs WebAssembly's stack switching (Chromium 137, "
                "Firefox 153 or Node.js 26), and Python that was called with runPythonAsync",
            )
        return wait(method(*args, **kwargs))

    call.__name__ += "_sync"
    call.__qualname__ += "_sync"
    call.__doc__ = f"Do the same as :meth:`{method.__name__}`, without ``await`` (see :mod:`wherry.waiting`)."
    return call

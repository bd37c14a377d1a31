"""Defaults of an installer in the running Pyodide."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from wherry.errors import UnsupportedRuntime

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterator, Mapping
    from typing import Any, TextIO, TypeVar

    from packaging.utils import NormalizedName

    from wherry.index.cache import Cache
    from wherry.index.fetcher import Fetcher
    from wherry.index.network import Network
    from wherry.installation.destination import Destination
    from wherry.model.environment import Environment
    from wherry.model.locked_package import LockedPackage
    from wherry.resolution.direct_urls import Locate

    Outcome = TypeVar("Outcome")

__all__ = [
    "is_pyodide",
    "runtime_cache",
    "runtime_description",
    "runtime_destination",
    "runtime_distribution",
    "runtime_fetcher",
    "runtime_locate",
    "runtime_messages",
    "runtime_publishing",
    "runtime_pyodide_lock",
    "runtime_wait",
]


def runtime_fetcher(network: Network) -> Fetcher:
    """Return Pyodide's fetcher; raises :class:`~wherry.errors.UnsupportedRuntime`."""
    with _required():
        from wherry.runtime.distribution import relocated
        from wherry.runtime.fetch import make_fetcher
    return relocated(make_fetcher(network))


def runtime_cache(network: Network) -> Cache | None:
    """Return the cache of this page or worker, if ``attach()`` was not called; ``None`` if there is none."""
    if not is_pyodide():
        return None
    from wherry.runtime.cache import JsCache
    from wherry.runtime.javascript import begin_script

    store = begin_script().store
    return None if store is None else JsCache(store, network.max_archive_size)


def runtime_destination(*, strict: bool, bytecode: bool) -> Destination:
    """Return Pyodide's site-packages; raises :class:`~wherry.errors.UnsupportedRuntime`."""
    with _required():
        from wherry.runtime.site import PyodideSite
    return PyodideSite(strict=strict, bytecode=bytecode)


def runtime_distribution() -> Mapping[NormalizedName, LockedPackage]:
    """Return Pyodide's own packages; none outside of Pyodide."""
    if not is_pyodide():
        return {}
    from wherry.runtime.distribution import read_distribution

    return read_distribution()


def runtime_description(environment: Environment) -> str:
    """Return a line about Pyodide and ``environment``; nothing outside of Pyodide."""
    if not is_pyodide():
        return ""
    from wherry.runtime.description import describe

    return describe(environment)


def runtime_locate() -> Locate:
    """Return the function that locates paths in Pyodide; outside of Pyodide it leaves them unchanged."""
    if not is_pyodide():
        return lambda place: (place, "")
    from wherry.runtime.local_files import locate

    return locate


def runtime_publishing() -> Callable[[LockedPackage], str]:
    """Return the function that gives the URL of Pyodide's packages for other runtimes."""
    if not is_pyodide():
        return lambda package: package.file.url
    from wherry.runtime.distribution import published_url

    return published_url


def runtime_pyodide_lock() -> Mapping[str, Any] | None:
    """Return the content of Pyodide's own lock; ``None`` outside of Pyodide."""
    if not is_pyodide():
        return None
    from wherry.runtime.distribution import read_pyodide_lock

    return read_pyodide_lock()


def runtime_wait() -> Callable[[Coroutine[Any, Any, Outcome]], Outcome] | None:
    """Return the function that waits for a coroutine, or ``None`` if this code cannot wait without ``await``."""
    if is_pyodide():
        from pyodide.ffi import can_run_sync

        return _run_sync if can_run_sync() else None
    import asyncio

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run
    return None


def runtime_messages() -> TextIO:
    """Return the stream for messages: standard error, except in a page, where consoles show that in red."""
    if not is_pyodide():
        return sys.stderr
    from wherry.runtime.node import node_module

    return sys.stdout if node_module("fs") is None else sys.stderr


def _run_sync(coroutine: Coroutine[Any, Any, Outcome]) -> Outcome:
    """Wait for a coroutine by stack switching."""
    from pyodide.ffi import run_sync

    # In a console, Pyodide reports an exception that leaves run_sync() a second time, as one that nothing handles.
    error: list[Exception] = []

    async def settled() -> Outcome | None:
        try:
            return await coroutine
        except Exception as raised:  # noqa: BLE001 - it is raised below
            error.append(raised)
            return None

    result = run_sync(settled())
    if error:
        raise error.pop()
    return result  # type: ignore[return-value] # without an error, it is the coroutine's


def is_pyodide() -> bool:
    """Return whether this Python runs in Pyodide."""
    # Faster than an import that fails, which Python begins anew each time.
    return sys.platform == "emscripten"


@contextmanager
def _required() -> Iterator[None]:
    try:
        yield
    except ModuleNotFoundError as error:
        raise UnsupportedRuntime("Pyodide", "outside of it, pass a fetcher and a destination to Installer") from error

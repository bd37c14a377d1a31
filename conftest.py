"""Options and fixtures for the tests that run inside Pyodide."""

from __future__ import annotations

import gc
import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest
from pytest_pyodide import get_global_config
from pytest_pyodide.fixture import selenium_common
from pytest_pyodide.runner import NodeRunner, SeleniumChromeRunner

from tests.harness.chromium import QUIET
from tests.harness.index_files import read_wheels
from tests.harness.index_server import IndexServer
from tests.harness.paths import FAULTS, NODE_MODULES, ROOT, WHEELS
from tests.harness.runtime import bring_wherry, has_crashed, start_again

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.harness.index_files import IndexFile

# pytest-pyodide gives Node's tests a bare context, without these globals of pages and of Node's scripts.
NODE_GLOBALS = (
    "Blob",
    "CompressionStream",
    "DecompressionStream",
    "Headers",
    "ReadableStream",
    "Response",
    "URL",
    "WebAssembly",
    "crypto",
    "performance",
    "queueMicrotask",
    "structuredClone",
)
CHROME_FLAGS = ("--js-flags=--expose-gc", *QUIET)
SCRIPT_TIMEOUT = 120
# In Chromium: the only file with tests of Python alone, and the tests of which it has one of so many.
TRANSFERS = "test_transfers.py"
LONG_LISTS = ("test_hostile_wheels_are_refused", "test_odd_wheels_are_installed_and_uninstalled")
SAMPLE = 8

# Before Hypothesis reads --hypothesis-profile. A busy machine is no reason to fail, so no profile has a deadline.
hypothesis.settings.register_profile("quick", deadline=None, max_examples=50)
hypothesis.settings.register_profile("thorough", deadline=None, max_examples=500)
hypothesis.settings.load_profile("quick")


# Removing a folder from a disk can take milliseconds, and tests of installations remove tens of thousands.
MEMORY = Path("/dev/shm")  # noqa: S108 - pytest makes a folder of its own there, as it does in /tmp
ROOM = 2**30


def pytest_configure() -> None:
    """Use the Node that package.json pins, and let Selenium look for local drivers only.

    Temporary folders are in memory if the system has room for them; ``PYTEST_DEBUG_TEMPROOT`` names another place.
    """
    if os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ROOM:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))
    os.environ["PATH"] = f"{NODE_MODULES / '.bin'}{os.pathsep}{os.environ['PATH']}"
    os.environ["SE_OFFLINE"] = "true"
    config = get_global_config()
    config.add_node_extra_globals(NODE_GLOBALS)
    config.set_flags("chrome", list(CHROME_FLAGS))
    # The timeout of a test applies only once Pyodide is loaded.
    for runner in (NodeRunner, SeleniumChromeRunner):
        runner.script_timeout = SCRIPT_TIMEOUT


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Give scripts in the runtime more than pytest-pyodide's 20 seconds; a test may set another timeout.

    Node has all tests, Chromium not those that would only repeat them.
    """
    repeated = set(repeated_in_chromium(items))
    config.hook.pytest_deselected(items=[*repeated])
    items[:] = [item for item in items if item not in repeated]
    for item in items:
        if "runtime" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.driver_timeout(SCRIPT_TIMEOUT))


def repeated_in_chromium(items: list[pytest.Item]) -> Iterator[pytest.Item]:
    """Yield the tests in Chromium that only repeat those in Node.

    These are most wheels of long lists, which one code reads, and Python alone except for its transfers;
    js/test/browser/alone.test.ts has it under the policies that need it.
    """
    tests = [item for item in items if isinstance(item, pytest.Function) and hasattr(item, "callspec")]
    in_page = [item for item in tests if item.callspec.params.get("runtime") == "chrome"]
    alone = (item for item in in_page if item.callspec.params.get("half") == "python")
    yield from (item for item in alone if item.path.name != TRANSFERS)
    for name in LONG_LISTS:
        yield from (item for at, item in enumerate(one for one in in_page if one.originalname == name) if at % SAMPLE)


def pytest_collection_finish() -> None:
    """Spare the garbage collector what is imported by now, and stays: a twelfth of the time of the unit tests."""
    gc.freeze()


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave out tests/faults, which takes minutes, unless an argument names it."""
    is_named = any(str(FAULTS.relative_to(ROOT)) in argument for argument in config.args)
    return True if collection_path == FAULTS and not is_named else None


@pytest.fixture(scope="session")
def real_wheels() -> tuple[IndexFile, ...]:
    """The wheels pinned in tests/wheels."""
    return read_wheels(WHEELS / "newest", WHEELS / "older")


@pytest.fixture
def index_server(real_wheels: tuple[IndexFile, ...]) -> Iterator[IndexServer]:
    """An index on loopback with the real wheels, new for each test, which may set its files, faults and jitter."""
    with IndexServer(real_wheels) as server:
        yield server


@pytest.fixture(scope="module")
def half(request: pytest.FixtureRequest) -> str:
    """The half that does the work of JavaScript: see :data:`tests.harness.runtime.BOTH_HALVES`."""
    return str(getattr(request, "param", "javascript"))


@pytest.fixture(scope="module")
def shared_runtime(
    half: str,  # noqa: ARG001 - each half has a runtime of its own
    request: pytest.FixtureRequest,
    runtime: Any,  # noqa: ANN401 - the fixtures of pytest-pyodide are untyped
    web_server_main: Any,  # noqa: ANN401
    playwright_browsers: Any,  # noqa: ANN401
) -> Iterator[Any]:
    """A Pyodide for the tests of a module."""
    with selenium_common(request, runtime, web_server_main, browsers=playwright_browsers) as runner:
        yield runner


@pytest.fixture
def selenium_module_scope(shared_runtime: Any) -> Any:  # noqa: ANN401
    """The Pyodide that the tests of a module share, restarted if its tab has crashed."""
    if has_crashed(shared_runtime):
        start_again(shared_runtime)
    return shared_runtime


@pytest.fixture
def wherry_runtime(selenium: Any, half: str) -> Any:  # noqa: ANN401
    """A Pyodide with wherry, shared by the tests of a module, which must leave it unchanged."""
    bring_wherry(selenium, half)
    return selenium


@pytest.fixture
def fresh_wherry_runtime(selenium_standalone: Any, half: str) -> Any:  # noqa: ANN401
    """A new Pyodide with wherry, for one test. It takes some seconds to start."""
    bring_wherry(selenium_standalone, half)
    return selenium_standalone

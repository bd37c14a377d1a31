"""A plugin of pytest under which micropip's own tests find wherry's interface of it.

The tests on the host work in a folder, over an index that their own fixtures replace. Those fixtures make wheels
without RECORD, and answers with a hash that equals anything; both are completed here, since wherry verifies them.
"""

from __future__ import annotations

import hashlib
import importlib
import io
import json
import os
import site
import sys
from inspect import isawaitable
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError
from urllib.request import Request as UrlRequest, urlopen
from zipfile import ZipFile

import packaging.requirements
import packaging.tags
import packaging.utils
import pytest
from pytest_pyodide import get_global_config

import wherry
from tests.harness.index_files import zip_wheel
from tests.micropip.suite import micropip_wheel
from wherry import micropip as dropin
from wherry.default import use_default
from wherry.index.failures import unreachable
from wherry.index.fetcher import Response
from wherry.installation.scheme import Scheme
from wherry.installation.site_packages import SitePackages
from wherry.micropip.wheelinfo import WheelInfo
from wherry.model.environment import Environment, supported_tags

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from wherry.index.fetcher import Request

NODE_GLOBALS: tuple[str, ...] = (
    "Blob",
    "DecompressionStream",
    "Headers",
    "Response",
    "URL",
    "WebAssembly",
    "crypto",
    "performance",
)
NODE_GLOBALS += ("CompressionStream", "ReadableStream", "queueMicrotask", "structuredClone")
FOLDERS = ("bin", "include", "data", "lib")
PLATFORM = "emscripten_3_1_14_wasm32"  # of the fixtures


class CompatibilityNotInPyodide:
    """Fetches on the host, as micropip's class of this name; its tests replace the methods."""

    @staticmethod
    async def fetch_bytes(url: str, kwargs: dict[str, Any]) -> bytes:
        """Return the content at ``url``."""
        with urlopen(UrlRequest(url, **kwargs)) as answer:  # noqa: ASYNC210, S310 - the tests' own server
            content: bytes = answer.read()
        return content

    @staticmethod
    async def fetch_string_and_headers(url: str, kwargs: dict[str, Any]) -> tuple[str, dict[str, str]]:
        """Return the text at ``url``, and the headers by their names in lower case."""
        headers = kwargs.get("headers", {})
        with urlopen(UrlRequest(url, headers=headers)) as answer:  # noqa: ASYNC210, S310 - the tests' own server
            return answer.read().decode(), {key.lower(): value for key, value in answer.headers.items()}


class HostFetcher:
    """wherry's port to the network over that class."""

    async def fetch(self, request: Request) -> Response:
        """Request a page as text, any other file as bytes."""
        own = CompatibilityNotInPyodide
        try:
            if request.accept is not None:
                text, headers = await own.fetch_string_and_headers(request.url, {"headers": {"accept": request.accept}})
                return Response(request.url, 200, text.encode(), headers)
            content: Any = own.fetch_bytes(request.url, {})
            return Response(request.url, 200, await content if isawaitable(content) else content)
        except HTTPError as error:
            return Response(request.url, error.code, b"")
        except OSError as error:
            raise unreachable(request.url, "cors", str(error)) from error


def make_installer() -> wherry.Installer:
    """Return an installer into the folder that a test takes for site-packages."""
    folder = str(site.getsitepackages()[0])
    destination = SitePackages(Scheme(folder, *(str(Path(folder, name)) for name in FOLDERS)))
    here = Environment.current()
    tags = supported_tags(sys.version_info[:2], [PLATFORM])
    environment = Environment(here.python_version, here.markers, tags, here.has_standard_module)
    return wherry.Installer(fetcher=HostFetcher(), destination=destination, environment=environment, distribution={})


def parse_plainly(filename: str) -> tuple[object, ...]:
    """Parse the name of a wheel; its version is text, which needs no packaging in Pyodide."""
    name, version, *others = packaging.utils.parse_wheel_filename(filename)
    return name, str(version), *others


def stand_in(name: str, **content: object) -> None:
    """Put a module where the fixtures look for one of micropip's insides."""
    module = ModuleType(name)
    vars(module).update(content)
    sys.modules[name] = module
    parent, _, own = name.rpartition(".")
    setattr(importlib.import_module(parent), own, module)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that names the file of the outcomes."""
    parser.addoption("--outcomes", required=True)


def pytest_configure(config: pytest.Config) -> None:
    """Begin to keep outcomes."""
    config.stash[OUTCOMES] = {}
    get_global_config().add_node_extra_globals(NODE_GLOBALS)


def pytest_load_initial_conftests() -> None:
    """Put wherry in the place of micropip on the host, before the fixtures import it."""
    wherry.as_micropip()
    vendored = "micropip._vendored.packaging.src.packaging"
    for name in ("requirements", "tags"):
        sys.modules[f"{vendored}.{name}"] = sys.modules[f"packaging.{name}"]
    sys.modules[f"{vendored}.utils"] = utils = ModuleType("utils")
    setattr(utils, "parse_wheel_filename", parse_plainly)  # noqa: B010
    stand_in("micropip._compat._compat_not_in_pyodide", CompatibilityNotInPyodide=CompatibilityNotInPyodide)
    tags = packaging.tags.sys_tags
    setattr(tags, "cache_clear", lambda: None)  # noqa: B010 - a function with another attribute
    stand_in("micropip.transaction", WheelInfo=WheelInfo)
    stand_in("micropip._utils", sys_tags=tags, get_platform=lambda: PLATFORM)


OUTCOMES = pytest.StashKey[dict[str, str]]()


def pytest_plugin_registered(plugin: object) -> None:
    """Let the fixtures of micropip's tests give what wherry accepts."""
    module: Any = plugin
    mock = getattr(module, "mock_fetch_cls", None)
    if mock is None:
        return
    setattr(module, "_build", write_wheel)  # noqa: B010 - a function of the fixtures
    fetch, query = vars(mock)["_fetch_bytes"], mock.query_package

    async def fetch_completed(self: object, url: str, kwargs: object) -> bytes:
        return completed(await fetch(self, url, kwargs), url)

    async def query_hashed(self: Any, name: str, *args: object, **kwargs: object) -> object:  # noqa: ANN401
        for files in self.releases_map.get(name, {"releases": {}})["releases"].values():
            for file in files:
                content = await fetch_completed(self, file["url"], {})
                file["digests"] = {"sha256": hashlib.sha256(content).hexdigest()}
        return await query(self, name, *args, **kwargs)

    mock.query_package = query_hashed
    setattr(mock, "_fetch_bytes", fetch_completed)  # noqa: B010


def completed(wheel: bytes, url: str) -> bytes:
    """Return a wheel of the fixtures with the files that the specification demands."""
    with ZipFile(io.BytesIO(wheel)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    info = next(iter(members)).partition("/")[0]
    tag = "-".join(url.removesuffix(".whl").split("-")[-3:])
    members[f"{info}/METADATA"] = b"Metadata-Version: 2.1\n" + members[f"{info}/METADATA"] + b"\n"
    members[f"{info}/WHEEL"] = f"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: {tag}\n".encode()
    members = {path.replace(info, proper(info)): content for path, content in members.items()}
    return zip_wheel(members, f"{proper(info)}/RECORD")


def proper(info: str) -> str:
    """Return the name of the folder with the name of the project as a wheel spells it."""
    name, _, version = info.removesuffix(".dist-info").rpartition("-")
    return f"{name.replace('-', '_')}-{version}.dist-info"


def write_wheel(_: object, folder: Path) -> None:
    """Write the wheel that tests in Pyodide load, in the place of one that would be built."""
    wheel = micropip_wheel(Path(os.environ["WHERRY_MICROPIP"]))
    (folder / wheel.filename).write_bytes(wheel.content)


@pytest.fixture(autouse=True)
def _own_installer(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Give each test an installer of its own, and the index URLs that a new micropip has."""
    use_default(make_installer)
    manager = dropin._package_manager_singleton  # noqa: SLF001 - its state is of the module
    monkeypatch.setattr(manager, "index_urls", [*manager.index_urls])
    yield
    for name in [name for name in sys.modules if name.startswith("micropip_")]:
        del sys.modules[name]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Generator[None, Any, Any]:
    """Keep the outcome of each test: that of the first phase that did not pass."""
    result = yield
    found = item.config.stash[OUTCOMES]
    name = item.nodeid.removeprefix("tests/")
    if call.when == "setup" or found.get(name) == "passed":
        found[name] = result.outcome
    return result


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write the outcomes."""
    Path(session.config.getoption("--outcomes")).write_text(
        json.dumps(session.config.stash[OUTCOMES]), encoding="utf-8"
    )

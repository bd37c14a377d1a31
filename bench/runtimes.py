"""Runtimes for measurements: each call uses a fresh Pyodide in a fresh process."""

from __future__ import annotations

import functools
import json
import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from bench.paths import BUNDLE, HERE, MICROPIP, NODE, PYODIDE
from bench.recorder import download
from tests.harness.chromium import HEADLESS
from tests.harness.distribution import LOCK

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from bench.shaped_server import ShapedServer

    Command = Sequence[str | Path]

__all__ = [
    "CLIENTS",
    "RUNTIMES",
    "TIMEOUT",
    "Client",
    "MeasurementFailed",
    "Outcome",
    "Runtime",
    "Task",
    "available",
    "empty_lock",
    "fetch_micropip",
    "run_task",
    "script_urls",
    "version_of",
]

Client = Literal["wherry", "micropip", "lock"]
Runtime = Literal["node", "chromium"]
Program = Literal["node", "chromium", "firefox"]
CLIENTS: Sequence[Client] = ("wherry", "micropip", "lock")
"""The last is wherry with a lock of the same answer."""
RUNTIMES: Sequence[Runtime] = ("node", "chromium")

TIMEOUT = 600
"""Seconds; long enough to record missing files first."""
CALL = """
const [url, task, done] = arguments;
const readBytes = async (url) => new Uint8Array(await (await fetch(url)).arrayBuffer());
import(url)
  .then(({ measure }) => measure(task, { readBytes }))
  .then((result) => done({ result }), (error) => done({ error: String(error?.message ?? error) }));
"""


class MeasurementFailed(Exception):
    """The runtime could not carry out the measured task."""


@dataclass(frozen=True, slots=True)
class Task:
    """The requirements to install, and the client.

    ``plan`` only resolves, or makes the lock; ``phases`` also traces wherry's own time by phase (which costs some time
    itself). ``lock_url`` is the address of the lock to install from.
    """

    client: Client
    requirements: tuple[str, ...]
    plan: bool = False
    phases: bool = False
    lock_url: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The results of a task.

    ``seconds`` has `total`, `import`, `install` and, of wherry, `attach`; ``report`` is wherry's report, ``installed``
    maps names to versions. ``heap`` is the growth of the heap of WebAssembly in bytes, ``memory`` the peak of the whole
    process, if known.
    """

    seconds: Mapping[str, float]
    report: Any
    installed: Mapping[str, str]
    heap: int
    memory: int | None
    phases: Mapping[str, Mapping[str, float]] | None


def run_task(runtime: Runtime, task: Task, server: ShapedServer, lock: Mapping[str, Any]) -> Outcome:
    """Carry out ``task`` over the link of ``server``; raises :class:`MeasurementFailed`."""
    page_url = None if runtime == "node" else server.page_url
    terms = {
        "client": task.client,
        "requirements": list(task.requirements),
        "plan": task.plan,
        "lockUrl": task.lock_url,
        # In a page, the downloads of a lock begin while Pyodide is still loading.
        "overlaps": runtime == "chromium",
        "lock": lock,
        "indexUrl": server.index_url,
        "packageBaseUrl": server.distribution_url,
        "phasesUrl": _url_of(page_url, "bench", HERE, "phases.py") if task.phases else None,
    }
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        if runtime == "node":
            answer = _run_in_node(terms | script_urls(None) | {"packageCacheDir": folder})
        else:
            answer = _run_in_chromium(server.page_url, terms | script_urls(server.page_url), folder)
    if "error" in answer:
        raise MeasurementFailed(f"{task.client} in {runtime}: {answer['error']}")
    return Outcome(**answer["result"])


def available() -> Sequence[Runtime]:
    """Return the runtimes that are installed on this machine."""
    browser = all(map(shutil.which, ("chromium", "chromedriver")))
    return RUNTIMES if browser else ("node",)


def empty_lock() -> dict[str, Any]:
    """Return Pyodide's lock without its packages."""
    lock: dict[str, Any] = json.loads((PYODIDE / LOCK).read_text(encoding="utf-8"))
    return lock | {"packages": {}}


def version_of(program: Program) -> str:
    """Return the name and the version of a program that runs Pyodide."""
    firefox = shutil.which("firefox-esr") or "firefox"
    paths: Mapping[Program, str | Path] = {"node": NODE, "chromium": "chromium", "firefox": firefox}
    answer = subprocess.run([paths[program], "--version"], check=True, stdout=subprocess.PIPE, text=True).stdout  # noqa: S603 - our own
    version = next(word for word in answer.split() if word.lstrip("v")[0].isdigit())
    return f"{program.capitalize()} {version.lstrip('v')}"


@functools.cache
def fetch_micropip() -> Path:
    """Return micropip's wheel in the version of Pyodide's own lock, downloaded by pip."""
    version = json.loads((PYODIDE / LOCK).read_text(encoding="utf-8"))["packages"]["micropip"]["version"]
    wheel = MICROPIP / f"micropip-{version}-py3-none-any.whl"
    if not wheel.exists():
        MICROPIP.mkdir(parents=True, exist_ok=True)
        download(f"micropip=={version}", MICROPIP)
    return wheel


def script_urls(page_url: str | None) -> dict[str, str]:
    """Return the URLs of Pyodide and of the clients: files, or below ``page_url``."""
    return {
        "pyodideUrl": _url_of(page_url, "pyodide", PYODIDE, "pyodide.mjs"),
        "wherryUrl": _url_of(page_url, "wherry", BUNDLE, "index.js"),
        "micropipUrl": _url_of(page_url, "micropip", MICROPIP, fetch_micropip().name),
    }


def _url_of(page_url: str | None, name: str, folder: Path, file: str) -> str:
    return (folder / file).as_uri() if page_url is None else f"{page_url}/{name}/{file}"


def _run_in_node(terms: Mapping[str, Any]) -> dict[str, Any]:
    command: Command = [NODE, "--expose-gc", HERE / "in_node.mjs"]
    try:
        finished = subprocess.run(  # noqa: S603 - our own arguments
            command, check=True, stdout=subprocess.PIPE, text=True, input=json.dumps(terms), timeout=TIMEOUT
        )
    except subprocess.TimeoutExpired as error:
        raise MeasurementFailed(f"{terms['client']} in Node: no end after {TIMEOUT} s") from error
    answer: dict[str, Any] = json.loads(finished.stdout)
    return answer


def _run_in_chromium(page_url: str, terms: Mapping[str, Any], profile: str) -> dict[str, Any]:
    from selenium import webdriver

    os.environ["SE_OFFLINE"] = "true"
    options = webdriver.ChromeOptions()
    for flag in (*HEADLESS, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    options.binary_location = shutil.which("chromium") or ""
    driver = webdriver.Chrome(options, webdriver.ChromeService(shutil.which("chromedriver")))
    try:
        driver.set_script_timeout(TIMEOUT)
        driver.get(page_url)
        answer: dict[str, Any] = driver.execute_async_script(CALL, f"{page_url}/bench/measuring.mjs", terms)
    finally:
        driver.quit()
    return answer

"""Starting up: the time that `attach()`, or wherry's wheel without it, and `import wherry` add to loading Pyodide.

`python bench/starting` prints medians of several fresh runtimes, and exits with 1 if a limit was exceeded. It needs
js/dist (`npm run build`), the wheels of the tests, and for Chromium `chromium`, `chromedriver` and selenium.
"""

from __future__ import annotations

import functools
import json
import shutil
import statistics
import subprocess
import sys
import threading
from contextlib import contextmanager
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
NODE = ROOT / "js" / "node_modules" / ".bin" / "node"
PYODIDE = "js/node_modules/pyodide/"
WHERRY = "js/dist/"

ROUNDS = 5
LIMITS = {"Node": 60.0, "Chromium": 80.0}
"""Limits of attaching and importing, in milliseconds."""
DIST = ROOT / WHERRY
(WHEEL,) = (str(path.relative_to(ROOT)) for path in (DIST / "wheels").glob("*pyemscripten*.whl"))
(OTHER,) = (str(path.relative_to(ROOT)) for path in (ROOT / ".cache" / "wheels" / "newest").glob("msgpack-*.whl"))
SIZES = {
    DIST / "wherry-bytecode.bin": 380_000,
    DIST / "wherry-sources.bin": 360_000,
    ROOT / WHEEL: 400_000,
}
"""Limits in bytes."""

# No JavaScript can be evaluated, so a wheel's Python works alone.
POLICY = "script-src 'self' 'wasm-unsafe-eval'"
IN_PAGE = """
const [script, given, done] = arguments;
import(script).then(({ measure }) => measure(...given)).then(done, (error) => done({ error: `${error}` }));
"""
IN_WORKER = """
const [script, given, done] = arguments;
const worker = new Worker(script, { type: "module" });
worker.onmessage = ({ data }) => done(data);
worker.postMessage(given);
"""

FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync")


def main() -> None:
    """Measure and print; exit with 1 if a limit was exceeded."""
    exceeded = False
    for place, measure in PLACES.items():
        rounds = [(measure("attach"), measure("wheel")) for _ in range(ROUNDS)]
        for way, found in zip(("attach", "wheel"), zip(*rounds, strict=True), strict=True):
            median = {part: statistics.median(one[part] for one in found) for part in found[0]}
            print(f"{place}, {way}: {', '.join(f'{part} {elapsed:.1f} ms' for part, elapsed in median.items())}")
            if way == "attach" and place in LIMITS:
                started = statistics.median(one["attach"] + one["import wherry"] for one in found)
                print(f"{place}: attach and import {started:.1f} ms, limit {LIMITS[place]:.0f} ms")
                exceeded |= started > LIMITS[place]
    for path, limit in SIZES.items():
        size = path.stat().st_size
        print(f"{path.name}: {size:,} bytes, limit {limit:,}")
        exceeded |= size > limit
    sys.exit(exceeded)


def in_node(way: str) -> dict[str, float]:
    """Measure in a new process."""
    script = (
        f"import {{ measure }} from {json.dumps((HERE / 'starting.mjs').as_uri())};"
        f"console.log(JSON.stringify(await measure(...{json.dumps([way, *places(f'{ROOT.as_uri()}/')])})))"
    )
    command: list[str | Path] = [NODE, "--input-type=module", "--eval", script]
    finished = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own arguments
    found: dict[str, float] = json.loads(finished.stdout.splitlines()[-1])
    return found


def places(root: str) -> list[str]:
    """Return the addresses that the script takes."""
    return [root + path for path in (PYODIDE, WHERRY, WHEEL, OTHER)]


def in_chromium(way: str, *, worker: bool = False, policy: str = "") -> dict[str, float]:
    """Measure in a page of a new browser, or in its worker."""
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    for flag in FLAGS:
        options.add_argument(flag)
    with served(ROOT, policy) as address:
        driver = webdriver.Chrome(options, webdriver.ChromeService(shutil.which("chromedriver")))
        try:
            driver.set_script_timeout(120)
            driver.get(f"{address}bench/starting/starting.mjs")
            script = f"{address}bench/starting/starting.mjs"
            found: dict[str, float] = driver.execute_async_script(
                IN_WORKER if worker else IN_PAGE, script, [way, *places(address)]
            )
        finally:
            driver.quit()
    if "error" in found:
        raise RuntimeError(found["error"])
    return found


PLACES: Mapping[str, Callable[[str], dict[str, float]]] = {
    "Node": in_node,
    "Chromium": in_chromium,
    "Chromium's worker": functools.partial(in_chromium, worker=True),
    "Chromium, strict policy": functools.partial(in_chromium, policy=POLICY),
}


@contextmanager
def served(folder: Path, policy: str) -> Iterator[str]:
    """Serve *folder* on loopback, with a Content-Security-Policy; yield its URL."""
    handler: Callable[..., SimpleHTTPRequestHandler] = functools.partial(_Quiet, policy, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


class _Quiet(SimpleHTTPRequestHandler):
    extensions_map = SimpleHTTPRequestHandler.extensions_map | {".mjs": "text/javascript", ".wasm": "application/wasm"}

    def __init__(self, policy: str, *arguments: Any, **options: Any) -> None:  # noqa: ANN401 - as in the base class
        self._policy = policy
        super().__init__(*arguments, **options)

    def end_headers(self) -> None:
        """Add the policy."""
        if self._policy:
            self.send_header("Content-Security-Policy", self._policy)
        super().end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the base class's
        """Log nothing."""


if __name__ == "__main__":
    main()

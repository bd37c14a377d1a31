"""Starting up: the time that `attach()` and `import wherry` add to loading Pyodide, in Node and in Chromium.

`python bench/starting` prints medians of several fresh runtimes, and exits with 1 if a limit was exceeded. It needs
js/dist (`npm run build`), and for Chromium `chromium`, `chromedriver` and selenium.
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
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
NODE = ROOT / "js" / "node_modules" / ".bin" / "node"
PYODIDE = "js/node_modules/pyodide/"
WHERRY = "js/dist/"
BUNDLES = ("wherry-bytecode.bin", "wherry-sources.bin")

ROUNDS = 5
LIMITS = {"Node": 60.0, "Chromium": 80.0}
"""Limits of attaching and importing, in milliseconds."""
LARGEST_BUNDLE = 360_000  # bytes

FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync")


def main() -> None:
    """Measure and print; exit with 1 if a limit was exceeded."""
    exceeded = False
    for place, measure in (("Node", in_node), ("Chromium", in_chromium)):
        rounds = [measure() for _ in range(ROUNDS)]
        median = {part: statistics.median(found[part] for found in rounds) for part in rounds[0]}
        started = statistics.median(found["attach"] + found["import wherry"] for found in rounds)
        parts = ", ".join(f"{part} {elapsed:.1f}" for part, elapsed in median.items())
        print(f"{place}: attach and import {started:.1f} ms, limit {LIMITS[place]:.0f} ({parts})")
        exceeded |= started > LIMITS[place]
    for name in BUNDLES:
        size = (ROOT / WHERRY / name).stat().st_size
        print(f"{name}: {size:,} bytes, limit {LARGEST_BUNDLE:,}")
        exceeded |= size > LARGEST_BUNDLE
    sys.exit(exceeded)


def in_node() -> dict[str, float]:
    """Measure in a new process."""
    script = (
        f"import {{ measure }} from {json.dumps((HERE / 'starting.mjs').as_uri())};"
        f"console.log(JSON.stringify(await measure({json.dumps(_folder(PYODIDE))}, {json.dumps(_folder(WHERRY))})))"
    )
    command: list[str | Path] = [NODE, "--input-type=module", "--eval", script]
    finished = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)  # noqa: S603 - our own arguments
    found: dict[str, float] = json.loads(finished.stdout.splitlines()[-1])
    return found


def _folder(path: str) -> str:
    return f"{(ROOT / path).as_uri()}/"


def in_chromium() -> dict[str, float]:
    """Measure in a page of a new browser."""
    from selenium import webdriver

    options = webdriver.ChromeOptions()
    for flag in FLAGS:
        options.add_argument(flag)
    with served(ROOT) as address:
        driver = webdriver.Chrome(options, webdriver.ChromeService(shutil.which("chromedriver")))
        try:
            driver.set_script_timeout(120)
            driver.get(f"{address}bench/starting/starting.mjs")
            found: dict[str, float] = driver.execute_async_script(
                """
                const [script, pyodide, wherry, done] = arguments;
                import(script)
                    .then(({ measure }) => measure(pyodide, wherry))
                    .then(done, (error) => done({ error: `${error}` }));
                """,
                *(address + path for path in ("bench/starting/starting.mjs", PYODIDE, WHERRY)),
            )
        finally:
            driver.quit()
    if "error" in found:
        raise RuntimeError(found["error"])
    return found


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve *folder* on loopback; yield its URL."""
    handler: Callable[..., SimpleHTTPRequestHandler] = functools.partial(_Quiet, directory=str(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


class _Quiet(SimpleHTTPRequestHandler):
    extensions_map = SimpleHTTPRequestHandler.extensions_map | {".mjs": "text/javascript", ".wasm": "application/wasm"}

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name is the base class's
        """Log nothing."""


if __name__ == "__main__":
    main()

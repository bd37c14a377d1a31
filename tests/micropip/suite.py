"""Run micropip's own tests against wherry's interface of it.

`python -m tests.micropip.suite CHECKOUT [arguments of pytest]`. The tests are copied out of the checkout, without
micropip itself, and run unchanged. Each must pass, or be listed in `expected.toml` with a reason; a listed test that
passes is a failure, too.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections import Counter
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.harness.distribution import LOCK, prepare
from tests.harness.index_files import IndexFile, read_wheels
from tests.harness.paths import BUNDLE, NODE_MODULES, ROOT, WHEELS

if TYPE_CHECKING:
    from collections.abc import Iterator

EXPECTED = Path(__file__).with_name("expected.toml")
INI = "[pytest]\nmarkers =\n    driver_timeout\n    asyncio\nasyncio_mode = strict\n"
PLUGIN = "tests.micropip.plugin"


def main(checkout: str, *arguments: str) -> int:
    """Run the tests of a checkout; return the exit status."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copytree(Path(checkout) / "tests", folder / "tests")
        (folder / "pytest.ini").write_text(INI, encoding="utf-8")
        make_distribution(folder / "dist")
        outcomes = folder / "outcomes.json"
        options = (f"--outcomes={outcomes}", f"--dist-dir={folder / 'dist'}", "--rt=node", "--rootdir", str(folder))
        command = (sys.executable, "-m", "pytest", "-q", "-p", PLUGIN, "-p", "no:cacheprovider", *options, *arguments)
        environment = {"PYTHONPATH": f"{ROOT / 'src'}:{ROOT}", "WHERRY_MICROPIP": str(folder / "dist")}
        subprocess.run(command, check=False, cwd=folder / "tests", env=inherited(environment))  # noqa: S603
        return report(json.loads(outcomes.read_text(encoding="utf-8")), is_whole=not arguments)


def inherited(added: dict[str, str]) -> dict[str, str]:
    """Return the environment variables of this process and others, with Node of the npm package first."""
    from os import environ, pathsep

    path = f"{NODE_MODULES / '.bin'}{pathsep}{environ['PATH']}"
    return {**environ, **added, "PATH": path, "SE_OFFLINE": "true"}


def make_distribution(folder: Path) -> None:
    """Make a distribution whose micropip is the wheel that `wherry lock --as-micropip` writes."""
    wheels = (*read_wheels(WHEELS / "distribution"), *read_wheels(WHEELS / "micropip_suite"))
    prepare(folder, npm_package=NODE_MODULES / "pyodide", wheels=wheels, bundle=BUNDLE)
    made = folder / "made.json"
    command = ("node", BUNDLE / "cli.js", "lock", "--quiet", "--format", "pyodide-lock", "--as-micropip", "-o", made)
    subprocess.run(command, check=True, env=inherited({}))  # noqa: S603
    lock = json.loads((folder / LOCK).read_text(encoding="utf-8"))
    lock["packages"]["micropip"] = json.loads(made.read_text(encoding="utf-8"))["packages"]["micropip"]
    (folder / LOCK).write_text(json.dumps(lock), encoding="utf-8")
    made.unlink()


def micropip_wheel(folder: Path) -> IndexFile:
    """Return the wheel of micropip in a folder that :func:`make_distribution` has made."""
    (path,) = folder.glob("micropip-*.whl")
    return IndexFile(path.name, path.read_bytes())


def report(outcomes: dict[str, str], *, is_whole: bool) -> int:
    """Print what passed, what is listed, and every test that differs from the list; return the exit status."""
    listed = dict(read_expected("group"))
    remote = dict(read_expected("network"))
    count: Counter[str] = Counter()
    used: set[str] = set()
    for test, outcome in sorted(outcomes.items()):
        if any(fnmatchcase(test, one) for one in remote):
            count["not counted (needs PyPI or Pyodide's CDN)"] += 1
            continue
        pattern = next((one for one in listed if fnmatchcase(test, one)), None)
        if pattern is not None:
            used.add(pattern)
        kind = {"passed": "passed", "skipped": "skipped"}.get(outcome, "failed")
        if pattern is not None and kind != "skipped":
            kind = "listed" if kind == "failed" else "listed, but passed"
        count[kind] += 1
        if kind in {"failed", "listed, but passed"}:
            sys.stdout.write(f"{kind}: {test}\n")
    unused = listed.keys() - used if is_whole else set()
    for pattern in sorted(unused):
        sys.stdout.write(f"listed, but there is no such test: {pattern}\n")
    sys.stdout.write(f"{', '.join(f'{number} {kind}' for kind, number in sorted(count.items()))}\n")
    return 1 if unused or count["failed"] or count["listed, but passed"] else 0


def read_expected(kind: str) -> Iterator[tuple[str, str]]:
    """Yield the tests in the groups of a kind, each with the reason: ``group`` must fail, ``network`` may."""
    content: dict[str, Any] = tomllib.loads(EXPECTED.read_text(encoding="utf-8"))
    for group in content[kind]:
        yield from ((test, group["reason"]) for test in group["tests"])


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

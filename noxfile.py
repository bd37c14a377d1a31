"""Commands for developers. `nox -s demo` shows wherry at work, `nox -s tests` runs all checks."""

from __future__ import annotations

import os
import shutil
import subprocess
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import nox

if TYPE_CHECKING:
    from collections.abc import Iterator

nox.needs_version = ">=2025.2.9"
nox.options.default_venv_backend = "virtualenv"
nox.options.reuse_venv = "yes"
nox.options.sessions = ["tests"]

PYPROJECT = nox.project.load_toml("pyproject.toml")
JS = Path("js")
NODE = Path("node_modules", ".bin", "node")
PYODIDE_TYPES = Path(".cache", "pyodide-py")


@nox.session
def demo(session: nox.Session) -> None:
    """Build everything and run examples/hello.py: real packages, from the index, in Pyodide."""
    install(session)
    build(session)
    with session.chdir(JS):
        session.run(NODE, "dist/cli.js", "run", "../examples/hello.py", *session.posargs, external=True)


@nox.session
def tests(session: nox.Session) -> None:
    """Run all checks in Python, in Node and Deno, in Chromium and Firefox; arguments go to pytest."""
    require_browsers(session)
    install(session, "lint", "javascript")
    build(session)
    check_python(session)
    with session.chdir(JS):
        session.run("npm", "test", external=True)
    session.run("python", "-m", "tests.harness.wheelhouse")
    session.run("python", "-m", "tests.harness.distribution")
    session.run("python", "-m", "tests.harness.stock")
    session.run("python", "-m", "tests.harness.jupyterlite")
    with browser_tests(session):
        session.run("pytest", "--rt=node,chrome", "--hypothesis-profile=thorough", *session.posargs)


@nox.session
def faults(session: nox.Session) -> None:
    """Make every request of an installation fail in every way, in Node (takes minutes); arguments go to pytest."""
    install(session, "test")
    build(session)
    session.run("python", "-m", "tests.harness.wheelhouse")
    session.run("python", "-m", "tests.harness.distribution")
    session.run("python", "-m", "tests.harness.stock")
    session.run("pytest", "--rt=node", "tests/faults", *session.posargs)


@nox.session
def unit(session: nox.Session) -> None:
    """Run the tests that need neither Pyodide nor a network."""
    install(session, "test")
    session.run("pytest", "--ignore=tests/runtime", *session.posargs)


@nox.session
def micropip(session: nox.Session) -> None:
    """Run micropip's own tests over wherry; arguments are a checkout of micropip, then those of pytest."""
    if not session.posargs:
        session.error("name a checkout of micropip: nox -s micropip -- CHECKOUT")
    install(session, "test", "micropip")
    build(session)
    session.run("python", "-m", "tests.harness.wheelhouse")
    session.run("python", "-m", "tests.micropip.suite", *session.posargs)


@nox.session
def bench(session: nox.Session) -> None:
    """Run the benches, also against micropip; fail if a limit is exceeded. Arguments name a bench and its options.

    The first run records the needed responses of the index into .cache/bench.
    """
    install(session, "bench")
    build(session)
    session.run("python", "bench/run.py", *session.posargs)
    if not session.posargs:
        session.run("python", "-m", "tests.harness.wheelhouse")
        session.run("python", "bench/starting")


@nox.session
def lint(session: nox.Session) -> None:
    """Check style and types."""
    install(session, "lint")
    check_python(session)


def install(session: nox.Session, *groups: str) -> None:
    """Install wherry, editable, with the dependency groups named."""
    session.install("--editable", ".", *nox.project.dependency_groups(PYPROJECT, *groups))


def build(session: nox.Session) -> None:
    """Build the npm package, with the Python side from this session's environment."""
    with session.chdir(JS):
        session.run("npm", "ci", "--no-audit", "--no-fund", "--fetch-retries=5", external=True)
        session.run("npm", "run", "build", external=True, env={"PYTHON": str(Path(session.bin, "python"))})


def check_python(session: nox.Session) -> None:
    """Run the linters; mypy needs the Python side of Pyodide, which no other platform can install."""
    session.run("ruff", "check")
    session.run("ruff", "format", "--check")
    target = ("--target", str(PYODIDE_TYPES), "--upgrade", "--python-version=3.14", "--only-binary=:all:")
    session.install("--no-deps", "--require-hashes", "--requirement", "tests/wheels/pyodide-py.txt", *target)
    session.run("mypy")


@contextmanager
def browser_tests(session: nox.Session) -> Iterator[None]:
    """Run the tests in browsers beside the block: each keeps one core busy. Their output is shown if they fail."""
    path = os.pathsep.join([session.bin, os.environ["PATH"]])
    log = Path(".cache", "browser-tests.log")
    with log.open("wb") as output:
        command = ["npm", "run", "test:browsers"]
        running = subprocess.Popen(  # noqa: S603 - our own arguments
            command, cwd=JS, env={**os.environ, "PATH": path}, stdout=output, stderr=subprocess.STDOUT
        )
        try:
            yield
        finally:
            has_failed = running.wait() != 0
    if has_failed:
        session.error(f"{log.read_text(encoding='utf-8')}\nThe tests in browsers failed")


def require_browsers(session: nox.Session) -> None:
    """Stop with instructions if a browser is missing: half of the tests could not run."""
    programs = {"chromium": ("chromium",), "chromedriver": ("chromedriver",), "Firefox": ("firefox-esr", "firefox")}
    missing = [program for program, names in programs.items() if not any(map(shutil.which, names))]
    if missing:
        session.error(
            f"{' and '.join(missing)} not found: install Chromium, its driver and Firefox "
            "(on Debian: apt-get install chromium chromium-driver firefox-esr), or run `nox -s unit`"
        )

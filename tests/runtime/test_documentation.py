"""Run every block of code in README.md, js/README.md and docs/; exempted blocks are listed here with a reason.

A document is read from top to bottom: its Python runs in one Pyodide, its JavaScript is one program, its shell runs in
one folder, and a block with a name is a file there. If it has HTML, all of it is one page, and the JavaScript belongs
to that page. Needs `npm ci && npm run build` in js/.
"""

from __future__ import annotations

import doctest
import json
import re
import shutil
import subprocess
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urljoin

import pytest
from selenium import webdriver
from selenium.common.exceptions import TimeoutException
from selenium.webdriver.support.wait import WebDriverWait

from tests.harness.chromium import HEADLESS
from tests.harness.document_page import DocumentPage, continued
from tests.harness.documents import DOCUMENTS
from tests.harness.paths import NODE_MODULES
from tests.harness.project import EXAMPLE_INDEX, Project

RUNNER = Path(__file__).with_name("document.mjs")
NODE = NODE_MODULES / ".bin" / "node"
LANGUAGES = {"python", "pycon", "js", "console", "html", "http", "ipython"}
"""Languages that are run here, and IPython's in test_jupyterlite.py; other blocks must be files that a block reads."""
NOX = "python3 -m venv .venv && .venv/bin/python -m pip install nox && .venv/bin/python -m nox"
NOT_RUN = {
    "python3 -m pip install jupyterlite-core jupyterlite-pyodide-kernel": "tests/harness/jupyterlite.py does it",
    "python3 -m pip download --no-deps --dest pypi wherry": "tests/harness/jupyterlite.py copies the wheel",
    "jupyter lite build": "tests/harness/jupyterlite.py does it",
    f"{NOX} -s demo": "it rebuilds the tested files, and needs PyPI",
    f"{NOX} -s tests": "it runs these tests",
    "npm install wherry pyodide": "it needs a registry; the test has both installed",
    "cd js && npm ci && npm run build && npm run repl": "it serves until Ctrl-C; js/test/browser/repl.test.ts tries it",
    "npx wherry run --sockets postgresql_server.py": "it needs a server; tests/runtime/test_databases.py has one",
}
TIMEOUT = 180  # seconds
MATCHING = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def having(*languages):
    """Parametrize a test by the documents that have blocks in these languages."""
    found = [document for document in DOCUMENTS if document.of(*languages)]
    return pytest.mark.parametrize("document", found, ids=str)


def matches(want, got):
    """Return whether `got` matches the output in a document: `…` matches any text, a time any other time."""
    want, got = (re.sub(r"\b\d+(\.\d+)? (ms|s)\b", "1 s", text) for text in (want, got))
    return doctest.OutputChecker().check_output(want.replace("…", "..."), got, MATCHING)


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_every_block_is_run_or_is_a_file(document):
    unknown = [f"line {block.line}" for block in document.blocks if block.language not in LANGUAGES and not block.name]
    assert unknown == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=str)
def test_every_file_is_used_by_a_block_that_is_run(document):
    lines = [line for block in document.of("console", "js") for line in block.text.splitlines()]
    run = [line for line in lines if line.removeprefix("$ ") not in NOT_RUN]
    assert [name for name in document.files if not any(name in line for line in run)] == []


def test_exempted_blocks_exist():
    lines = {line for document in DOCUMENTS for block in document.of("console") for line in block.text.splitlines()}
    assert {f"$ {command}" for command in NOT_RUN} <= lines


@dataclass
class Step:
    line: int
    source: str
    example: doctest.Example | None = None


def python_steps(document):
    for block in document.of("python", "pycon"):
        if block.language == "python":
            yield Step(block.line, block.text)
        for example in doctest.DocTestParser().get_examples(block.text) if block.language == "pycon" else ():
            yield Step(block.line + example.lineno + 1, example.source, example)


@having("python", "pycon")
def test_python_blocks_have_the_shown_output(document, index_server):
    steps = list(python_steps(document))
    terms = {
        "indexUrl": index_server.json_url,
        "steps": [
            {"source": step.source.replace(EXAMPLE_INDEX, index_server.json_url), "isExample": step.example is not None}
            for step in steps
        ],
    }
    finished = subprocess.run(  # noqa: S603 - our own script
        [NODE, RUNNER], input=json.dumps(terms), check=True, stdout=subprocess.PIPE, encoding="utf-8", timeout=TIMEOUT
    )
    for step, outcome in zip(steps, json.loads(finished.stdout), strict=True):
        said, error = outcome["said"], outcome["error"]
        wanted_error = (step.example.exc_msg if step.example else None) or ""
        assert matches(wanted_error, error), f"line {step.line}: {error}"
        if step.example and not wanted_error:
            assert matches(step.example.want, said), f"line {step.line}: {said}"


@dataclass
class Command:
    line: int
    text: str
    typed: str = ""
    shown: str = ""
    earlier: int = field(default=0, compare=False)


def commands_of(block):
    """Read `$ command`, its input after `>>>` and `...`, and its output."""
    commands = []
    for number, line in enumerate(block.text.splitlines(keepends=True), block.line + 1):
        if line.startswith("$ "):
            commands.append(Command(number, line[2:].rstrip("\n")))
        elif line.startswith((">>> ", "... ")):
            commands[-1].typed += line[4:]
        elif commands[-1].text.endswith("\\"):
            commands[-1].text = commands[-1].text[:-1] + line.strip()
        else:
            commands[-1].shown += line
    return commands


@having("console")
def test_commands_have_the_shown_output(document, index_server, tmp_path):
    project = Project(tmp_path, index_server.json_url)
    for name, text in document.files.items():
        project.write(name, text)
    for block in document.of("console"):
        status = 0
        commands = [command for command in commands_of(block) if command.text not in NOT_RUN]
        for position, command in enumerate(commands):
            finished = project.run(command.text, command.typed, status)
            status = finished.returncode
            where = f"line {command.line}: {finished.stdout}"
            is_asked_for = [later.text for later in commands[position + 1 : position + 2]] == ["echo $?"]
            assert status == 0 or is_asked_for, where
            assert not command.shown or matches(command.shown, finished.stdout), where


def without_page():
    found = [document for document in DOCUMENTS if document.of("js") and not document.of("html")]
    return pytest.mark.parametrize("document", found, ids=str)


@without_page()
def test_javascript_blocks_run(document, index_server, tmp_path):
    project = Project(tmp_path, index_server.json_url)
    project.write("document.js", continued([block.text for block in document.of("js")]))
    finished = project.run("node document.js")
    assert finished.returncode == 0, finished.stdout


def await_outcome(driver):
    try:
        return WebDriverWait(driver, TIMEOUT).until(lambda browser: browser.execute_script("return window.outcome"))
    except TimeoutException:
        return f"nothing in {TIMEOUT} s"


@having("html")
def test_a_page_works_under_its_policy(document, index_server, runtime, tmp_path):
    if runtime != "chrome":
        pytest.skip("a page needs a browser")
    options = webdriver.ChromeOptions()
    for flag in (*HEADLESS, f"--user-data-dir={tmp_path}"):
        options.add_argument(flag)
    options.binary_location = shutil.which("chromium") or ""
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    with (
        DocumentPage(document, index_server.json_url) as page,
        webdriver.Chrome(options, webdriver.ChromeService(shutil.which("chromedriver"))) as driver,
    ):
        driver.get(page.url)
        outcome = await_outcome(driver)
        severe = [entry["message"] for entry in driver.get_log("browser") if entry["level"] == "SEVERE"]
    # The browser logs requests for projects that the index lacks, and for packages missing in Pyodide and on its CDN.
    known = (index_server.json_url, urljoin(index_server.json_url, "/cdn/"), f"{page.url}/pyodide/")
    complaints = [message for message in severe if not message.startswith(known)]
    assert (outcome, complaints) == ("done", [])

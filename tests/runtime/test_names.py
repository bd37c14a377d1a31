"""Names in requirements, resolved with the lock of a released Pyodide: modules, Python's own, and the runtime's."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.harness.index_files import IndexFile, make_wheel
from tests.harness.index_server import IndexServer
from tests.harness.paths import NODE_MODULES

SCRIPT = Path(__file__).with_name("genuine_lock.mjs")
PYODIDE = NODE_MODULES / "pyodide" / "pyodide.mjs"
NEEDLESS = "{} is part of Python and needs no installation"

PROJECTS = {
    "yaml": "pyyaml",
    "PIL": "pillow",
    "cv2": "opencv-python",
    "dateutil": "python-dateutil",
    "sklearn": "scikit-learn",
    "bs4": "beautifulsoup4",
    "google.protobuf": "protobuf",
    "distutils": "setuptools",
}
WITHOUT_WARNINGS = {
    "micropip": ["micropip"],
    "pydoc_data": ["pydoc-data"],
    "pyodide": ["pyodide"],
    "pyodide-py>=314": ["pyodide-py"],
    "needs-runtime": ["needs-runtime", "pyodide-py"],
    "wherry": ["wherry"],
}
ERRORS = {
    "json": "'json' cannot be installed: it is part of Python",
    "cProfile": "'cProfile' cannot be installed: it is part of Python",
    "tkinter": "'tkinter' cannot be installed: it is part of Python's standard library, but not of this runtime",
    "pyodide-py<300": "the runtime itself provides 314.0.7",
    "pyodide>=999": "the runtime itself provides 314.0.7",
}
WARNINGS = {
    **{name: NEEDLESS.format(name) for name in ("sqlite3", "ssl", "lzma", "hashlib")},
    "needs-sqlite": NEEDLESS.format("sqlite3 (required by needs-sqlite)"),
}


@pytest.fixture(scope="module")
def answers():
    files = (
        IndexFile("sklearn-0.0.tar.gz", b""),
        make_wheel("needs-sqlite", "1", requires=["sqlite3"]),
        make_wheel("needs-runtime", "1", requires=["pyodide-py>=300"]),
    )
    requirements = json.dumps([*PROJECTS, *WITHOUT_WARNINGS, *ERRORS, *WARNINGS])
    with IndexServer(files) as server:
        command = (NODE_MODULES / ".bin" / "node", SCRIPT, PYODIDE.as_uri(), server.json_url, requirements)
        finished = subprocess.run(  # noqa: S603 - our own arguments
            command, capture_output=True, text=True, timeout=120, check=False
        )
    assert finished.returncode == 0, finished.stderr
    return json.loads(finished.stdout)


@pytest.mark.parametrize(("module", "project"), PROJECTS.items())
def test_the_name_of_a_module_suggests_its_project(answers, module, project):
    assert f"did you mean {project}?" in answers[module]


@pytest.mark.parametrize(("requirement", "pins"), WITHOUT_WARNINGS.items())
def test_packages_of_the_distribution_and_the_runtime_are_chosen(answers, requirement, pins):
    assert sorted(answers[requirement]["pins"]) == pins
    assert answers[requirement]["warnings"] == []


@pytest.mark.parametrize(("requirement", "message"), ERRORS.items())
def test_modules_of_python_and_the_runtime_are_refused_with_the_reason(answers, requirement, message):
    assert message in answers[requirement]


@pytest.mark.parametrize(("requirement", "warning"), WARNINGS.items())
def test_modules_of_older_distributions_that_python_has_need_no_installation(answers, requirement, warning):
    assert "sqlite3" not in answers[requirement]["pins"]
    assert answers[requirement]["warnings"] == [warning]

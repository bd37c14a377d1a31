"""The released JupyterLite, with its kernel on npm's Pyodide, takes wherry's wheel from the site, and uses it."""

from __future__ import annotations

import subprocess

import pytest

from tests.harness.documents import DOCUMENTS
from tests.harness.index_server import IndexServer
from tests.harness.jupyterlab import Lab
from tests.harness.jupyterlite import outdated
from tests.harness.jupyterlite_server import JupyterLiteServer
from tests.harness.paths import BUNDLE, NODE_MODULES

RED = "[data-mime-type='application/vnd.jupyter.stderr']"
TIMEOUT = 120  # seconds
BEGIN = "%pip install wherry\nimport wherry"


@pytest.fixture(scope="module")
def index(real_wheels):
    with IndexServer(real_wheels) as server:
        yield server


@pytest.fixture(scope="module")
def lab(request, tmp_path_factory):
    """A JupyterLab whose tests open notebooks, each with a kernel of its own, in one page."""
    if "chrome" not in request.config.option.runtime:
        pytest.skip("JupyterLite needs a browser")
    assert outdated() == [], "run `python -m tests.harness.jupyterlite`"
    with JupyterLiteServer() as site, Lab(site.url, tmp_path_factory.mktemp("lab")) as lab:
        yield lab


def plain(outputs):
    return [output["data"]["text/plain"] for output in outputs if "data" in output and output["data"]["text/plain"]]


def test_a_notebook_installs_and_imports_in_one_cell(lab, index):
    cells = [
        BEGIN,
        f"%pip install -i {index.json_url} 'pydantic>=2.14'\nimport pydantic\npydantic.__version__",
        f"%wherry install -i {index.json_url} hypothesis\nimport hypothesis",
        "%wherry why sortedcontainers",
    ]
    lab.open("install.ipynb", cells)
    assert lab.run("install.ipynb", 0) == []
    report, version = plain(lab.run("install.ipynb", 1))
    assert report.startswith("Installed  pydantic ")
    assert version == "'2.14.3'"
    assert plain(lab.run("install.ipynb", 2)) == [
        "Installed  hypothesis        6.170.15\n           sortedcontainers  2.4.0"
    ]
    assert plain(lab.run("install.ipynb", 3))[0].startswith("sortedcontainers 2.4.0\n  hypothesis → ")
    assert lab.shows(".jp-OutputArea table td:first-child", "Installed")


def test_the_cells_of_the_documents_run(lab, index):
    begin, *cells = [block.text for document in DOCUMENTS for block in document.of("ipython")]
    use_index = f"import wherry.default as d\nd.use_default(lambda: wherry.Installer(index_urls=[{index.json_url!r}]))"
    cells = [begin, use_index, *cells]
    lab.open("documents.ipynb", cells)
    for place, cell in enumerate(cells):
        failures = [output for output in lab.run("documents.ipynb", place) if output["output_type"] == "error"]
        assert failures == [], cell


def test_a_failure_is_red_and_says_what_to_do_in_a_second_kernel(lab, index):
    cells = [
        BEGIN,
        f"%pip install -i {index.json_url} pydantik",
        f"!pip install -q -i {index.json_url} msgpack\nimport msgpack\nlen(msgpack.packb([1]))",
        "%pip install --usr msgpack",
        f"def f():\n    %wherry install -i {index.json_url} idna\n\nf()",
    ]
    lab.open("failure.ipynb", cells)
    lab.run("failure.ipynb", 0)
    failure = lab.run("failure.ipynb", 1)[-1]
    assert failure["output_type"] == "error"
    assert len(failure["traceback"]) == 1
    assert lab.shows(RED, f"UnknownProject: There is no project named 'pydantik' on {index.json_url}")
    assert plain(lab.run("failure.ipynb", 2)) == ["2"]
    assert "there is no option --usr; there are --requirement/-r" in lab.run("failure.ipynb", 3)[-1]["evalue"]
    assert plain(lab.run("failure.ipynb", 4)) == ["Installed  idna  3.11"]


@pytest.fixture
def drop_in(lab, tmp_path):
    """A folder with a lock whose micropip is wherry's wheel, and that wheel."""
    node, program = NODE_MODULES / ".bin" / "node", BUNDLE / "cli.js"
    lock = ("lock", "--quiet", "--format", "pyodide-lock", "--as-micropip", "--output", tmp_path / "pyodide-lock.json")
    subprocess.run([node, program, *lock], check=True, timeout=TIMEOUT)  # noqa: S603 - our own program
    return tmp_path


def test_a_lock_with_wherry_as_micropip_needs_no_installation(drop_in, index):
    cells = [
        f"import micropip\nawait micropip.install('sortedcontainers', index_urls=[{index.json_url!r}])",
        f"%pip install -i {index.json_url} idna\nimport idna",
    ]
    with JupyterLiteServer(drop_in) as site, Lab(site.url, drop_in) as lab:
        lab.open("drop_in.ipynb", cells)
        assert [output for output in lab.run("drop_in.ipynb", 0) if output["output_type"] == "error"] == []
        assert plain(lab.run("drop_in.ipynb", 1))[0].endswith("idna  3.11")

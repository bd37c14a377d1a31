"""The released JupyterLite, with its kernel on npm's Pyodide, takes wherry's wheel from the site, and uses it."""

from __future__ import annotations

import pytest

from tests.harness.index_server import IndexServer
from tests.harness.jupyterlab import Lab
from tests.harness.jupyterlite import SITE, site_wheels
from tests.harness.jupyterlite_server import JupyterLiteServer

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
    missing = [wheel.name for wheel in site_wheels() if not (SITE / "pypi" / wheel.name).is_file()]
    assert (SITE.is_dir(), missing) == (True, []), "run `python -m tests.harness.jupyterlite`"
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
    assert lab.text(".jp-OutputArea table td:first-child")[0] == "Installed"


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
    sentence = f"There is no project named 'pydantik' on {index.json_url}"
    assert len(failure["traceback"]) == 1
    (shown,) = lab.text("[data-mime-type='application/vnd.jupyter.error']")
    assert shown.startswith(f"UnknownProject: {sentence}")
    assert plain(lab.run("failure.ipynb", 2)) == ["2"]
    assert "there is no option --usr; there are --requirement/-r" in lab.run("failure.ipynb", 3)[-1]["evalue"]
    assert plain(lab.run("failure.ipynb", 4)) == ["Installed  idna  3.11"]

"""Endless responses in the runtime: they are read to their limit, the connection is closed, memory stays flat."""

from __future__ import annotations

import pytest
from pytest_pyodide import run_in_pyodide

from tests.harness.faults import Fault, Kind
from tests.harness.index_files import make_wheel
from tests.harness.runtime import BOTH_HALVES, snapshot
from tests.harness.waiting import happens

pytestmark = BOTH_HALVES

DEMO = make_wheel("demo", "1")
MEBI = 2**20
LIMITS = {"max_page_size": 8 * MEBI, "max_metadata_size": 4 * MEBI, "max_archive_size": 16 * MEBI}
# Bytes in the buffers of sockets when the connection is closed.
ON_ITS_WAY = 16 * MEBI
# Long timeouts for busy machines.
PATIENT = {"idle_timeout": None, "answer_timeout": None, "total_timeout": 100}


@run_in_pyodide
async def install(selenium, requirement, index_url, network, strict):
    import wherry

    installer = wherry.Installer(index_urls=[index_url], network=wherry.Network(**network), strict=strict)
    try:
        await installer.install(requirement)
    except wherry.WherryError as error:
        return {"error": type(error).__name__, "sentence": str(error), **error.facts()}
    return "installed"


@run_in_pyodide
def uninstall(selenium):
    import wherry

    wherry.uninstall("demo")


def refused(runtime, index, *, url=None, network=LIMITS, strict=False):
    """Fail to install and return the error; check that all requests have ended and the environment is unchanged."""
    before = snapshot(runtime)
    heap = runtime.run_js("return pyodide._module.HEAP8.length")
    outcome = install(runtime, "demo", url or index.json_url, PATIENT | network, strict)
    assert outcome != "installed"
    assert happens(lambda: index.in_flight == 0)
    assert snapshot(runtime) == before
    # Memory grows in steps, and the test itself uses some.
    assert runtime.run_js("return pyodide._module.HEAP8.length") - heap < 12 * MEBI
    return outcome


@pytest.fixture
def index(index_server):
    index_server.files = [DEMO]
    return index_server


@pytest.mark.parametrize("kind", [Kind.ENDLESS, Kind.BOMB])
@pytest.mark.parametrize(
    ("kind_of_answer", "form", "path"),
    [
        ("page", "json", "/json/demo/"),
        ("page", "html", "/html/demo/"),
        ("metadata", "json", "*.metadata"),
        ("archive", "html", "*.whl"),
    ],
)
def test_reading_stops_at_the_limit(  # noqa: PLR0913, PLR0917 - each says one thing
    wherry_runtime, index, kind_of_answer, form, path, kind
):
    index.faults = [Fault(path, kind)]
    outcome = refused(wherry_runtime, index, url=f"{index.url}/{form}/")
    limit = LIMITS[f"max_{kind_of_answer}_size"]
    assert (outcome["error"], outcome["limit"], outcome["attempts"]) == ("AnswerTooLarge", limit, 1)
    assert outcome["sentence"] == (
        f"{outcome['url']} is too large: it has more than {limit / 1e6:.1f} MB; "
        f"to accept it, raise the limit with Network(max_{kind_of_answer}_size=…)"
    )
    assert outcome["url"].startswith(index.url)
    # Pages and metadata are requested early, and once more when they are needed.
    assert index.faults[0].sent < 2 * (limit + ON_ITS_WAY)


@pytest.mark.parametrize("strict", [False, True], ids=["lazy", "strict"])
@pytest.mark.parametrize("kind", [Kind.ENDLESS, Kind.BOMB])
def test_reading_stops_at_the_announced_size_of_an_archive(wherry_runtime, index, kind, strict):
    index.faults = [Fault("*.whl", kind)]
    outcome = refused(wherry_runtime, index, strict=strict)
    assert outcome["error"] == "IntegrityError"
    assert (outcome["expected"], outcome["actual"]) == (f"{len(DEMO.content)} bytes", "more")
    # It is requested early and when it is needed, and each time again bypassing caches.
    assert index.faults[0].seen in {2, 4}
    assert index.faults[0].sent < 4 * ON_ITS_WAY


@pytest.mark.parametrize("kind", [Kind.ENDLESS, Kind.BOMB])
def test_an_archive_that_is_too_long_once_is_downloaded_again(wherry_runtime, index, kind):
    index.faults = [Fault("*.whl", kind, times=1)]
    assert install(wherry_runtime, "demo", index.json_url, PATIENT, strict=False) == "installed"
    uninstall(wherry_runtime)


@pytest.mark.parametrize("kind", [Kind.ENDLESS, Kind.BOMB])
@pytest.mark.parametrize("status", [404, 503])
def test_only_the_beginning_of_an_error_response_is_read(wherry_runtime, index, kind, status):
    index.faults = [Fault("/json/demo/", kind, status=status)]
    outcome = refused(wherry_runtime, index, network={"attempts": 2})
    assert outcome["error"] == {404: "UnknownProject", 503: "RefusedByIndex"}[status]
    assert index.faults[0].sent < 2 * ON_ITS_WAY


@pytest.mark.parametrize("kind", [Kind.ENDLESS, Kind.BOMB])
def test_an_endless_error_response_for_metadata_is_harmless(wherry_runtime, index, kind):
    index.faults = [Fault("*.metadata", kind, status=404)]
    assert install(wherry_runtime, "demo", index.json_url, PATIENT, strict=False) == "installed"
    uninstall(wherry_runtime)


def test_an_archive_with_too_large_an_announced_size_is_not_requested(wherry_runtime, index):
    outcome = install(wherry_runtime, "demo", index.json_url, {"max_archive_size": 100}, strict=False)
    assert (outcome["error"], outcome["limit"]) == ("AnswerTooLarge", 100)
    assert not any(path.endswith(".whl") for path in index.requests)


def test_many_bodies_that_end_at_their_limit_use_no_more_memory(wherry_runtime, index):
    index.faults = [Fault("/json/demo/", Kind.ENDLESS, break_off=LIMITS["max_page_size"] - MEBI)]
    outcome = refused(wherry_runtime, index)
    assert (outcome["error"], outcome["kind"], outcome["attempts"]) == ("IndexUnreachable", "cut", 4)


@run_in_pyodide
def make_local(selenium, path, target, size):
    from pathlib import Path

    if target:
        Path(path).symlink_to(target)
    else:
        with Path(path).open("wb") as file:
            file.truncate(size)


@run_in_pyodide
def remove(selenium, path):
    from pathlib import Path

    Path(path).unlink()


@pytest.mark.parametrize(
    ("target", "error", "sentence"),
    [
        ("/dev/null", "IndexUnreachable", "it is not a file"),
        ("", "AnswerTooLarge", "is too large: it has more than 16.8 MB"),
    ],
)
def test_a_local_file_has_the_limit_of_an_archive(wherry_runtime, target, error, sentence):
    path = "/tmp/demo-1-py3-none-any.whl"  # noqa: S108 - of the runtime
    make_local(wherry_runtime, path, target, LIMITS["max_archive_size"] + 1)
    outcome = install(wherry_runtime, path, "https://example.org/simple/", LIMITS, strict=False)
    remove(wherry_runtime, path)
    assert outcome["error"] == error
    assert sentence in outcome["sentence"]

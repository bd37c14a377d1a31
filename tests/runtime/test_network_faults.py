"""Network failures in the runtime: transient ones are retried, lasting ones are distinguished and reported."""

from __future__ import annotations

from fnmatch import fnmatch

import pytest
from pytest_pyodide import run_in_pyodide

from tests.harness.faults import Fault, Kind, nth
from tests.harness.index_files import make_wheel
from tests.harness.index_server import IndexServer, credentials, dead_url
from tests.harness.runtime import BOTH_HALVES, snapshot
from tests.harness.waiting import happens

pytestmark = BOTH_HALVES

PACKAGES = tuple(make_wheel(f"part-{number}", "1") for number in range(12))
WHOLE = make_wheel("whole", "1", requires=[part.identity[0] for part in PACKAGES])
FOREVER = 120.0
ONCE_MORE = {"attempts": 2}
# Short timeouts only for faults that delay: a busy machine is slow, too.
IMPATIENT = {Kind.DELAY: {"answer_timeout": 0.8}, Kind.STALL: {"idle_timeout": 0.8}}


@run_in_pyodide
async def install(selenium, requirement, indexes, network):
    import wherry

    named = [wherry.Index(**index) if isinstance(index, dict) else index for index in indexes]
    installer = wherry.Installer(index_urls=named, network=wherry.Network(**network))
    try:
        report = await installer.install(requirement)
    except wherry.WherryError as error:
        return {"error": type(error).__name__, "sentence": str(error), **error.facts()}
    names = sorted(item.name for item in report.installed)
    wherry.uninstall(*names)
    return names


@run_in_pyodide
async def begin_install(selenium, index_url):
    import asyncio

    import __main__
    import wherry

    __main__.running = asyncio.ensure_future(wherry.Installer(index_urls=[index_url]).install("idna"))


@run_in_pyodide
async def cancel_install(selenium):
    import asyncio

    import __main__

    running = vars(__main__).pop("running")
    running.cancel()
    try:
        await running
    except asyncio.CancelledError:
        return "cancelled"
    return "done"


@run_in_pyodide
async def fetch(selenium, url, headers):
    import wherry
    from wherry.index.fetcher import Request
    from wherry.runtime.fetch import bare_fetcher

    try:
        response = await bare_fetcher().fetch(Request(url, secret_headers=headers))
    except wherry.WherryError as error:
        return type(error).__name__, str(error)
    return response.status, response.url


@pytest.fixture
def index(index_server):
    index_server.files += [WHOLE, *PACKAGES]
    return index_server


@pytest.mark.parametrize("path", ["/json/idna/", "*/idna-*.metadata", "*/idna-*.whl"])
@pytest.mark.parametrize(
    "fault",
    [
        Fault("", Kind.STATUS, status=503, headers={"Retry-After": "0"}),
        Fault("", Kind.STATUS, status=429),
        Fault("", Kind.STATUS, status=500),
        Fault("", Kind.DROP),
        Fault("", Kind.CUT),
        Fault("", Kind.STALL, seconds=FOREVER),
        Fault("", Kind.DELAY, seconds=FOREVER),
    ],
    ids=lambda fault: f"{fault.kind.name} {fault.status}",
)
def test_transient_failures_are_retried(wherry_runtime, index, fault, path):
    struck = Fault(path, fault.kind, status=fault.status, times=1, seconds=fault.seconds, headers=fault.headers)
    index.faults = [struck]
    # On a busy machine other requests may time out, too.
    network = {"attempts": 10} | IMPATIENT[fault.kind] if fault.kind in IMPATIENT else ONCE_MORE
    assert install(wherry_runtime, "idna", [index.json_url], network) == ["idna"]
    assert struck.has_struck
    assert len(index.requests) == len(["page", "metadata", "wheel"])
    if fault.kind in IMPATIENT:
        assert sum(count for asked, count in index.requests.items() if fnmatch(asked, path)) >= 2
    else:
        # If a browser gets no response at all, wherry sends a probe without CORS.
        assert index.requests.total() == 4 or (fault.kind is Kind.DROP and index.requests.total() == 5)


@pytest.mark.parametrize("path", ["/json/idna/", "*/idna-*.metadata", "*/idna-*.whl"])
@pytest.mark.parametrize("kind", [Kind.CORRUPT, Kind.TRUNCATE, Kind.DUPLICATE, Kind.ERROR_PAGE])
def test_transient_corruption_is_retried(wherry_runtime, index, kind, path):
    index.faults = [Fault(path, kind, times=1)]
    assert install(wherry_runtime, "idna", [index.json_url], ONCE_MORE) == ["idna"]
    assert index.requests.total() == 4


LASTING = {
    "slow to answer": (
        Fault("*/idna-*.whl", Kind.DELAY, seconds=FOREVER),
        "IndexUnreachable",
        "no answer began within",
    ),
    "stuck": (
        Fault("*/idna-*.whl", Kind.STALL, seconds=FOREVER),
        "IndexUnreachable",
        "nothing more came for 0.8",
    ),
    "dropped": (Fault("/json/idna/", Kind.DROP), "IndexUnreachable", "tried 2 times"),
    "cut": (Fault("*/idna-*.whl", Kind.CUT), "IndexUnreachable", "the connection broke"),
    "a portal": (Fault("*/idna-*.whl", Kind.ERROR_PAGE), "IndexUnreachable", "got a web page instead"),
    "a portal for a page": (Fault("/json/idna/", Kind.ERROR_PAGE), "InvalidIndexPage", "sign in"),
    "overloaded": (Fault("/json/idna/", Kind.STATUS, status=503), "RefusedByIndex", "503 (tried 2 times)"),
    "forbidden": (Fault("/json/idna/", Kind.STATUS, status=403), "RefusedByIndex", "403; check the credentials"),
    "corrupt": (Fault("*/idna-*.whl", Kind.CORRUPT), "IntegrityError", "does not match the index"),
    "truncated": (Fault("*/idna-*.whl", Kind.TRUNCATE), "IndexUnreachable", "of 69583 bytes (tried 2 times)"),
}


@pytest.mark.parametrize("problem", LASTING)
def test_lasting_failures_are_errors_and_change_nothing(wherry_runtime, index, problem):
    fault, error, sentence = LASTING[problem]
    index.faults = [fault]
    fault.seen = 0
    before = snapshot(wherry_runtime)
    outcome = install(wherry_runtime, "idna", [index.json_url], ONCE_MORE | IMPATIENT.get(fault.kind, {}))
    assert outcome["error"] == error
    assert sentence in outcome["sentence"]
    assert outcome.get("url", outcome.get("subject")).startswith(index.url)
    assert snapshot(wherry_runtime) == before
    if "attempts" in outcome:
        assert outcome["attempts"] == (1 if problem in {"a portal", "a portal for a page", "forbidden"} else 2)


def test_requests_have_a_total_timeout(wherry_runtime, index):
    index.faults = [Fault("*/idna-*.whl", Kind.STALL, seconds=FOREVER)]
    patient = {"idle_timeout": None, "total_timeout": 0.5, "attempts": 1}
    outcome = install(wherry_runtime, "idna", [index.json_url], patient)
    assert "it was not complete after 0.5 seconds" in outcome["sentence"]
    assert outcome["kind"] == "timeout"


def test_refused_connections_and_wrong_certificates_are_distinguished_in_node(wherry_runtime, index):
    places = {"refused": dead_url(), "tls": index.json_url.replace("http:", "https:"), "dns": "http://nowhere.invalid/"}
    kinds = {kind: install(wherry_runtime, "idna", [url], {"attempts": 1})["kind"] for kind, url in places.items()}
    if wherry_runtime.browser == "node":
        assert kinds == {kind: kind for kind in places}
    else:
        assert kinds == dict.fromkeys(places, "unknown")


def test_a_browser_distinguishes_a_server_without_cors_from_a_dead_one(wherry_runtime, index):
    index.faults = [Fault("/json/idna/", Kind.NO_CORS)]
    outcome = install(wherry_runtime, "idna", [index.json_url], ONCE_MORE)
    if wherry_runtime.browser == "node":
        assert outcome == ["idna"]
    else:
        assert (outcome["kind"], outcome["attempts"]) == ("cors", 2)
        assert "CORS" in outcome["sentence"]


def test_a_browser_reports_that_it_is_offline(wherry_runtime, index):
    if wherry_runtime.browser == "node":
        pytest.skip("Node does not know")
    here = {"latency": 0, "throughput": -1}
    wherry_runtime.driver.set_network_conditions(offline=True, **here)
    try:
        outcome = install(wherry_runtime, "idna", [index.json_url], {})
    finally:
        wherry_runtime.driver.set_network_conditions(offline=False, **here)
    assert (outcome["kind"], outcome["attempts"]) == ("offline", 1)


@pytest.mark.parametrize(("kind", "path"), [(Kind.DELAY, "/json/*"), (Kind.STALL, "*.whl")])
def test_cancelling_aborts_the_requests_and_leaves_no_files(wherry_runtime, index, kind, path):
    install(wherry_runtime, "idna", [index.json_url], {})
    before, proxies = snapshot(wherry_runtime), wherry_runtime.get_num_proxies()
    index.faults = [Fault(path, kind, seconds=FOREVER)]
    begin_install(wherry_runtime, index.json_url)
    assert happens(lambda: index.faults[0].has_struck)
    assert cancel_install(wherry_runtime) == "cancelled"
    assert happens(lambda: index.in_flight == 0)
    assert snapshot(wherry_runtime) == before
    assert wherry_runtime.get_num_proxies() == proxies


def test_the_order_of_responses_does_not_matter(wherry_runtime, index):
    index.faults = [nth(number, Kind.DELAY, seconds=0.3) for number in (2, 5, 9)]
    names = install(wherry_runtime, "whole", [index.json_url], {})
    assert names == sorted(["whole", *(part.identity[0] for part in PACKAGES)])


def test_concurrent_requests_are_limited(wherry_runtime, index):
    index.jitter = 0.05
    assert len(install(wherry_runtime, "whole", [index.json_url], {"archives_at_once": 2, "pages_at_once": 3})) == 13
    assert (index.most_archives, index.most_others) == (2, 3)


def test_a_missing_file_comes_from_another_index_with_the_same_file(wherry_runtime, index, real_wheels):
    index.faults = [Fault("*/idna-*.whl", Kind.STATUS, status=404)]
    with IndexServer(real_wheels) as mirror:
        assert install(wherry_runtime, "idna", [index.json_url, mirror.json_url], ONCE_MORE) == ["idna"]
        assert any(path.endswith(".whl") for path in mirror.requests)


def test_a_password_is_sent_to_its_index_and_not_after_a_redirect_elsewhere(wherry_runtime, index, real_wheels):
    index.password = "s3cr3t"  # noqa: S105 - of a test
    url = index.json_url.replace("http://", "http://tester:s3cr3t@")
    assert install(wherry_runtime, "idna", [url], ONCE_MORE) == ["idna"]
    with IndexServer(real_wheels) as elsewhere:
        index.redirects = {
            path: f"{elsewhere.url}{path}" for path in list(index.requests) if path.startswith("/files/")
        }
        assert install(wherry_runtime, "idna", [url], ONCE_MORE) == ["idna"]
        assert elsewhere.requests.keys() == index.redirects.keys()
        assert [path for path, headers in elsewhere.headers.items() if "Authorization" in headers] == []
    outcome = install(wherry_runtime, "idna", [index.json_url], ONCE_MORE)
    assert (outcome["error"], outcome["status"]) == ("RefusedByIndex", 401)
    outcome = install(wherry_runtime, "idna", [url.replace("s3cr3t", "wr0ng")], ONCE_MORE)
    assert outcome["status"] == 401
    assert not any("wr0ng" in str(fact) for fact in outcome.values())


def test_headers_of_an_index_are_not_sent_elsewhere(wherry_runtime, index, real_wheels):
    token = {"Private-Token": "s3cr3t"}
    assert install(wherry_runtime, "idna", [{"url": index.json_url, "headers": token}], ONCE_MORE) == ["idna"]
    assert all(headers["Private-Token"] == "s3cr3t" for headers in index.headers.values())
    with IndexServer(real_wheels) as elsewhere:
        index.redirects = {"/json/idna/": f"{elsewhere.json_url}idna/"}
        outcome = fetch(wherry_runtime, f"{index.json_url}idna/", token)
        if wherry_runtime.browser == "node":
            assert outcome == (200, f"{elsewhere.json_url}idna/")
        else:
            assert outcome[0] == "IndexUnreachable"
            assert "use Authorization" in outcome[1]
        assert not any("Private-Token" in headers for headers in elsewhere.headers.values())


def test_a_bearer_token_is_sent(wherry_runtime, index):
    index.password = "s3cr3t"  # noqa: S105 - of a test
    private = {"url": index.json_url, "headers": {"Authorization": credentials("s3cr3t")}}
    assert install(wherry_runtime, "idna", [private], ONCE_MORE) == ["idna"]

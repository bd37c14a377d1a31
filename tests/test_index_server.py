from __future__ import annotations

import json
from http.client import HTTPResponse, IncompleteRead, RemoteDisconnected
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urljoin
from urllib.request import Request, urlopen

import pytest

from tests.harness.faults import Fault, Kind, nth
from tests.harness.index_files import make_wheel
from tests.harness.index_server import IndexServer, credentials, dead_url

APP = make_wheel("app", "1.0", requires_python=">=3.11")


@pytest.fixture
def server():
    with IndexServer([APP, make_wheel("app", "0.9", yanked="it sinks"), make_wheel("other", "1")]) as server:
        yield server


def get(url: str) -> HTTPResponse:
    response = urlopen(url, timeout=60)  # noqa: S310 - loopback
    assert isinstance(response, HTTPResponse)
    return response


def status(server: IndexServer, headers: dict[str, str] | None = None) -> int:
    request = Request(server.json_url + "app/", headers=headers or {})  # noqa: S310 - loopback
    try:
        with urlopen(request, timeout=60) as response:  # noqa: S310 - loopback
            return int(response.status)
    except HTTPError as error:
        error.close()
        return error.code


def page(server: IndexServer) -> dict[str, Any]:
    with get(server.json_url + "app/") as response:
        assert response.headers.get_content_type() == "application/vnd.pypi.simple.v1+json"
        return json.load(response)  # type: ignore[no-any-return]


def test_the_json_page_has_all_fields(server):
    new, old = page(server)["files"]
    assert new["hashes"] == {"sha256": APP.sha256}
    assert new["size"] == len(APP.content)
    assert new["requires-python"] == ">=3.11"
    assert old["yanked"] == "it sinks"


def test_files_and_their_metadata_are_served_at_their_urls(server):
    url = urljoin(server.json_url + "app/", page(server)["files"][0]["url"])
    with get(url) as wheel, get(url + ".metadata") as metadata:
        assert wheel.read() == APP.content
        assert metadata.read() == APP.metadata


def test_the_html_page_has_links_without_hashes(server):
    with get(server.html_url + "app/") as response:
        text = response.read().decode()
    assert f">{APP.filename}</a>" in text
    assert 'data-yanked="it sinks"' in text
    assert 'data-requires-python="&gt;=3.11"' in text
    assert "sha256=" not in text


def test_any_page_may_read_the_answers(server):
    with get(server.json_url + "app/") as response:
        assert response.headers["Access-Control-Allow-Origin"] == "*"


def test_a_name_is_redirected_to_its_normalized_form(server):
    with get(server.json_url + "App/") as response:
        assert response.url == server.json_url + "app/"


def test_an_unknown_project_is_not_found(server):
    with pytest.raises(HTTPError, match="404") as raised:
        get(server.json_url + "nothing/")
    assert raised.value.headers["Access-Control-Allow-Origin"] == "*"
    raised.value.close()


def test_requests_are_counted(server):
    page(server)
    page(server)
    assert server.requests == {"/json/app/": 2}


def test_a_fault_strikes_the_given_number_of_times_after_a_skip(server):
    server.faults.append(Fault("/json/*", Kind.STATUS, status=503, skip=1, times=1))
    page(server)
    with pytest.raises(HTTPError, match="503") as raised:
        page(server)
    raised.value.close()
    page(server)


def test_an_error_page_comes_with_status_200(server):
    server.faults.append(Fault("/json/app/", Kind.ERROR_PAGE))
    with get(server.json_url + "app/") as response:
        assert response.status == 200
        assert response.headers.get_content_type() == "text/html"


def test_a_corrupt_file_keeps_its_length(server):
    server.faults.append(Fault("/files/*.whl", Kind.CORRUPT))
    with get(urljoin(server.json_url + "app/", page(server)["files"][0]["url"])) as response:
        content = response.read()
    assert len(content) == len(APP.content)
    assert content != APP.content


def test_a_dropped_connection_gives_no_answer(server):
    server.faults.append(Fault("*", Kind.DROP))
    with pytest.raises((RemoteDisconnected, ConnectionResetError)):
        page(server)


def test_a_cut_answer_ends_in_the_middle(server):
    server.faults.append(Fault("*", Kind.CUT))
    with pytest.raises(IncompleteRead) as raised:
        get(server.json_url + "app/").read()
    assert b"api-version" in raised.value.partial


@pytest.mark.parametrize(
    ("kind", "factor"), [(Kind.TRUNCATE, 0.5), (Kind.DUPLICATE, 2), (Kind.STALL, 1), (Kind.DELAY, 1)]
)
def test_a_body_is_shortened_doubled_or_late(server, kind, factor):
    with get(server.json_url + "app/") as response:
        whole = response.read()
    server.faults.append(Fault("*", kind, seconds=0.01))
    with get(server.json_url + "app/") as response:
        assert len(response.read()) == int(len(whole) * factor)


@pytest.mark.parametrize(("once", "expected"), [(True, [200, 503, 200, 200]), (False, [200, 503, 503, 503])])
def test_the_nth_request_is_struck_and_optionally_all_later_ones(server, once, expected):
    server.faults = [nth(2, Kind.STATUS, once=once, status=503, headers={"Retry-After": "7"})]
    assert [status(server) for _ in range(4)] == expected
    assert server.faults[0].has_struck


def test_a_password_can_be_required_and_redirects_leave_the_host(server):
    server.password = "s3cr3t"  # noqa: S105 - of a test
    assert status(server) == 401
    assert status(server, {"Authorization": credentials("s3cr3t")}) == 200
    assert server.headers["/json/app/"]["Authorization"] == credentials("s3cr3t")
    server.password, server.redirects = None, {"/json/away/": server.json_url + "app/"}
    with get(server.json_url + "away/") as response:
        assert response.url == server.json_url + "app/"


def test_a_dead_url_does_not_answer():
    with pytest.raises(URLError, match="refused"):
        get(dead_url())

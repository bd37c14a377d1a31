from __future__ import annotations

import gzip
import urllib.error
import urllib.request

import pytest

from bench.link import LinkSpeed
from bench.shaped_server import ShapedServer
from tests.harness.index_files import make_wheel

WHEEL = make_wheel("a", "1.0", files={"a.py": "x = 1\n" * 1000})
PAGE = b'{"files": []}'


class Files:
    def page(self, name, _server_url):
        return PAGE if name == "a" else None

    def wheel(self, filename):
        return WHEEL if filename == WHEEL.filename else None


@pytest.fixture
def server():
    with ShapedServer(Files(), {}) as server:
        server.begin(LinkSpeed(1, 1000))
        yield server


def get(server, path, **headers):
    # Underscores, for a keyword cannot have hyphens.
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(server.url + path, headers=named)  # noqa: S310 - our own server
    return urllib.request.urlopen(request)  # noqa: S310


def test_a_page_comes_compressed_with_what_caches_need(server):
    with get(server, "/simple/a/") as answer:
        assert gzip.decompress(answer.read()) == PAGE
        assert answer.headers["Content-Encoding"] == "gzip"
        assert answer.headers["Cache-Control"] == "max-age=600, public"
        assert answer.headers["Credentials-Control-Allow-Origin"] == "*"


def test_a_page_that_is_known_is_not_sent_again(server):
    with get(server, "/simple/a/") as answer:
        etag = answer.headers["ETag"]
    with pytest.raises(urllib.error.HTTPError, match="304"):
        get(server, "/simple/a/", If_None_Match=etag)
    assert [exchange.sent > 0 for exchange in server.traffic.exchanges] == [True, False]


def test_a_wheel_and_its_metadata_come_as_they_are(server):
    with get(server, f"/packages/{WHEEL.filename}") as answer:
        assert answer.read() == WHEEL.content
    with get(server, f"/packages/{WHEEL.filename}.metadata") as answer:
        assert answer.read() == WHEEL.metadata
    assert [exchange.kind for exchange in server.traffic.exchanges] == ["wheel", "metadata"]


def test_a_range_of_a_wheel(server):
    with get(server, f"/packages/{WHEEL.filename}", Range="bytes=2-9") as answer:
        assert answer.status == 206
        assert answer.read() == WHEEL.content[2:10]
        assert answer.headers["Content-Range"] == f"bytes 2-9/{len(WHEEL.content)}"


def test_what_is_not_there_is_written_down_too(server):
    with pytest.raises(urllib.error.HTTPError, match="404"):
        get(server, "/simple/b/")
    (exchange,) = server.traffic.exchanges
    assert exchange.status == 404


def test_a_run_begins_with_nothing_asked(server):
    get(server, "/simple/a/").close()
    server.begin()
    assert server.traffic.requests == 0

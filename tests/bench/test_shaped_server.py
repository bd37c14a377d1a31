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
    # With underscores, because keywords cannot have hyphens.
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(server.url + path, headers=named)  # noqa: S310 - our own server
    return urllib.request.urlopen(request)  # noqa: S310


def test_pages_are_compressed_and_have_headers_for_caches(server):
    with get(server, "/simple/a/") as answer:
        assert gzip.decompress(answer.read()) == PAGE
        assert answer.headers["Content-Encoding"] == "gzip"
        assert answer.headers["Cache-Control"] == "max-age=600, public"
        assert answer.headers["Access-Control-Allow-Origin"] == "*"


def test_an_unchanged_page_is_not_sent_again(server):
    with get(server, "/simple/a/") as answer:
        etag = answer.headers["ETag"]
    with pytest.raises(urllib.error.HTTPError, match="304"):
        get(server, "/simple/a/", If_None_Match=etag)
    assert [exchange.sent > 0 for exchange in server.traffic.exchanges] == [True, False]


def test_pages_are_used_again_for_seconds_and_locks_are_checked_at_each_visit(server):
    server.lock = b"lock-version = '1.0'"
    with get(server, "/simple/a/") as page, get(server, "/pylock.toml") as lock:
        assert page.headers["Age"] == "590"
        assert lock.headers["Cache-Control"] == "no-cache"


def test_the_lock_of_a_bundle_is_checked_and_its_files_are_kept(server, tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / WHEEL.filename).write_bytes(WHEEL.content)
    (tmp_path / "pylock.toml").write_text("lock-version = '1.0'", encoding="utf-8")
    server.bundles["b"] = tmp_path
    with get(server, f"/bundles/b/a/{WHEEL.filename}") as wheel, get(server, "/bundles/b/pylock.toml") as lock:
        assert wheel.read() == WHEEL.content
        assert wheel.headers["Cache-Control"] == "max-age=365000000, immutable, public"
        assert lock.headers["Cache-Control"] == "no-cache"
    assert [exchange.kind for exchange in server.traffic.exchanges] == ["wheel", "lock"]


def test_unknown_bundles_and_files_are_missing(server, tmp_path):
    server.bundles["b"] = tmp_path
    for path in ("/bundles/b/a.whl", "/bundles/c/pylock.toml"):
        with pytest.raises(urllib.error.HTTPError, match="404"):
            get(server, path)


def test_wheels_and_metadata_are_sent_unchanged(server):
    with get(server, f"/packages/{WHEEL.filename}") as answer:
        assert answer.read() == WHEEL.content
    with get(server, f"/packages/{WHEEL.filename}.metadata") as answer:
        assert answer.read() == WHEEL.metadata
    assert [exchange.kind for exchange in server.traffic.exchanges] == ["wheel", "metadata"]


def test_a_range_of_a_wheel_is_sent(server):
    with get(server, f"/packages/{WHEEL.filename}", Range="bytes=2-9") as answer:
        assert answer.status == 206
        assert answer.read() == WHEEL.content[2:10]
        assert answer.headers["Content-Range"] == f"bytes 2-9/{len(WHEEL.content)}"


def test_missing_files_are_logged(server):
    with pytest.raises(urllib.error.HTTPError, match="404"):
        get(server, "/simple/b/")
    (exchange,) = server.traffic.exchanges
    assert exchange.status == 404


def test_a_run_starts_without_requests(server):
    get(server, "/simple/a/").close()
    server.begin()
    assert server.traffic.requests == 0

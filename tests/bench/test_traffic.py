from __future__ import annotations

from bench.traffic import Exchange, Traffic

PAGE = Exchange("page", "/simple/a/", started=2.0, status=200, sent=10, ended=2.5)
WHEEL = Exchange("wheel", "/a.whl", started=3.0, status=200, sent=100, ended=4.0)


def test_a_path_requested_twice_is_named_and_its_second_copy_is_wasted():
    traffic = Traffic((PAGE, WHEEL, WHEEL))
    assert traffic.twice == ("/a.whl",)
    assert traffic.wasted(["/simple/a/", "/a.whl"]) == 100


def test_bytes_of_unneeded_files_are_wasted():
    assert Traffic((PAGE, WHEEL)).wasted(["/a.whl"]) == 10


def test_a_preflight_counts_as_a_request_and_not_as_a_copy():
    preflight = Exchange("preflight", "/simple/a/", started=1.0, status=204, ended=1.0)
    traffic = Traffic((preflight, PAGE))
    assert traffic.requests == 2
    assert traffic.twice == ()


def test_listed_files_that_are_not_recorded_are_missing_and_unknown_projects_are_not():
    nowhere = Exchange("page", "/simple/b/", started=2.0, status=404, ended=2.1)
    unrecorded = Exchange("metadata", "/b.whl.metadata", started=2.0, status=404, ended=2.1)
    assert Traffic((nowhere, unrecorded)).missing == ("/b.whl.metadata",)


def test_projects_with_unavailable_pages_are_named():
    refused = Exchange("page", "/simple/b/", started=2.0, status=503, ended=2.1)
    assert Traffic((PAGE, refused)).unavailable == ("b",)


def test_spans_begin_with_the_first_request():
    assert Traffic((PAGE, WHEEL)).spans() == {"page": (0.0, 0.5), "wheel": (1.0, 2.0)}

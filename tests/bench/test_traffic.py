from __future__ import annotations

from bench.traffic import Exchange, Traffic

PAGE = Exchange("page", "/simple/a/", started=2.0, status=200, sent=10, ended=2.5)
WHEEL = Exchange("wheel", "/a.whl", started=3.0, status=200, sent=100, ended=4.0)


def test_a_path_that_was_asked_for_twice_is_named_and_its_second_copy_was_wasted():
    traffic = Traffic((PAGE, WHEEL, WHEEL))
    assert traffic.twice == ("/a.whl",)
    assert traffic.wasted(["/simple/a/", "/a.whl"]) == 100


def test_what_nobody_needs_was_wasted():
    assert Traffic((PAGE, WHEEL)).wasted(["/a.whl"]) == 10


def test_a_preflight_is_a_request_but_no_copy():
    preflight = Exchange("preflight", "/simple/a/", started=1.0, status=204, ended=1.0)
    traffic = Traffic((preflight, PAGE))
    assert traffic.requests == 2
    assert traffic.twice == ()


def test_a_file_that_was_listed_and_not_recorded_is_missing_but_a_project_may_not_exist():
    nowhere = Exchange("page", "/simple/b/", started=2.0, status=404, ended=2.1)
    unrecorded = Exchange("metadata", "/b.whl.metadata", started=2.0, status=404, ended=2.1)
    assert Traffic((nowhere, unrecorded)).missing == ("/b.whl.metadata",)


def test_a_page_that_could_not_be_had_names_its_project():
    refused = Exchange("page", "/simple/b/", started=2.0, status=503, ended=2.1)
    assert Traffic((PAGE, refused)).unavailable == ("b",)


def test_spans_begin_with_the_first_request():
    assert Traffic((PAGE, WHEEL)).spans() == {"page": (0.0, 0.5), "wheel": (1.0, 2.0)}

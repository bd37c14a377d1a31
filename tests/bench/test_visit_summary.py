from __future__ import annotations

from dataclasses import replace

import pytest

from bench.visit_summary import summarize
from tests.bench.visits import visit


def test_second_visits_come_after_first_ones_and_clients_in_their_order():
    visits = [visit("list", 1), visit("list", 2), visit("micropip", 1), visit("micropip", 2)]
    assert [summary.title for summary in summarize(visits)] == [
        "first, from a list",
        "first, micropip",
        "second, from a list",
        "second, micropip",
    ]


def test_a_visit_is_compared_with_that_of_micropip_of_the_same_number():
    visits = [
        visit("list", 1, installing=2, importing=4),
        visit("list", 2, installing=1, importing=0.5),
        visit("micropip", 1, installing=6, importing=6),
        visit("micropip", 2, installing=4, importing=6),
    ]
    first, _, second, _ = summarize(visits)
    assert first.ratio(lambda one: one.usable) == pytest.approx(0.5)
    assert second.ratio(lambda one: one.usable) == pytest.approx(0.15)
    assert second.beside(lambda one: one.processor) == pytest.approx(5)


def test_places_are_not_mixed():
    chromium, firefox = summarize([visit("list"), replace(visit("micropip"), place="firefox")])
    assert chromium.ratio(lambda one: one.usable) is None
    assert firefox.ratio(lambda one: one.usable) == 1


def test_figures_are_medians_of_the_known_ones():
    (summary,) = summarize([visit("list", installing=n, memory=memory) for n, memory in ((9, 30), (1, None), (2, 10))])
    assert summary.seconds("installing") == 2
    assert summary.usable == 3
    assert summary.median(lambda one: one.memory) == 20


def test_figures_that_no_visit_has_are_unknown():
    (summary,) = summarize([visit("list")])
    assert summary.median(lambda one: one.memory) is None

from __future__ import annotations

from dataclasses import replace

from bench.visit_summary import summarize
from bench.visit_tables import markdown_table, text_table
from tests.bench.visits import visit

VISITS = [
    visit("list", installing=2, importing=4, memory=200_000_000),
    visit("bundle", installing=1, importing=0.5),
    visit("micropip", installing=6, importing=6),
]


def test_each_visit_is_a_line_with_its_figures_and_unknown_ones_are_empty():
    title, _, listed, bundled, micropip, end = text_table(summarize(VISITS))
    assert title == "a b, chromium, 50 ms: seconds and megabytes, median"
    assert " ".join(listed.split()) == "first, from a list 2.00 2.00 4.00 6.00 0.50 3.00 0.50 3 4.0 5.0 60.0 200.0"
    assert " ".join(bundled.split()) == "first, from a bundle 2.00 1.00 0.50 1.50 0.12 0.75 0.12 3 4.0 5.0 60.0"
    assert " ".join(micropip.split()) == "first, micropip 2.00 6.00 6.00 12.00 1.00 6.00 1.00 3 4.0 60.0"
    assert end == ""


def test_in_markdown_micropip_is_a_column_and_a_workload_is_named_once():
    assert list(markdown_table(summarize(VISITS))) == [
        "| chromium, 50 ms | visit | installing | importing | until usable | micropip | ÷ micropip |",
        "|---|---|---:|---:|---:|---:|---:|",
        "| a b | first, from a list | 2.00 s | 4.00 s | 6.00 s | 12.00 s | 0.50 |",
        "|  | first, from a bundle | 1.00 s | 0.50 s | 1.50 s | 12.00 s | 0.12 |",
    ]


def test_in_markdown_rows_name_their_places_if_there_are_several():
    visits = [visit("list"), replace(visit("list"), place="firefox")]
    corner, _, *rows = markdown_table(summarize(visits))
    assert corner.startswith("|  | visit |")
    assert [row.split("|")[1].strip() for row in rows] == ["a b, chromium, 50 ms", "a b, firefox, 50 ms"]

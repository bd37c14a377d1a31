"""Visits as tables: of text for a terminal, of Markdown for README."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from bench.tables import markdown_lines, megabytes, text_lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bench.visit_summary import Summary
    from bench.visiting import Visit

__all__ = ["markdown_table", "text_table"]

TEXT_HEADER = (
    "visit",
    "loading",
    "installing",
    "importing",
    "usable",
    "÷ micropip",
    "CPU s",
    "÷ micropip",
    "requests",
    "MB",
    "cache MB",
    "heap MB",
    "peak MB",
)
MARKDOWN_HEADER = ("visit", "installing", "importing", "until usable", "micropip", "÷ micropip")


def text_table(summaries: Sequence[Summary]) -> Iterator[str]:
    """Yield the lines of a table for each workload, place and link."""
    for key, group in itertools.groupby(summaries, lambda summary: summary.place):
        yield from text_lines(f"{', '.join(key)}: seconds and megabytes, median", TEXT_HEADER, map(_text_row, group))


def markdown_table(summaries: Sequence[Summary]) -> Iterator[str]:
    """Yield the lines of one table of wherry's visits, with those of micropip beside them.

    The place and the link are in the corner if all visits have the same.
    """
    around = dict.fromkeys(summary.place[1:] for summary in summaries)
    corner = ", ".join(*around) if len(around) == 1 else ""
    rows: list[tuple[str, ...]] = []
    for key, group in itertools.groupby(summaries, lambda summary: summary.place):
        own = [summary for summary in group if summary.client != "micropip"]
        names = [key[0] if corner else ", ".join(key), *[""] * (len(own) - 1)]
        rows += [(name, *_markdown_row(summary)) for name, summary in zip(names, own, strict=True)]
    yield from markdown_lines((corner, *MARKDOWN_HEADER), rows, texts=2)


def _text_row(summary: Summary) -> tuple[str, ...]:
    return (
        summary.title,
        *(f"{summary.seconds(step):.2f}" for step in ("loading", "installing", "importing")),
        f"{summary.usable:.2f}",
        _number(summary.ratio(_usable)),
        _number(summary.median(_processor)),
        _number(summary.ratio(_processor)),
        f"{summary.median(lambda visit: visit.requests):.0f}",
        megabytes(summary.median(lambda visit: visit.sent)),
        megabytes(summary.median(lambda visit: visit.cached)),
        megabytes(summary.median(lambda visit: visit.heap)),
        megabytes(summary.median(lambda visit: visit.memory)),
    )


def _markdown_row(summary: Summary) -> tuple[str, ...]:
    return (
        summary.title,
        *(f"{summary.seconds(step):.2f} s" for step in ("installing", "importing")),
        f"{summary.usable:.2f} s",
        _number(summary.beside(_usable), " s"),
        _number(summary.ratio(_usable)),
    )


def _usable(visit: Visit) -> float:
    return visit.usable


def _processor(visit: Visit) -> float:
    return visit.processor


def _number(value: float | None, unit: str = "") -> str:
    return "" if value is None else f"{value:.2f}{unit}"

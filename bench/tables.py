"""Summaries as tables: of text for a terminal, of Markdown for README."""

from __future__ import annotations

import statistics
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from bench.lab import Measurement
    from bench.summary import Summary
    from bench.traffic import Kind

__all__ = ["markdown_lines", "markdown_table", "megabytes", "text_lines", "text_tables"]

Row = tuple[str, ...]

ALLOWANCE = 20_000_000
"""Bytes of memory that an installation may use in addition to the archives and their contents."""

RESULT_HEADER = ("", "wherry", "floor", "of it", "micropip", "of it")
TRAFFIC_HEADER = (
    "",
    "requests",
    "micropip's",
    "MB",
    "micropip's",
    "twice",
    "wasted MB",
    "heap MB",
    "peak MB",
    "allowed MB",
)
LOCK_HEADER = ("", "lock", "bytes alone", "above", "micropip", "of it", "requests", "MB")
STEP_HEADER = ("s", "attach", "import", "resolving", "downloading", "placing")
OWN_PHASES = ("fetching", "pages", "metadata", "deciding", "verifying", "placing", "other")
OWN_HEADER = ("ms", *OWN_PHASES)
SPAN_HEADER = ("s", "first page to last", "metadata", "wheels")


def text_tables(summaries: Sequence[Summary]) -> Iterator[str]:
    """Yield lines: the results, the traffic, and wherry's own time by phase."""
    yield from text_lines("Seconds, median", RESULT_HEADER, map(_result, summaries))
    yield from text_lines(
        "wherry from a lock: seconds, median; in Chromium since Pyodide is there", LOCK_HEADER, map(_lock, summaries)
    )
    yield from text_lines("Over the link, and in memory (median; megabytes)", TRAFFIC_HEADER, map(_traffic, summaries))
    yield from text_lines("wherry, step by step (median)", STEP_HEADER, map(_steps, summaries))
    yield from text_lines("wherry's own time (one traced run)", OWN_HEADER, map(_own_time, summaries))
    yield from text_lines("Time spans of responses (the same run)", SPAN_HEADER, map(_spans, summaries))


def markdown_table(summaries: Iterable[Summary]) -> Iterator[str]:
    """Yield the lines of the results in Markdown."""
    header = ("", "wherry", "micropip", "wherry ÷ micropip", "wherry from a lock", "the link's floor", "wherry ÷ floor")
    yield from markdown_lines(header, map(_markdown_row, summaries))


def markdown_lines(header: Row, rows: Iterable[Row], *, texts: int = 1) -> Iterator[str]:
    """Yield the lines of a table whose first columns are ``texts``, and all others numbers."""
    yield f"| {' | '.join(header)} |"
    yield f"|{'|'.join(['---'] * texts + ['---:'] * (len(header) - texts))}|"
    for row in rows:
        yield f"| {' | '.join(row)} |"


def text_lines(title: str, header: Row, rows: Iterable[Row]) -> Iterator[str]:
    """Yield the lines of a table under its title, and an empty one."""
    lines = [header, *rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(header))]
    yield title
    for first, *rest in lines:
        cells = [first.ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(rest, widths[1:], strict=True))]
        yield "  ".join(cells).rstrip()
    yield ""


def _markdown_row(summary: Summary) -> Row:
    return (
        _title(summary),
        f"{summary.seconds('wherry'):.2f} s",
        f"{summary.seconds('micropip'):.2f} s",
        f"{summary.ratio:.2f}",
        f"{summary.seconds('lock'):.2f} s",
        f"{summary.floor:.2f} s",
        f"{summary.above_floor:.2f}",
    )


def _title(summary: Summary) -> str:
    return f"{summary.workload}, {summary.runtime}, {summary.link}"


def _result(summary: Summary) -> Row:
    return (
        _title(summary),
        f"{summary.seconds('wherry'):.2f}",
        f"{summary.floor:.2f}",
        f"{summary.above_floor:.2f}",
        f"{summary.seconds('micropip'):.2f}",
        f"{summary.ratio:.2f}",
    )


def _lock(summary: Summary) -> Row:
    seconds, transfer = summary.seconds("lock"), summary.median("lock", lambda one: one.transfer)
    return (
        _title(summary),
        f"{seconds:.2f}",
        f"{transfer:.2f}",
        f"{seconds - transfer:.2f}",
        f"{summary.seconds('micropip'):.2f}",
        f"{summary.lock_ratio:.2f}",
        f"{summary.median('lock', lambda one: one.requests):.0f}",
        megabytes(summary.median("lock", lambda one: one.sent)),
    )


def _traffic(summary: Summary) -> Row:
    wherry = summary.of["wherry"]
    return (
        _title(summary),
        *(f"{summary.median(client, lambda one: one.requests):.0f}" for client in ("wherry", "micropip")),
        *(megabytes(summary.median(client, lambda one: one.sent)) for client in ("wherry", "micropip")),
        str(max(len(one.twice) for one in wherry)),
        megabytes(summary.median("wherry", lambda one: one.wasted)),
        megabytes(summary.median("wherry", lambda one: one.heap)),
        _memory([one.memory for one in wherry]),
        megabytes(summary.profile.footprint + ALLOWANCE),
    )


def _steps(summary: Summary) -> Row:
    return (
        _title(summary),
        *(f"{summary.seconds('wherry', step):.2f}" for step in ("attach", "import")),
        *(f"{_phase(summary, phase):.2f}" for phase in ("resolving", "downloading", "placing")),
    )


def _phase(summary: Summary, phase: str) -> float:
    return summary.median("wherry", lambda one: one.phases[phase])


def _own_time(summary: Summary) -> Row:
    seconds = (summary.profile.own_time or {}).get("phases", {})
    return (_title(summary), *(f"{seconds.get(phase, 0) * 1000:.0f}" for phase in OWN_PHASES))


def _spans(summary: Summary) -> Row:
    kinds: tuple[Kind, ...] = ("page", "metadata", "wheel")
    return (_title(summary), *(_span(summary.profile, kind) for kind in kinds))


def _span(measurement: Measurement, kind: Kind) -> str:
    if kind not in measurement.spans:
        return ""
    first, last = measurement.spans[kind]
    return f"{first:.2f} to {last:.2f}"


def _memory(peaks: Sequence[int | None]) -> str:
    known = [peak for peak in peaks if peak is not None]
    return megabytes(statistics.median(known)) if known else ""


def megabytes(count: float | None) -> str:
    """Return a number of bytes in megabytes; nothing if it is not known."""
    return "" if count is None else f"{count / 1e6:.1f}"

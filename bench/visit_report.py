"""Write the Markdown table and the plot of visits for README."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from matplotlib.figure import Figure

from bench.report import save
from bench.visit_tables import markdown_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

    from bench.visit_summary import Summary

__all__ = ["write_report"]

COLOURS = {"installing": "#1f6f8b", "importing": "#c9a66b"}


def write_report(folder: str, machine: str, summaries: Sequence[Summary]) -> None:
    """Write `visits.md` and `visits.svg` into ``folder``."""
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    lines = [*markdown_table(summaries), "", f"{machine}; median of {len(summaries[0].visits)}.", ""]
    (target / "visits.md").write_text("\n".join(lines), encoding="utf-8")
    save(_bars(machine, summaries), target / "visits.svg")


def _bars(machine: str, summaries: Sequence[Summary]) -> Figure:
    """Draw a bar for each visit, of installing and then importing, in a panel for each workload and place."""
    panels = list(dict.fromkeys(summary.place for summary in summaries))
    figure = Figure(figsize=(8, 1 + 0.22 * len(summaries) + 0.45 * len(panels)), layout="constrained")
    rooms = figure.subplots(len(panels), squeeze=False)[:, 0]
    for axes, panel in zip(rooms, panels, strict=True):
        _panel(axes, [summary for summary in summaries if summary.place == panel])
        axes.set_title(", ".join(panel), fontsize="small", loc="left")
    handles, labels = rooms[0].get_legend_handles_labels()
    figure.legend(handles, labels, frameon=False, loc="outside upper right", ncols=2, fontsize="small")
    figure.supxlabel(f"seconds; {machine}", fontsize="x-small")
    return figure


def _panel(axes: Axes, summaries: Sequence[Summary]) -> None:
    places = range(len(summaries))[::-1]
    installing, importing = ([summary.seconds(step) for summary in summaries] for step in COLOURS)
    axes.barh(places, installing, color=COLOURS["installing"], label="installing")
    bars = axes.barh(places, importing, left=installing, color=COLOURS["importing"], label="importing")
    axes.bar_label(bars, [f"{summary.usable:.2f} s" for summary in summaries], padding=3, fontsize="small")
    axes.set_yticks(places, [summary.title for summary in summaries], fontsize="small")
    axes.margins(x=0.12)
    axes.spines[["top", "right"]].set_visible(False)

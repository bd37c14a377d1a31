"""Write the Markdown table and the plot for README."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import matplotlib as mpl
from matplotlib.figure import Figure

from bench.tables import markdown_table

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bench.runtimes import Client
    from bench.summary import Summary

__all__ = ["plot_curves", "save", "write_report"]

BAR_HEIGHT = 0.38
COLOURS = {"wherry": "#1f6f8b", "micropip": "#c9a66b", "floor": "#444444"}


def write_report(folder: str, machine: str, summaries: Sequence[Summary]) -> None:
    """Write `bench.md` and `bench.svg` into ``folder``."""
    target = Path(folder)
    target.mkdir(parents=True, exist_ok=True)
    lines = [*markdown_table(summaries), "", f"Median of {len(summaries[0].of['wherry'])}; {machine}.", ""]
    (target / "bench.md").write_text("\n".join(lines), encoding="utf-8")
    save(_bars(machine, summaries), target / "bench.svg")


def plot_curves(path: Path, title: str, unit: str, curves: Mapping[str, Mapping[int, float]]) -> None:
    """Draw ``curves`` (x to y) on logarithmic axes, where a straight line of slope 1 is linear growth."""
    figure = Figure(figsize=(7, 4), layout="constrained")
    axes = figure.subplots()
    for name, points in curves.items():
        axes.plot(list(points), list(points.values()), marker="o", label=name)
    axes.set(xscale="log", yscale="log", xlabel=unit, ylabel="seconds", title=title)
    axes.grid(visible=True, alpha=0.3)
    axes.legend(frameon=False)
    path.parent.mkdir(parents=True, exist_ok=True)
    save(figure, path)


def _bars(machine: str, summaries: Sequence[Summary]) -> Figure:
    """Draw two bars for each summary, and a line at the floor of the link alone."""
    figure = Figure(figsize=(8, 0.9 + 0.75 * len(summaries)), layout="constrained")
    axes = figure.subplots()
    places = range(len(summaries))[::-1]
    clients: tuple[tuple[Client, float], ...] = (("wherry", BAR_HEIGHT / 2), ("micropip", -BAR_HEIGHT / 2))
    for client, offset in clients:
        seconds = [summary.seconds(client) for summary in summaries]
        bars = axes.barh([place + offset for place in places], seconds, BAR_HEIGHT, color=COLOURS[client], label=client)
        axes.bar_label(bars, fmt="%.2f s", padding=3, fontsize="small")
    floors = [summary.floor for summary in summaries]
    lowest, highest = ([place + end for place in places] for end in (-BAR_HEIGHT, BAR_HEIGHT))
    axes.vlines(floors, lowest, highest, color=COLOURS["floor"], label="floor: the link alone")
    names = [f"{summary.workload}\n{summary.runtime}, {summary.link}" for summary in summaries]
    axes.set_yticks(places, names, fontsize="small")
    axes.set(xlabel="seconds")
    axes.margins(x=0.12)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, loc="lower left", bbox_to_anchor=(0, 1), ncols=3, fontsize="small")
    figure.supxlabel(machine, fontsize="x-small")
    return figure


def save(figure: Figure, path: Path) -> None:
    """Write a figure as SVG, the same bytes for the same figure."""
    # Keep text as text: readers can select it, and the file is smaller.
    with mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": "wherry"}):
        figure.savefig(path, metadata={"Date": None})

"""Rows of text in columns: as lines for a prompt, as HTML for a notebook."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

__all__ = ["align", "html_lines", "html_table"]

# Notebooks align the cells of a table to the right, and indent preformatted text.
CELL = "text-align:left;vertical-align:top"
NARROW = f"{CELL};white-space:nowrap"
LINES = "margin:0;padding:0;font-size:inherit;white-space:pre;overflow-x:auto"


def align(rows: Sequence[Sequence[str]], between: str = "  ") -> str:
    """Return ``rows`` as lines whose columns are aligned; all rows have the same number of columns."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(between.join(map(str.ljust, row, widths)).rstrip() for row in rows)


def html_table(rows: Iterable[Sequence[str]], heads: Sequence[str] = (), notes: Iterable[str] = ()) -> str:
    """Return a table of ``rows`` with paragraphs below. Only the last column has lines that break."""
    from html import escape

    def row(tag: str, cells: Sequence[str]) -> str:
        last = len(cells) - 1
        return "".join(
            f'<{tag} style="{CELL if place == last else NARROW}">{escape(cell)}</{tag}>'
            for place, cell in enumerate(cells)
        )

    all_rows = [row("th", heads)] if heads else []
    all_rows += [row("td", cells) for cells in rows]
    table = "".join(f"<tr>{cells}</tr>" for cells in all_rows)
    return (f"<table>{table}</table>" if table else "") + "".join(f"<p>{escape(note)}</p>" for note in notes)


def html_lines(text: str) -> str:
    """Return ``text`` with its lines and columns."""
    from html import escape

    return f'<pre style="{LINES}">{escape(text)}</pre>'

"""Options to start Chromium headless and without requests of its own."""

from __future__ import annotations

__all__ = ["HEADLESS", "QUIET"]

QUIET = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
)
HEADLESS = ("--headless", "--no-sandbox", *QUIET)
"""For starts without pytest-pyodide, which adds the first two."""

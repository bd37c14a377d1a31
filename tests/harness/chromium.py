"""How Chromium is started: headless, and asking nobody outside for anything."""

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
"""For who starts it himself; pytest-pyodide adds the first two."""

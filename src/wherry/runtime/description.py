"""Describe the running Pyodide in one line, for reports about it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyodide_js

from wherry.runtime.javascript import javascript_origin

if TYPE_CHECKING:
    from wherry.model.environment import Environment

__all__ = ["describe"]


def describe(environment: Environment) -> str:
    """Return the versions of Pyodide and Python, the platform, and where the JavaScript side is from."""
    python = f"Python {environment.python_version}, platform {environment.platform}"
    return f"Pyodide {pyodide_js.version}, {python}; JavaScript: {javascript_origin()}"

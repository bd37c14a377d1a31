"""Modules of Node.js, if Pyodide runs in it."""

from __future__ import annotations

from typing import Any

import js

__all__ = ["node_module"]


def node_module(name: str) -> Any:  # noqa: ANN401 - a JavaScript object
    """Return one of Node's own modules, such as ``fs``; ``None`` in a browser."""
    process = getattr(js, "process", None)
    get = getattr(process, "getBuiltinModule", None)
    return get(name) if get is not None else None

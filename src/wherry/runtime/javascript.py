"""The JavaScript side: functions for Python in the module ``wherry_js``.

``attach()`` registers them. Without it, a script in the package does the same when they are first used; a page's policy
may forbid that (``unsafe-eval`` in https://www.w3.org/TR/CSP3/, or Trusted Types).
"""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

__all__ = ["begin_script", "javascript", "javascript_origin"]

SCRIPT = "_javascript.js"


def javascript() -> Any:  # noqa: ANN401 - a JavaScript object
    """Return the functions of the JavaScript side; ``None`` if there is none."""
    if "wherry_js" not in sys.modules:
        begin_script()
    return sys.modules.get("wherry_js")


def javascript_origin() -> str:
    """Return a phrase that says where the JavaScript side is from, or why there is none."""
    functions = javascript()
    if functions is None:
        return f"none ({begin_script().refusal}), so Python alone does its work"
    is_own = begin_script.cache_info().currsize and begin_script().functions is functions
    return "from the package" if is_own else "by attach()"


class Begun(NamedTuple):
    """The script of the package, once evaluated, or why it was refused.

    ``store`` is a JavaScript object, or ``None``; ``functions`` is the module that it has registered.
    """

    store: Any = None
    functions: Any = None
    refusal: str = ""


@cache
def begin_script() -> Begun:
    """Evaluate the script of the package, once."""
    folder = sys.modules["wherry"].__path__[0]
    try:
        script = Path(folder, SCRIPT).read_text(encoding="utf-8")
    except OSError:
        return Begun(refusal=f"{folder} has no {SCRIPT}")
    import pyodide_js
    from pyodide.code import run_js
    from pyodide.ffi import JsException

    try:
        store = run_js(script)(pyodide_js)
    except JsException as error:
        return Begun(refusal=f"refused by the page's policy: {str(error).strip()}")
    return Begun(store, sys.modules["wherry_js"])

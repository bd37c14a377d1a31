"""Files in the folder of scripts: the scripts of wheels, and those made from entry points."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from wherry.formats.entry_points import ScriptEntryPoint
    from wherry.installation.staging.tree import StagedTree

__all__ = ["ScriptOwners", "is_python", "script_of", "with_interpreter"]

PLACEHOLDER = re.compile(rb"#!pythonw?[\d.]*(?=\s|\Z)[^\n]*")
PYTHON = re.compile(rb"#![^\n]*python")


class ScriptOwners:
    """Owners of the scripts of entry points: the first wheel has a script; ``warnings`` name the others.

    Related projects may declare the same script (as fastapi and fastapi-cli do) and are installed together.
    ``is_anothers`` tells whether a path belongs to a distribution that stays and has other content than the script. The
    scripts of projects in ``replaceable`` may be replaced.
    """

    def __init__(
        self, is_anothers: Callable[[str, bytes], bool] = lambda *_: False, replaceable: Collection[str] = ()
    ) -> None:
        self.warnings: list[str] = []
        self._is_anothers = is_anothers
        self._replaceable = replaceable
        self._first: dict[str, tuple[str, bytes]] = {}

    def claim(self, target: str, script: bytes, tree: StagedTree) -> bool:
        """Return whether the wheel of ``tree`` may place ``script`` at ``target``; warn if not."""
        first, content = self._first.get(target, (tree.name, script))
        may_replace = first in self._replaceable
        if (content == script or may_replace) and not self._is_anothers(target, script):
            if may_replace or target not in self._first:
                self._first[target] = tree.name, script
            return True
        self.warnings.append(f"Skipped the script {target} of {tree.owner}: another distribution has it")
        return False


def script_of(entry_point: ScriptEntryPoint, interpreter: str) -> bytes:
    """Return a program that calls the object of ``entry_point`` and exits with the returned value."""
    imported = entry_point.attribute.partition(".")[0]
    lines = (
        f"#!{interpreter}",
        "import sys",
        "",
        f"from {entry_point.module} import {imported}",
        "",
        'if __name__ == "__main__":',
        f"    sys.exit({entry_point.attribute}())",
    )
    return "".join(f"{line}\n" for line in lines).encode()


def with_interpreter(content: bytes, interpreter: str) -> bytes:
    """Return a wheel's script with its ``#!python`` or ``#!pythonw`` (for windows) replaced by the interpreter's line.

    "If applicable, update scripts starting with ``#!python`` to point to the correct interpreter" (the specification).
    """
    match = PLACEHOLDER.match(content)
    return f"#!{interpreter}".encode() + content[match.end() :] if match else content


def is_python(path: str) -> bool:
    """Return whether the script at ``path`` is a Python program, by its name or its first line."""
    if path.endswith((".py", ".pyw")):
        return True
    with open(path, "rb") as file:
        return PYTHON.match(file.readline()) is not None
